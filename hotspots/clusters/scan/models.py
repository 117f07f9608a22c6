"""Scan models: the log likelihood ratio of a zone, and maps drawn without a cluster."""

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
    """What a scan asks of its null."""

    def expected(self, people: Floats) -> Floats:
        """Return the count to be expected at an exposure."""

    def relative_risk(self, count: float, expected: float) -> float:
        """Return a zone's risk over that of the rest."""

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Return counts ``(maps, places)`` without a cluster, and each map's own center."""

    def observed_center(self) -> Floats:
        """Return the center of the observed map, shape ``(1,)``."""

    def ratios(self, count: Floats, center: Floats, zones: Circles) -> tuple[Floats, Floats]:
        """Return the log likelihood ratio and the expected count of ``(maps, zones)``."""


@dataclass(frozen=True, eq=False, slots=True)
class OneRisk:
    """Kulldorff's model: one risk everywhere, given the total (``null="binomial"``)."""

    people: Floats
    total: int

    def expected(self, people: Floats) -> Floats:
        """Return the count at the risk of the whole."""
        expected: Floats = self.total * people / self.people.sum()
        return expected

    def relative_risk(self, count: float, expected: float) -> float:
        """Return the zone's risk over the risk outside it."""
        outside = self.total - count
        return count / expected * (self.total - expected) / outside if outside else np.inf

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Deal out the total by exposure; the center is always that of the whole."""
        generator = np.random.default_rng(sequence)
        shares = self.people / self.people.sum()
        count = generator.multinomial(self.total, shares, size=maps).astype(float)
        return count, np.ones(maps)

    def observed_center(self) -> Floats:
        """Return 1: the total is given, so nothing is estimated."""
        return np.ones(1)

    def ratios(self, count: Floats, center: Floats, zones: Circles) -> tuple[Floats, Floats]:
        """Return c·log(c/e) + (C−c)·log((C−c)/(C−e)), and e."""
        expected = np.maximum(self.expected(zones.people), 1e-300)
        outside = np.maximum(self.total - expected, 1e-300)
        if self.total >= count.size:
            # More events than counts: a table of every count would be longer than these.
            rest = self.total - count
            ratio = special.xlogy(count, count / expected)
            ratio += special.xlogy(rest, rest / outside)
            return ratio, np.broadcast_to(expected, count.shape)
        each = np.arange(self.total + 1.0)
        table = special.xlogy(each, each)
        table = table + table[::-1]
        # All logarithms are looked up or made once per zone; the rest is linear in the count.
        slope = np.log(expected) - np.log(outside)
        ratio = table[count.astype(np.int64)]
        ratio -= count * slope
        ratio -= self.total * np.log(outside)
        return ratio, np.broadcast_to(expected, count.shape)


@dataclass(frozen=True, eq=False, slots=True)
class VaryingRisk:
    """Risk varies lognormally about the bulk's median (``null="robust"``).

    The ratio is that of a gamma–Poisson with the mean and variance of the zone's summed
    lognormal risks: closed, and it grows with a zone's excess only as far as ordinary variation
    does not explain it. Which maps it is compared with is not approximated: they are drawn
    Poisson–lognormal, from nodes of what the data leave open about center and spread, and each
    has its own center estimated as the observed one was.
    """

    people: Floats
    null: RobustNull

    def expected(self, people: Floats) -> Floats:
        """Return the count at the median risk."""
        return people * self.null.rate

    def relative_risk(self, count: float, expected: float) -> float:
        """Return the zone's risk over the bulk's median."""
        return count / expected

    def draw(self, maps: int, sequence: np.random.SeedSequence) -> tuple[Floats, Floats]:
        """Return maps whose risk varies, and the median risk that each one shows."""
        generator = np.random.default_rng(sequence)
        node = generator.choice(self.null.weight.size, size=maps, p=self.null.weight)
        normal = generator.standard_normal((maps, self.people.size))
        sigma, rate = self.null.sigma[node, None], np.exp(self.null.log_rate[node, None])
        count = generator.poisson(self.people * rate * np.exp(sigma * normal)).astype(float)
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
        mean = center[:, None] * (zones.people * np.exp(spread**2 / 2))
        # Written with log1p, so that a great shape tends to the Poisson's ratio.
        apart = (count - mean) / (mean + shape)
        ratio = special.xlogy(count, np.maximum(count, 1.0) / mean)
        ratio -= (count + shape) * np.log1p(apart)
        return ratio, mean

    def _center(self, count: Floats, node: int) -> Floats:
        """Return the median risk of each map: one step from the truth that it was drawn from.

        The same equation as the observed map's: half of the distribution below the median,
        where the count that straddles it is shared out.
        """
        median, share = self._straddling(node)
        below = (count < median).mean(axis=1) + ((count == median) * share).mean(axis=1) - 0.5
        slope = 0.5 / np.sqrt(self.people.size) / self.null.log_rate_error[node]
        center: Floats = self.null.rate * np.exp(-below / slope)
        return center

    def _straddling(self, node: int) -> tuple[Floats, Floats]:
        """Return the count at which each place's distribution passes ½, and its share below."""
        middle = self.people * np.exp(self.null.log_rate[node])
        sigma = np.full(middle.size, self.null.sigma[node])
        low, high = np.full(middle.size, -1.0), np.ceil(2 * middle + 10)
        while (high - low > 1).any():
            guess = np.floor((low + high) / 2)
            reached = poisson_lognormal.tails(np.maximum(guess, 0), middle, sigma)[1] >= 0.5
            high, low = np.where(reached, guess, high), np.where(reached, low, guess)
        above, up_to = poisson_lognormal.tails(high, middle, sigma)
        return high, np.clip((0.5 - (1 - above)) / (up_to - (1 - above)), 0.0, 1.0)
