"""Risk scores: how high a neighborhood's counts are, and how high they would be by chance.

The score of a place is its count weighted by 1 / (1 + expected·variance), the weight of the locally
most powerful test that the risk of a neighborhood is raised as a whole: a count of few expected
events counts in full, and one of many no more than its risk is informative. Where risks vary, a
score is capped at three standard deviations of risk above its expectation, so that neither one
extreme place nor the far tail of the fitted distribution decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from hotspots.clusters.local.risk_mixture import at_most
from hotspots.stats.exact_sums import row_sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.local.risk_mixture import RiskMixture, Shape

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_CAP = 3.0
_MEANS = 48
_CELLS = 96
_SMOOTH = 0.02
"""A step below this share of the largest possible one is as good as none."""


@dataclass(frozen=True, eq=False, slots=True)
class Neighborhoods:
    """Links from each tested place to the members of its neighborhood.

    Attributes
    ----------
    start
        Index of each tested place's first link.
    member
        Per link, the number of the member.
    weight
        Per link, its weight; the largest of each tested place is 1.
    """

    start: Integers
    member: Integers
    weight: Floats

    def sums(self, values: Floats, power: int = 1) -> Floats:
        """Return each neighborhood's sum of its members' values times weights to a power."""
        return row_sums(self.weight**power * values[self.member], self.start)


@dataclass(frozen=True, eq=False, slots=True)
class ScoreTails:
    """Per tested place, the share of patternless cities with a score so high, or so low, and z."""

    greater: Floats
    less: Floats
    z: Floats


def score_tails(
    counts: Floats, expected: Floats, neighborhoods: Neighborhoods, mixture: RiskMixture
) -> ScoreTails:
    """Return the tails of each neighborhood's sum of scores if risks have no pattern.

    The first three cumulants of every sum are those of the mixture; the distribution in between
    is that of a negative binomial with a step, exact where all scores are whole counts.
    """
    center = mixture.mean_variance
    weight = 1 / (1 + expected * center)
    observed = neighborhoods.sums(weight * np.minimum(counts, _caps(expected, center)))
    # An error of the rate moves all scores of a neighborhood together.
    shared = (neighborhoods.sums(weight * expected) * mixture.rate_error) ** 2
    greater, less = np.zeros(observed.size), np.zeros(observed.size)
    mean, square = np.zeros(observed.size), np.zeros(observed.size)
    for shape, variance, share in zip(mixture.shape, mixture.variance, mixture.weight, strict=True):
        parts = _cumulants(expected, center, shape, float(variance))
        sums = [neighborhoods.sums(part, power) for power, part in enumerate(parts, start=1)]
        above, below = stepped_tails(observed, sums[0], sums[1] + shared, sums[2])
        greater += share * above
        less += share * below
        mean += share * sums[0]
        square += share * (sums[1] + shared + sums[0] ** 2)
    z = (observed - mean) / np.sqrt(np.maximum(square - mean**2, 1e-300))
    return ScoreTails(np.minimum(greater, 1.0), np.minimum(less, 1.0), z)


def stepped_tails(
    value: Floats, mean: Floats, variance: Floats, third: Floats
) -> tuple[Floats, Floats]:
    """Return P(X ≥ value) and P(X ≤ value) for step·N, N negative binomial, by three cumulants.

    ``third`` is the third cumulant. Step and variance of N follow from the ratios of the
    cumulants; where these are those of a Poisson or a negative binomial count, the step is 1.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [float(tail.round(4)[0]) for tail in stepped_tails(3 * one, one, one, one)]
    [0.0803, 0.981]
    """
    ratio = variance / mean
    skew = third / variance
    step = np.clip(2 * ratio - skew, _SMOOTH * ratio, ratio)
    extra = ratio / step - 1
    number = np.maximum(value / step, 0.0)
    # Rounding must not put a count just below itself.
    near = np.round(number)
    number = np.where(np.abs(number - near) < 1e-6, near, number)
    average = mean / step
    positive = np.maximum(number, 1e-9)
    poisson = extra < 1e-6
    shape = average / np.where(poisson, 1.0, extra)
    part = 1 / (1 + extra)
    with np.errstate(under="ignore"):
        at_least = np.where(
            poisson,
            special.gammainc(positive, average),
            special.betainc(positive, shape, 1 - part),
        )
        at_most_ = np.where(
            poisson,
            special.gammaincc(number + 1, average),
            special.betainc(shape, number + 1, part),
        )
    return np.where(number > 0, at_least, 1.0), at_most_


def _caps(expected: Floats, variance: float) -> Floats:
    """Return the count at which each place's score is capped."""
    spread = np.sqrt(expected * (1 + expected * variance))
    cap: Floats = expected + 10 * spread + 30
    if variance > 0:
        cap = np.minimum(cap, expected + _CAP * (1 + expected * variance) / np.sqrt(variance))
    return cap


def _cumulants(
    expected: Floats, center: float, shape: Shape, variance: float
) -> tuple[Floats, Floats, Floats]:
    """Return the first three cumulants of the places' scores, from a table by expected count."""
    least, most = float(expected.min()), float(expected.max())
    table = np.geomspace(least, max(most, least * 1.0001), _MEANS)
    moments = _table(table, center, shape, variance)
    # Divided by the expected count they change slowly.
    at, known = np.log(expected), np.log(table)
    first, second, third = (expected * np.interp(at, known, part / table) for part in moments)
    return first, second, third


def _table(
    expected: Floats, center: float, shape: Shape, variance: float
) -> tuple[Floats, Floats, Floats]:
    cap = _caps(expected, center)
    cells = np.linspace(0.0, 1.0, _CELLS)
    # Counts up to the cap: each its own cell where they are few, else by ever wider cells.
    single = np.arange(_CELLS)[None, :]
    wide = np.floor(cap[:, None] * cells)
    last = np.where((cap < _CELLS)[:, None], single, wide)
    first = np.concatenate([np.zeros((expected.size, 1)), last[:, :-1] + 1], axis=1)
    mean = np.broadcast_to(expected[:, None], last.shape)
    below = at_most(last.ravel(), mean.ravel(), shape, variance).reshape(last.shape)
    below[:, -1] = 1.0
    mass = np.diff(below, axis=1, prepend=0.0)
    middle = (first + last) / 2
    middle[:, -1] = np.maximum(cap, last[:, -1])
    score = np.minimum(middle, cap[:, None]) / (1 + mean * center)
    average = (mass * score).sum(axis=1)
    away = score - average[:, None]
    return average, (mass * away**2).sum(axis=1), (mass * away**3).sum(axis=1)
