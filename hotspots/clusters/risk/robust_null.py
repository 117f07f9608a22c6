"""Robust null: what the bulk of a city shows, however high a part of it stands.

The center is the median risk and the spread the median absolute deviation, both less what
counting explains, and both exact for counts however small: instead of comparing residuals
with a normal's quartiles, each count's interval of the Poisson–lognormal distribution function
is shared out below and within them, as if it had been broken up at random. What the data leave
open about the two enters every tail.
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
    """Median risk and spread, with their uncertainty as weighted nodes.

    Attributes
    ----------
    weight
        Weight of each node; they add up to 1.
    sigma
        Standard deviation of the logarithm of risk from place to place.
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
        self, events: Floats, people: Floats, concentration: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Return P(X ≥ events) and P(X ≤ events) for places, or groups of places.

        ``concentration`` is Σ(share of the group's exposure)², 1 for a single place: risks
        that vary independently even out in a group, whose risk is again taken as lognormal
        with the group's mean and variance (Fenton 1960).
        """
        alone = np.ones(events.size) if concentration is None else concentration
        at_least, at_most = np.zeros(events.size), np.zeros(events.size)
        for weight, sigma, log_rate, error in zip(
            self.weight, self.sigma, self.log_rate, self.log_rate_error, strict=True
        ):
            variance = np.log1p(alone * np.expm1(sigma**2))
            median = people * np.exp(log_rate + (sigma**2 - variance) / 2)
            # An error of the center moves all places alike: for one of them it is more spread.
            total = np.sqrt(variance + error**2)
            above, below = poisson_lognormal.tails(events, median, total)
            at_least += weight * above
            at_most += weight * below
        return at_least, at_most


def fit_robust_null(events: Floats, people: Floats) -> RobustNull:
    """Return the null that the bulk of the places shows.

    For each spread the center solves *half of the distribution function's mass lies below
    the median*. The spread's weight is how well *half lies within the quartiles* then holds,
    a mean of n shares of variance 1/4, times a half-Cauchy of scale 0.5, which matters only
    where counts are too small to tell a spread at all.

    Parameters
    ----------
    events
        Count of each place, at least one above 0.
    people
        Exposure of each place, above 0.

    References
    ----------
    Dunn & Smyth (1996), J. Comput. Graph. Stat. 5 (randomized quantile residuals);
    Spiegelhalter (2005), Statistics in Medicine 24, 1117 (over-dispersed indicators);
    Gelman (2006), Bayesian Analysis 1 (half-Cauchy).
    """
    # In one fixed order, so that the order of the rows settles not even the last bit.
    order = np.lexsort((events, people))
    events, people, count = events[order], people[order], events.size
    log_rate = float(np.log((events.sum() + 0.5) / people.sum()))
    found = []
    for sigma in _SIGMAS:
        log_rate, slope, within = _center(events, people, float(sigma), log_rate)
        found.append((sigma, log_rate, 0.5 / np.sqrt(count) / slope, within))
        # Beyond four standard errors the remaining spreads have no weight.
        if (within - 0.5) * np.sqrt(count) > 2.0:
            break
    if len(found) == 1:
        found.append((0.01, *found[0][1:]))
    sigmas, log_rates, errors, within_all = (
        np.array(column) for column in zip(*found, strict=True)
    )
    nodes, weight = _weigh(sigmas, within_all, count)
    return RobustNull(
        weight=weight,
        sigma=nodes,
        log_rate=PchipInterpolator(sigmas, log_rates)(nodes),
        log_rate_error=PchipInterpolator(sigmas, errors)(nodes),
    )


def _center(
    events: Floats, people: Floats, sigma: float, start: float
) -> tuple[float, float, float]:
    """Return the log rate with half below the median, the slope there, and the share within.

    The share is that of the distribution function's mass between its quartiles.
    """
    log_rate, close = start, 0.05 / np.sqrt(events.size)
    least, most = -np.inf, np.inf
    for _ in range(_MOST_STEPS):
        low, high = _interval(events, people, sigma, log_rate)
        below = float(_share(low, high, 0.5).mean()) - 0.5
        if abs(below) < close:
            break
        least, most = (least, log_rate) if below > 0 else (log_rate, most)
        spread = np.sqrt(sigma**2 + 1 / np.maximum(people * np.exp(log_rate), 0.5))
        step = below / (_NORMAL_PEAK * float((1 / spread).mean()))
        log_rate -= float(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP))
        if not least < log_rate < most:
            log_rate = (least + most) / 2
    within = float((_share(low, high, 0.75) - _share(low, high, 0.25)).mean())
    nudge = 0.1 * float(np.sqrt(sigma**2 + 1 / (1 + np.median(people) * np.exp(log_rate))))
    moved = _interval(events, people, sigma, log_rate + nudge)
    slope = (float(_share(*moved, 0.5).mean()) - 0.5 - below) / nudge
    return log_rate, max(slope, 1e-3), within


def _interval(
    events: Floats, people: Floats, sigma: float, log_rate: float
) -> tuple[Floats, Floats]:
    """Return P(X < events) and P(X ≤ events)."""
    median = people * np.exp(log_rate)
    at_least, at_most = poisson_lognormal.tails(
        events, median, np.full(events.size, sigma), _CENTRAL_REACH
    )
    return 1 - at_least, at_most


def _share(low: Floats, high: Floats, level: float) -> Floats:
    """Return the share of each interval that lies below a level."""
    share: Floats = np.clip((level - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
    return share


def _weigh(sigmas: Floats, within: Floats, count: int) -> tuple[Floats, Floats]:
    fine = np.linspace(0.0, sigmas[-1], _FINE)
    misfit = (PchipInterpolator(sigmas, within)(fine) - 0.5) ** 2 * count / 0.25
    log_weight = -misfit / 2 - np.log1p((fine / _PRIOR_SCALE) ** 2)
    weight = np.exp(log_weight - log_weight.max())
    kept = np.flatnonzero(weight > _NEGLIGIBLE)
    nodes = np.linspace(fine[kept[0]], fine[kept[-1]], _NODES)
    at_nodes = np.interp(nodes, fine, weight)
    at_nodes[[0, -1]] /= 2
    return nodes, at_nodes / at_nodes.sum()
