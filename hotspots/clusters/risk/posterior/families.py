"""Families: how risk varies between places, and what a place's count then says of its own.

Both families are given by the logarithm of the median risk and the standard deviation of the
logarithm of risk, so that their parameters mean the same. Arguments are arrays of places without
missing values: counts, and what would be expected of each at a risk of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from scipy import special

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_HERMITE = np.polynomial.hermite.hermgauss(20)
_LEGENDRE = np.polynomial.legendre.leggauss(48)
_REACH = 8.0
_DROP = 32.0
"""Natural logarithm of the density's fall from its mode to the ends of the integration."""

_PART = 2_048
"""Places whose points are laid out together."""


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Posterior expectations of each place: risk, its square, log risk, its square."""

    risk: Floats
    risk_squared: Floats
    log_risk: Floats
    log_risk_squared: Floats


class Family(Protocol):
    """A distribution of risk, given the log of its median and the spread of log risk."""

    name: ClassVar[str]

    def at(self, spread: float) -> Family:
        """Return the family with what this spread alone decides worked out once."""
        ...

    def log_marginal(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log probability of each count."""
        ...

    def log_density(
        self, log_risk: Floats, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log of each place's unnormalized posterior density of log risk."""
        ...

    def reach(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> tuple[Floats, Floats]:
        """Return the log risks between which all but a negligible part of a posterior lies."""
        ...

    def above(
        self, counts: Floats, expected: Floats, center: float, spread: float, log_risk: float
    ) -> Floats:
        """Return each place's posterior probability of exceeding a log risk."""
        ...

    def moments(self, counts: Floats, expected: Floats, center: float, spread: float) -> Moments:
        """Return the posterior expectations of each place."""
        ...


@dataclass(frozen=True, slots=True)
class Gamma:
    """Risk is gamma distributed; all is closed (the count is negative binomial).

    ``known`` holds a spread with the shape and the median, at a rate of 1, that belong to it.
    """

    known: tuple[float, float, float] | None = None
    name: ClassVar[str] = "gamma"

    def at(self, spread: float) -> Gamma:
        """Return the family with the shape of this spread worked out once."""
        return Gamma((spread, *_shape_and_median(spread)))

    def _parameters(self, center: float, spread: float) -> tuple[float, float]:
        """Return shape and rate of the gamma distribution with this log median and spread."""
        if self.known is not None and self.known[0] == spread:
            _, shape, median = self.known
        else:
            shape, median = _shape_and_median(spread)
        return shape, float(median / np.exp(center))

    def log_marginal(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log probability of each count."""
        shape, rate = self._parameters(center, spread)
        marginal: Floats = (
            special.gammaln(counts + shape)
            - special.gammaln(shape)
            - special.gammaln(counts + 1)
            + special.xlogy(counts, expected / (expected + rate))
            - shape * np.log1p(expected / rate)
        )
        return marginal

    def log_density(
        self, log_risk: Floats, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log of each place's unnormalized posterior density of log risk."""
        shape, rate = self._parameters(center, spread)
        density: Floats = (counts + shape) * log_risk - (expected + rate) * np.exp(log_risk)
        return density

    def reach(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> tuple[Floats, Floats]:
        """Return the log risks between which all but a negligible part of a posterior lies."""
        shape, rate = self._parameters(center, spread)
        mode = np.log((counts + shape) / (expected + rate))
        return mode - _left_reach(counts + shape), mode + _REACH / np.sqrt(counts + shape)

    def above(
        self, counts: Floats, expected: Floats, center: float, spread: float, log_risk: float
    ) -> Floats:
        """Return each place's posterior probability of exceeding a log risk."""
        shape, rate = self._parameters(center, spread)
        probability: Floats = special.gammaincc(
            counts + shape, (expected + rate) * np.exp(log_risk)
        )
        return probability

    def moments(self, counts: Floats, expected: Floats, center: float, spread: float) -> Moments:
        """Return the posterior expectations of each place."""
        shape, rate = self._parameters(center, spread)
        k, total = counts + shape, expected + rate
        log_risk = special.digamma(k) - np.log(total)
        return Moments(
            risk=k / total,
            risk_squared=k * (k + 1) / total**2,
            log_risk=log_risk,
            log_risk_squared=special.polygamma(1, k) + log_risk**2,
        )


class Lognormal:
    """Risk is lognormal; integrals are taken about each place's own mode."""

    name: ClassVar[str] = "lognormal"

    def at(self, spread: float) -> Lognormal:
        """Return the family itself."""
        return self

    def log_marginal(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log probability of each count, by adaptive Gauss–Hermite quadrature."""
        mode, sd = _mode(counts, expected, center, spread)
        at, weight = _HERMITE
        peak = self.log_density(mode, counts, expected, center, spread)
        step = np.sqrt(2) * sd
        total = np.empty(counts.size)
        for part in _parts(counts.size):
            points = mode[part] + step[part] * at[:, None]
            log = self.log_density(points, counts[part], expected[part], center, spread)
            total[part] = (weight[:, None] * np.exp(log - peak[part] + at[:, None] ** 2)).sum(
                axis=0
            )
        constant = special.gammaln(counts + 1) - special.xlogy(counts, expected)
        constant += np.log(spread) + 0.5 * np.log(2 * np.pi)
        marginal: Floats = np.log(total * step) + peak - constant
        return marginal

    def log_density(
        self, log_risk: Floats, counts: Floats, expected: Floats, center: float, spread: float
    ) -> Floats:
        """Return the log of each place's unnormalized posterior density of log risk."""
        density: Floats = (
            counts * log_risk
            - expected * np.exp(log_risk)
            - (log_risk - center) ** 2 / (2 * spread**2)
        )
        return density

    def reach(
        self, counts: Floats, expected: Floats, center: float, spread: float
    ) -> tuple[Floats, Floats]:
        """Return the log risks between which all but a negligible part of a posterior lies."""
        mode, sd = _mode(counts, expected, center, spread)
        left = np.minimum(_left_reach(expected * np.exp(mode)), _REACH * spread)
        return mode - left, mode + _REACH * sd

    def above(
        self, counts: Floats, expected: Floats, center: float, spread: float, log_risk: float
    ) -> Floats:
        """Return each place's posterior probability of exceeding a log risk."""
        low, high = self.reach(counts, expected, center, spread)
        split = np.clip(log_risk, low, high)
        mode, _ = _mode(counts, expected, center, spread)
        peak = self.log_density(mode, counts, expected, center, spread)

        def mass(start: Floats, end: Floats) -> Floats:
            total = np.empty(counts.size)
            for part in _parts(counts.size):
                u, width = _legendre(start[part], end[part])
                log = self.log_density(u, counts[part], expected[part], center, spread)
                total[part] = (width * np.exp(log - peak[part])).sum(axis=0)
            return total

        above, below = mass(split, high), mass(low, split)
        return above / (above + below)

    def moments(self, counts: Floats, expected: Floats, center: float, spread: float) -> Moments:
        """Return the posterior expectations of each place."""
        low, high = self.reach(counts, expected, center, spread)
        mode, _ = _mode(counts, expected, center, spread)
        peak = self.log_density(mode, counts, expected, center, spread)
        sums = np.zeros((5, counts.size))
        for u, width in zip(*_legendre(low, high), strict=True):
            density = width * np.exp(self.log_density(u, counts, expected, center, spread) - peak)
            risk = np.exp(u)
            for row, factor in enumerate((np.ones_like(u), risk, risk**2, u, u**2)):
                sums[row] += density * factor
        return Moments(*(sums[1:] / sums[0]))


FAMILIES: tuple[Family, ...] = (Lognormal(), Gamma())


def gamma_shape(spread: float) -> float:
    """Return the shape at which the logarithm of a gamma variable has this standard deviation."""
    variance = spread**2
    shape = 1 / variance + 0.5 if variance < 1 else 1 / spread
    for _ in range(50):
        step = (special.polygamma(1, shape) - variance) / special.polygamma(2, shape)
        shape = max(shape - step, shape / 4)
        if abs(step) < 1e-12 * shape:
            break
    return float(shape)


def _shape_and_median(spread: float) -> tuple[float, float]:
    """Return the shape of the gamma distribution with this spread, and its median at rate 1."""
    shape = gamma_shape(spread)
    return shape, float(special.gammaincinv(shape, 0.5))


def _mode(counts: Floats, expected: Floats, center: float, spread: float) -> tuple[Floats, Floats]:
    """Return mode and curvature of each place's log risk, the mode by Wright's omega."""
    variance = spread**2
    linear = center + variance * counts
    rate = special.wrightomega(np.log(variance * expected) + linear)
    mode = linear - rate
    return mode, 1 / np.sqrt(expected * np.exp(mode) + 1 / variance)


def _left_reach(events: Floats) -> Floats:
    """Return the d with events · (e⁻ᵈ − 1 + d) ≥ the drop, from e⁻ᵈ − 1 + d ≥ d² / (2 + d)."""
    ratio = _DROP / np.maximum(events, 1e-12)
    reach: Floats = (ratio + np.sqrt(ratio**2 + 8 * ratio)) / 2
    return reach


def _legendre(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the points between two ends and their weights: points × places."""
    at, weight = _LEGENDRE
    half, middle = (high - low) / 2, (high + low) / 2
    return middle + half * at[:, None], half * weight[:, None]


def _parts(size: int) -> list[slice]:
    """Return slices of the places that are small enough for a table of points × places."""
    return [slice(start, min(start + _PART, size)) for start in range(0, size, _PART)]
