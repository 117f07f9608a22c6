"""Robust null: the risk of the bulk of a city, however high a part of it is.

The center is the median risk and the spread the median absolute deviation, both net of what
counting explains and both exact for counts however small. Instead of comparing residuals with the
quartiles of a normal, each count's interval of the Poisson–lognormal distribution function is
divided at the quartiles in proportion, as a randomized quantile residual would be on average. The
uncertainty of center and spread enters every tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from hotspots.clusters.risk import poisson_lognormal

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_SIGMAS = np.array([0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0, 3.0])
_PRIOR_SCALE = 0.5
_NODES = 16
_FINE = 600
_NEGLIGIBLE = 1e-5
_CENTRAL_REACH = 4.5
_LARGEST_STEP = 0.7
_MOST_STEPS = 50
_NORMAL_PEAK = 0.3989422804014327


@dataclass(frozen=True, eq=False, slots=True)
class RobustNull:
    """Median risk and spread, their uncertainty represented by weighted nodes.

    Attributes
    ----------
    weight
        Weight of each node; the weights add up to 1.
    sigma
        Standard deviation of the logarithm of risk between places.
    log_rate
        Logarithm of the median risk (events per unit of exposure), given ``sigma``.
    log_rate_error
        Standard error of ``log_rate``.
    """

    weight: Floats
    sigma: Floats
    log_rate: Floats
    log_rate_error: Floats

    @property
    def rate(self) -> float:
        """The median risk."""
        return float(np.exp((self.weight * self.log_rate).sum()))

    @property
    def spread(self) -> float:
        """The mean of ``sigma`` over its uncertainty."""
        return float((self.weight * self.sigma).sum())

    def tails(
        self, counts: Floats, exposure: Floats, concentration: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Return P(X ≥ count) and P(X ≤ count) for places, or groups of places.

        ``concentration`` is Σ(share of the group's exposure)², 1 for a single place: risks
        that vary independently average out in a group, whose risk is again assumed lognormal
        with the group's mean and variance (Fenton 1960).
        """
        share = np.ones(counts.size) if concentration is None else concentration
        at_least, at_most = np.zeros(counts.size), np.zeros(counts.size)
        for weight, sigma, log_rate, error in zip(
            self.weight, self.sigma, self.log_rate, self.log_rate_error, strict=True
        ):
            variance = np.log1p(share * np.expm1(sigma**2))
            median = exposure * np.exp(log_rate + (sigma**2 - variance) / 2)
            # For a single place the error of the center acts like additional spread.
            total = np.sqrt(variance + error**2)
            above, below = poisson_lognormal.tails(counts, median, total)
            at_least += weight * above
            at_most += weight * below
        return at_least, at_most


def fit_robust_null(counts: Floats, exposure: Floats) -> RobustNull:
    """Return the null fitted to the bulk of the places.

    For each spread the center solves *half of the mass lies below the median*. The weight of a
    spread is the likelihood of *half lies between the quartiles*, a mean of n shares with
    variance 1/4, times a half-Cauchy prior of scale 0.5, which matters only where counts are
    too small to identify a spread.

    Parameters
    ----------
    counts
        Events of each place, at least one above 0.
    exposure
        Exposure of each place, above 0.

    References
    ----------
    Dunn & Smyth (1996), J. Comput. Graph. Stat. 5 (randomized quantile residuals);
    Spiegelhalter (2005), Statistics in Medicine 24, 1117 (over-dispersed indicators);
    Gelman (2006), Bayesian Analysis 1 (half-Cauchy).
    """
    # Sorted, so that the result is bit-identical for any row order.
    order = np.lexsort((counts, exposure))
    counts, exposure, places = counts[order], exposure[order], counts.size
    log_rate = float(np.log((counts.sum() + 0.5) / exposure.sum()))
    found = []
    for sigma in _SIGMAS:
        log_rate, slope, within = _center(counts, exposure, float(sigma), log_rate)
        found.append((sigma, log_rate, 0.5 / np.sqrt(places) / slope, within))
        # Beyond four standard errors the remaining spreads have no weight.
        if (within - 0.5) * np.sqrt(places) > 2.0:
            break
    if len(found) == 1:
        found.append((0.01, *found[0][1:]))
    sigmas, log_rates, errors, within_all = (
        np.array(column) for column in zip(*found, strict=True)
    )
    nodes, weight = _node_weights(sigmas, within_all, places)
    return RobustNull(
        weight=weight,
        sigma=nodes,
        log_rate=PchipInterpolator(sigmas, log_rates)(nodes),
        log_rate_error=PchipInterpolator(sigmas, errors)(nodes),
    )


def _center(
    counts: Floats, exposure: Floats, sigma: float, start: float
) -> tuple[float, float, float]:
    """Return the log rate with half the mass below the median, the slope, and the share within.

    The share within is the mass between the quartiles.
    """
    log_rate, close = start, 0.05 / np.sqrt(counts.size)
    least, most = -np.inf, np.inf
    for _ in range(_MOST_STEPS):
        low, high = _interval(counts, exposure, sigma, log_rate)
        below = float(_share(low, high, 0.5).mean()) - 0.5
        if abs(below) < close:
            break
        least, most = (least, log_rate) if below > 0 else (log_rate, most)
        spread = np.sqrt(sigma**2 + 1 / np.maximum(exposure * np.exp(log_rate), 0.5))
        step = below / (_NORMAL_PEAK * float((1 / spread).mean()))
        log_rate -= float(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP))
        if not least < log_rate < most:
            log_rate = (least + most) / 2
    within = float((_share(low, high, 0.75) - _share(low, high, 0.25)).mean())
    nudge = 0.1 * float(np.sqrt(sigma**2 + 1 / (1 + np.median(exposure) * np.exp(log_rate))))
    moved = _interval(counts, exposure, sigma, log_rate + nudge)
    slope = (float(_share(*moved, 0.5).mean()) - 0.5 - below) / nudge
    return log_rate, max(slope, 1e-3), within


def _interval(
    counts: Floats, exposure: Floats, sigma: float, log_rate: float
) -> tuple[Floats, Floats]:
    """Return P(X < count) and P(X ≤ count)."""
    median = exposure * np.exp(log_rate)
    at_least, at_most = poisson_lognormal.tails(
        counts, median, np.full(counts.size, sigma), _CENTRAL_REACH
    )
    return 1 - at_least, at_most


def _share(low: Floats, high: Floats, level: float) -> Floats:
    """Return the share of each interval that lies below ``level``."""
    share: Floats = np.clip((level - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
    return share


def _node_weights(sigmas: Floats, within: Floats, places: int) -> tuple[Floats, Floats]:
    fine = np.linspace(0.0, sigmas[-1], _FINE)
    misfit = (PchipInterpolator(sigmas, within)(fine) - 0.5) ** 2 * places / 0.25
    log_weight = -misfit / 2 - np.log1p((fine / _PRIOR_SCALE) ** 2)
    weight = np.exp(log_weight - log_weight.max())
    kept = np.flatnonzero(weight > _NEGLIGIBLE)
    nodes = np.linspace(fine[kept[0]], fine[kept[-1]], _NODES)
    at_nodes = np.interp(nodes, fine, weight)
    at_nodes[[0, -1]] /= 2
    return nodes, at_nodes / at_nodes.sum()
