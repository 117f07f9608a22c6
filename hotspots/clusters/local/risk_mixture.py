"""Risk mixture: the distribution of risk that a city's counts show, whatever their arrangement.

Counts are Poisson; the risks of the places are drawn independently from one distribution with mean
1, a gamma or a lognormal. Its variance and shape are uncertain: both shapes and several variances
stay, each with the weight that the counts give it (marginal likelihood times a prior).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline

from hotspots.clusters.risk import poisson_lognormal

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Shape = Literal["gamma", "lognormal"]

_SPREADS = 0.02 * np.expm1(np.linspace(0.0, np.log(150.0), 25))
"""Standard deviations of risk from 0 to 3 at which the likelihood is computed."""
_PRIOR_SCALE = 0.5
_FINE = 601
_NODES = 6
_NEGLIGIBLE = 1e-4
_LEAST_SHAPE_WEIGHT = 1e-3
_EXPOSURE_STEP = 0.02
_ROUNDS = 30
_NEWTON_STEPS = 12


@dataclass(frozen=True, eq=False, slots=True)
class RiskMixture:
    """What the counts say of the distribution of risk.

    Attributes
    ----------
    rate
        Mean risk: events per unit of exposure.
    rate_error
        Relative standard error of ``rate``.
    shape, variance, weight
        Of each node: the distribution's shape, the variance of the relative risk (whose mean
        is 1), and the weight; the weights add up to 1.
    """

    rate: float
    rate_error: float
    shape: tuple[Shape, ...]
    variance: Floats
    weight: Floats

    @property
    def mean_variance(self) -> float:
        """The mean of ``variance`` over its uncertainty."""
        return float((self.weight * self.variance).sum())

    @property
    def median_variance(self) -> float:
        """The median of ``variance`` over its uncertainty."""
        order = np.argsort(self.variance, kind="stable")
        half = np.searchsorted(np.cumsum(self.weight[order]), 0.5)
        return float(self.variance[order][half])


def fit_risk_mixture(counts: Floats, exposure: Floats) -> RiskMixture:
    """Return the mixture that the counts of all places give.

    Parameters
    ----------
    counts
        Events of each place, at least one above 0.
    exposure
        Exposure of each place, above 0.

    References
    ----------
    Gelman (2006), Bayesian Analysis 1 (half-Cauchy prior of a standard deviation); Clayton &
    Kaldor (1987), Biometrics 43 (Poisson–gamma and Poisson–lognormal risks of areas).

    Examples
    --------
    >>> mixture = fit_risk_mixture(np.array([2.0, 30, 4, 1, 12, 6]), np.full(6, 10.0))
    >>> round(mixture.rate, 2), bool(mixture.mean_variance > 0.3)
    (0.92, True)
    """
    counts, exposure, places = _alike(counts, exposure)
    variances = _SPREADS**2
    rates = [_rate(counts, exposure, places, variance) for variance in variances]
    found: list[tuple[Shape, Floats, Floats]] = []
    shapes: tuple[tuple[Shape, Callable[[Floats, Floats, float], Floats]], ...] = (
        ("gamma", _gamma_likelihood),
        ("lognormal", _lognormal_likelihood),
    )
    for shape, likelihood in shapes:
        values = [
            float((places * likelihood(counts, exposure * rate, variance)).sum())
            for rate, variance in zip(rates, variances, strict=True)
        ]
        found.append((shape, *_nodes(np.array(values))))
    best = max(float(log_weight.max()) for _, _, log_weight in found)
    mass = [np.exp(log_weight - best) for _, _, log_weight in found]
    total = sum(float(part.sum()) for part in mass)
    kept = [number for number, part in enumerate(mass) if part.sum() > _LEAST_SHAPE_WEIGHT * total]
    variance = np.concatenate([found[number][1] for number in kept])
    weight = np.concatenate([mass[number] for number in kept])
    weight = weight / weight.sum()
    center = float((weight * variance).sum())
    rate = _rate(counts, exposure, places, center)
    expected = exposure * rate
    information = float((places * expected / (1 + expected * center)).sum())
    return RiskMixture(
        rate=rate,
        rate_error=float(1 / np.sqrt(information)),
        shape=tuple(found[number][0] for number in kept for _ in found[number][1]),
        variance=variance,
        weight=weight,
    )


def _alike(counts: Floats, exposure: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the distinct pairs of count and exposure, ascending, and the places of each.

    Exposures within 2% are taken for the same, so that a million places are a few thousand pairs
    and the order of the rows plays no part.
    """
    step = np.round(np.log(exposure) / _EXPOSURE_STEP)
    pairs, places = np.unique(np.column_stack([counts, step]), axis=0, return_counts=True)
    return pairs[:, 0], np.exp(pairs[:, 1] * _EXPOSURE_STEP), places.astype(float)


def _rate(counts: Floats, exposure: Floats, places: Floats, variance: float) -> float:
    """Return the rate that solves the score equation, given the variance of risk."""
    rate = float((places * counts).sum() / (places * exposure).sum())
    for _ in range(_ROUNDS):
        weight = places / (1 + exposure * rate * variance)
        before, rate = rate, float((weight * counts).sum() / (weight * exposure).sum())
        if abs(rate - before) <= 1e-9 * rate:
            break
    return rate


def _gamma_likelihood(counts: Floats, mean: Floats, variance: float) -> Floats:
    if variance == 0:
        poisson: Floats = counts * np.log(mean) - mean - special.gammaln(counts + 1)
        return poisson
    shape = 1 / variance
    spread = mean * variance
    likelihood: Floats = (
        special.gammaln(counts + shape)
        - special.gammaln(shape)
        - special.gammaln(counts + 1)
        - (counts + shape) * np.log1p(spread)
        + counts * np.log(np.maximum(spread, 1e-300))
    )
    return likelihood


def _lognormal_likelihood(counts: Floats, mean: Floats, variance: float) -> Floats:
    """Integrate over the risk by Gauss–Hermite quadrature about each place's mode."""
    if variance == 0:
        return _gamma_likelihood(counts, mean, 0.0)
    square = np.log1p(variance)
    log_median = np.log(mean) - square / 2
    mode = (log_median / square + counts * np.log(counts + 0.5)) / (1 / square + counts)
    for _ in range(_NEWTON_STEPS):
        risk = np.exp(mode)
        slope = counts - risk - (mode - log_median) / square
        mode = mode + np.clip(slope / (risk + 1 / square), -1.0, 1.0)
    width = 1 / np.sqrt(np.exp(mode) + 1 / square)
    node, weight = np.polynomial.hermite_e.hermegauss(9)
    at = mode[:, None] + width[:, None] * node
    exponent = (
        counts[:, None] * at
        - np.exp(at)
        - (at - log_median[:, None]) ** 2 / (2 * square)
        + node**2 / 2
        + np.log(weight)
    )
    constant = np.log(2 * np.pi * square) / 2 + special.gammaln(counts + 1)
    total: Floats = special.logsumexp(exponent, axis=1) + np.log(width) - constant
    return total


def _nodes(log_likelihood: Floats) -> tuple[Floats, Floats]:
    """Return variances that span what the counts allow, and the logarithm of their weights."""
    position = np.arange(_SPREADS.size, dtype=float)
    fine = np.linspace(0.0, position[-1], _FINE)
    spread = np.interp(fine, position, _SPREADS)
    log_weight = CubicSpline(position, log_likelihood)(fine) - np.log1p(
        (spread / _PRIOR_SCALE) ** 2
    )
    log_weight = log_weight + np.log(np.gradient(spread, fine))
    kept = np.flatnonzero(log_weight > log_weight.max() + np.log(_NEGLIGIBLE))
    ends = fine[kept[0]], fine[kept[-1]]
    nodes = np.linspace(*ends, _NODES)
    width = max(ends[1] - ends[0], fine[1]) / (_NODES - 1)
    edge = np.ones(_NODES)
    edge[[0, -1]] = 0.5
    at_nodes = np.interp(nodes, fine, log_weight) + np.log(edge * width)
    return np.interp(nodes, fine, spread) ** 2, at_nodes


def at_most(counts: Floats, mean: Floats, shape: Shape, variance: float) -> Floats:
    """Return P(Y ≤ count) for each count and mean (arrays of one shape)."""
    if variance < 1e-8:
        below: Floats = special.gammaincc(counts + 1, mean)
    elif shape == "gamma":
        below = special.betainc(1 / variance, counts + 1, 1 / (1 + mean * variance))
    else:
        square = np.log1p(variance)
        median = mean * np.exp(-square / 2)
        _, below = poisson_lognormal.tails(
            counts, median, np.full(counts.shape, np.sqrt(square)), reach=5.0
        )
    return below
