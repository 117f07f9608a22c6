"""Scan models: the log likelihood ratio of a zone, and maps simulated without a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy import special

from hotspots.clusters.risk import poisson_lognormal

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.risk.robust_null import RobustNull
    from hotspots.clusters.scan.circles import Circles

    Floats = npt.NDArray[np.float64]

_GREATEST_SIZE = 1e12


class ScanModel(Protocol):
    """What a scan needs from its null."""

    def expected(self, exposure: Floats) -> Floats:
        """Return the expected count at an exposure."""

    def relative_risk(self, count: float, expected: float) -> float:
        """Return the risk of a zone relative to the rest."""

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Return counts ``(maps, places)`` without a cluster, and the center of each map."""

    def observed_center(self) -> Floats:
        """Return the center of the observed map, shape ``(1,)``."""

    def ratios(self, count: Floats, center: Floats, zones: Circles) -> tuple[Floats, Floats]:
        """Return log likelihood ratios and expected counts, both ``(maps, zones)``."""


@dataclass(frozen=True, eq=False, slots=True)
class ConstantRisk:
    """Kulldorff's model: the same risk everywhere, given the total (``null="binomial"``)."""

    exposure: Floats
    total: int

    def expected(self, exposure: Floats) -> Floats:
        """Return the count at the overall risk."""
        expected: Floats = self.total * exposure / self.exposure.sum()
        return expected

    def relative_risk(self, count: float, expected: float) -> float:
        """Return the risk of the zone relative to the risk outside it."""
        outside = self.total - count
        return count / expected * (self.total - expected) / outside if outside else np.inf

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Distribute the total in proportion to exposure; the center is fixed at 1."""
        generator = np.random.default_rng(sequence)
        shares = self.exposure / self.exposure.sum()
        count = generator.multinomial(self.total, shares, size=maps).astype(float)
        return count, np.ones(maps)

    def observed_center(self) -> Floats:
        """Return 1: the total is given, so that nothing is estimated."""
        return np.ones(1)

    def ratios(self, count: Floats, center: Floats, zones: Circles) -> tuple[Floats, Floats]:
        """Return c·log(c/e) + (C−c)·log((C−c)/(C−e)), and e."""
        expected = np.maximum(self.expected(zones.exposure), 1e-300)
        outside = np.maximum(self.total - expected, 1e-300)
        if self.total >= count.size:
            # More events than there are counts to evaluate: a lookup table would not pay.
            rest = self.total - count
            ratio = special.xlogy(count, count / expected)
            ratio += special.xlogy(rest, rest / outside)
            return ratio, np.broadcast_to(expected, count.shape)
        each = np.arange(self.total + 1.0)
        table = special.xlogy(each, each)
        table = table + table[::-1]
        # The logarithms are looked up, or taken once per zone; the rest is linear in the count.
        slope = np.log(expected) - np.log(outside)
        ratio = table[count.astype(np.int64)]
        ratio -= count * slope
        ratio -= self.total * np.log(outside)
        return ratio, np.broadcast_to(expected, count.shape)


@dataclass(frozen=True, eq=False, slots=True)
class LognormalRisk:
    """Risk varies lognormally about the median of the bulk (``null="spread"``).

    The ratio is that of a gamma–Poisson with the mean and variance of the zone's summed
    lognormal risks: it has a closed form, and grows with the excess of a zone only as far as
    ordinary variation does not explain it. The maps that it is compared with are not
    approximated: they are Poisson–lognormal, drawn over the uncertainty of center and spread,
    and each has its own center estimated in the same way as the observed one.
    """

    exposure: Floats
    null: RobustNull

    def expected(self, exposure: Floats) -> Floats:
        """Return the count at the median risk."""
        return exposure * self.null.rate

    def relative_risk(self, count: float, expected: float) -> float:
        """Return the risk of the zone relative to the median of the bulk."""
        return count / expected

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Return maps whose risk varies, and the median risk estimated from each."""
        generator = np.random.default_rng(sequence)
        node = generator.choice(self.null.weight.size, size=maps, p=self.null.weight)
        normal = generator.standard_normal((maps, self.exposure.size))
        sigma, rate = self.null.sigma[node, None], np.exp(self.null.log_rate[node, None])
        count = generator.poisson(self.exposure * rate * np.exp(sigma * normal)).astype(float)
        center = np.empty(maps)
        for number in np.unique(node):
            drawn = node == number
            center[drawn] = self._center(count[drawn], int(number))
        return count, center

    def observed_center(self) -> Floats:
        """Return the robust median risk."""
        return np.array([self.null.rate])

    def ratios(self, count: Floats, center: Floats, zones: Circles) -> tuple[Floats, Floats]:
        """Return c·log(c/m) − (c+k)·log((c+k)/(m+k)) with the gamma's shape k, and m."""
        spread = self.null.spread
        shape = 1 / np.maximum(zones.concentration * np.expm1(spread**2), 1 / _GREATEST_SIZE)
        mean = center[:, None] * (zones.exposure * np.exp(spread**2 / 2))
        # log1p, so that the ratio tends to that of the Poisson as the shape grows.
        apart = (count - mean) / (mean + shape)
        ratio = special.xlogy(count, np.maximum(count, 1.0) / mean)
        ratio -= (count + shape) * np.log1p(apart)
        return ratio, mean

    def _center(self, count: Floats, node: int) -> Floats:
        """Return the median risk of each map, by one Newton step from its true value.

        The equation is that of the observed map: half of the mass lies below the median, and a
        count that straddles the median is divided.
        """
        median, share = self._straddling(node)
        below = (count < median).mean(axis=1) + ((count == median) * share).mean(axis=1) - 0.5
        slope = 0.5 / np.sqrt(self.exposure.size) / self.null.log_rate_error[node]
        center: Floats = self.null.rate * np.exp(-below / slope)
        return center

    def _straddling(self, node: int) -> tuple[Floats, Floats]:
        """Return the median count of each place, and the share of its mass below ½."""
        middle = self.exposure * np.exp(self.null.log_rate[node])
        sigma = np.full(middle.size, self.null.sigma[node])
        low, high = np.full(middle.size, -1.0), np.ceil(2 * middle + 10)
        while (high - low > 1).any():
            guess = np.floor((low + high) / 2)
            reached = poisson_lognormal.tails(np.maximum(guess, 0), middle, sigma)[1] >= 0.5
            high, low = np.where(reached, guess, high), np.where(reached, low, guess)
        above, up_to = poisson_lognormal.tails(high, middle, sigma)
        return high, np.clip((0.5 - (1 - above)) / (up_to - (1 - above)), 0.0, 1.0)
