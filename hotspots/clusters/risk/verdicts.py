"""Verdicts of excess risk: what each null says of every place, before any correction."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from scipy import special, stats

from hotspots.clusters.labels import CODE
from hotspots.clusters.risk.posterior.exchangeable import fit_exchangeable
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.schema import Label, TypicalRisk
from hotspots.stats.corrections import EXACT_PRICE
from hotspots.stats.poisson import poisson_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from hotspots.clusters.risk.groups import Groups
    from hotspots.clusters.risk.posterior.exchangeable import ExchangeableRisks
    from hotspots.schema.options import RiskRule

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.int64]
    Integers = npt.NDArray[np.int64]

_LEAST_P = 1e-300
_FEWEST_EVENTS = 2
_MOST_EVENTS = 10**9
_INTERVAL = (0.025, 0.975)
_SOUGHT = 3.0
"""The multiple of the typical risk that counts should be able to show."""


@dataclass(frozen=True, eq=False, slots=True)
class Verdicts:
    """What a null says of every group.

    Attributes
    ----------
    expected, z, p
        The count to be expected under the null, the normal equivalent of p, and p.
    candidate
        Code of the label that a group gets if its q is small enough.
    typical
        What the groups were compared with.
    further
        Further columns: ``ratio``, ``ratio_low``, ``ratio_high``, ``probability``.
    """

    expected: Floats
    z: Floats
    p: Floats
    candidate: Codes
    typical: TypicalRisk | None = None
    further: dict[str, Floats] = field(default_factory=dict)


def at_least(groups: Groups, multiple: float, rule: RiskRule, alpha: float) -> Verdicts:
    """Return whether the risk of each group is at least so many times the typical one.

    p is the Poisson tail at ``multiple`` × typical × exposure, over the uncertainty of the
    typical risk; the probability is that of the posterior.
    """
    if not groups.single_counts.any():
        return _without_events(groups)
    risks = fit_exchangeable(groups.single_counts, groups.single_exposure)
    typical, weight = risks.typical, risks.nodes.weight
    center = float(np.exp((weight * np.log(typical)).sum()))
    p = np.zeros(groups.counts.size)
    for one, share in zip(typical.tolist(), weight.tolist(), strict=True):
        p += share * special.pdtrc(groups.counts - 1, multiple * one * groups.exposure)
    p[groups.counts == 0] = 1.0
    p = np.minimum(p, 1.0)
    further = _of_groups(groups, center) if groups.joint else _of_places(risks, multiple)
    candidate = np.full(p.size, CODE[Label.ABOVE])
    candidate[groups.counts < _FEWEST_EVENTS] = CODE[Label.NOT_SIGNIFICANT]
    # Where the exact test doubts that it is less, nothing is said.
    candidate[(further["ratio_high"] < multiple) & (p > alpha)] = CODE[Label.NOT_ABOVE]
    return Verdicts(
        expected=center * groups.exposure,
        z=stats.norm.isf(np.clip(p, _LEAST_P, 1 - 1e-16)),
        p=p,
        candidate=candidate,
        typical=_compared(groups, risks, center, multiple, rule, alpha),
        further=further,
    )


def beyond_spread(groups: Groups, alpha: float) -> Verdicts:
    """Return which groups stand out even from the spread of risk between the places."""
    if not groups.single_counts.any():
        return _without_events(groups)
    null = fit_robust_null(groups.single_counts, groups.single_exposure)
    greater, less = null.tails(groups.counts, groups.exposure, groups.concentration)
    error = 1.96 * float(np.sqrt((null.weight * null.log_rate_error**2).sum()))
    size = groups.counts.size

    def passes(events: Floats) -> Booleans:
        tail = null.tails(events, np.full(events.size, _median_exposure(groups)))[0]
        passed: Booleans = 2 * tail <= alpha / size
        return passed

    least_multiple, least_events = _could_show(groups, null.rate, passes)
    typical = TypicalRisk(
        rate=null.rate,
        rate_low=null.rate * float(np.exp(-error)),
        rate_high=null.rate * float(np.exp(error)),
        spread=null.spread,
        model="robust",
        rule="exact",
        least_multiple=least_multiple,
        least_events=least_events,
        events_needed=_events_needed(groups, 1.0, alpha),
    )
    return _two_sided(
        groups,
        null.rate * groups.exposure,
        greater,
        less,
        (Label.EXTREME, Label.EXTREME_LOW),
        typical,
    )


def one_risk(groups: Groups) -> Verdicts:
    """Return which groups differ from one risk everywhere, given the total."""
    total = groups.single_counts.sum()
    share = np.minimum(groups.exposure / fsum(groups.single_exposure), 1.0)
    greater = stats.binom.sf(groups.counts - 1, total, share)
    less = stats.binom.cdf(groups.counts, total, share)
    return _two_sided(groups, total * share, greater, less, (Label.EXCESS, Label.DEFICIT))


def _two_sided(
    groups: Groups,
    expected: Floats,
    greater: Floats,
    less: Floats,
    sides: tuple[Label, Label],
    typical: TypicalRisk | None = None,
) -> Verdicts:
    p = np.minimum(2 * np.minimum(greater, less), 1.0)
    above = greater < less
    candidate = np.where(above, CODE[sides[0]], CODE[sides[1]])
    # The count is certain: no event at all, or a group that is the whole city.
    candidate[(greater == 1.0) & (less == 1.0)] = CODE[Label.NO_EVIDENCE]
    z = np.where(above, 1.0, -1.0) * stats.norm.isf(np.maximum(p, _LEAST_P) / 2)
    return Verdicts(expected, z, p, candidate, typical)


def _without_events(groups: Groups) -> Verdicts:
    size = groups.counts.size
    candidate = np.full(size, CODE[Label.NO_EVIDENCE])
    return Verdicts(np.zeros(size), np.zeros(size), np.ones(size), candidate)


def _of_places(risks: ExchangeableRisks, multiple: float) -> dict[str, Floats]:
    ratios = risks.ratio_quantiles((_INTERVAL[0], 0.5, _INTERVAL[1]))
    return {
        "ratio": ratios[1],
        "ratio_low": ratios[0],
        "ratio_high": ratios[2],
        "probability": risks.probability_above(multiple),
    }


def _of_groups(groups: Groups, center: float) -> dict[str, Floats]:
    """Return the crude ratios of groups, whose risks are not exchangeable."""
    expected = center * groups.exposure
    low, high = poisson_interval(groups.counts)
    return {
        "ratio": groups.counts / expected,
        "ratio_low": low / expected,
        "ratio_high": high / expected,
        "probability": np.full(expected.size, np.nan),
    }


def _compared(
    groups: Groups,
    risks: ExchangeableRisks,
    center: float,
    multiple: float,
    rule: RiskRule,
    alpha: float,
) -> TypicalRisk:
    exposure, size = _median_exposure(groups), groups.counts.size

    def passes(events: Floats) -> Booleans:
        tail: Floats = special.pdtrc(events - 1, multiple * center * exposure)
        if rule == "exact":
            return tail <= alpha / size
        expected = np.full(events.size, exposure * risks.scale)
        wrong = 1 - risks.probability_of(events, expected, multiple)
        return (wrong <= alpha) | (EXACT_PRICE * tail <= alpha / size)

    least_multiple, least_events = _could_show(groups, center, passes)
    order = np.argsort(risks.typical, kind="stable")
    cumulative = np.cumsum(risks.nodes.weight[order])
    low, high = np.interp(_INTERVAL, cumulative, risks.typical[order])
    return TypicalRisk(
        rate=center,
        rate_low=float(low),
        rate_high=float(high),
        spread=float((risks.nodes.weight * risks.nodes.spread).sum()),
        model=risks.family.name,
        rule=rule,
        least_multiple=least_multiple,
        least_events=least_events,
        events_needed=_events_needed(groups, multiple, alpha),
    )


def _could_show(
    groups: Groups,
    center: float,
    passes: Callable[[Floats], Booleans],
) -> tuple[float, int]:
    """Return the least multiple, and events, with which a place of median exposure is labeled."""
    found = _least(passes)
    least = float(found) if found else np.inf
    return least / (center * _median_exposure(groups)), found


def _least(passes: Callable[[Floats], Booleans]) -> int:
    """Return the least number of events that passes, as all above it do; 0 if none to 10⁹ does."""
    low, high = _FEWEST_EVENTS - 1, 0
    while not high and low < _MOST_EVENTS:
        doubled = _FEWEST_EVENTS * np.maximum(low, 1) * 2 ** np.arange(8)
        low, high = _between(doubled, low, passes)
    while high - low > 1:
        inner = np.unique(np.linspace(low, high, 18).astype(np.int64)[1:])
        low, high = _between(inner, low, passes)
    return int(high)


def _between(events: Integers, low: int, passes: Callable[[Floats], Booleans]) -> tuple[int, int]:
    """Return the last number of events that does not pass and the first that does, 0 for none."""
    able = np.flatnonzero(passes(events.astype(float)))
    first = int(able[0]) if able.size else events.size
    return (int(events[first - 1]) if first else low), (int(events[first]) if able.size else 0)


def _events_needed(groups: Groups, multiple: float, alpha: float) -> int:
    """Return the events at which three times the typical risk is found as often as not."""
    mean = np.geomspace(0.05, 1_000, 2_000)
    sought = max(_SOUGHT, 2 * multiple)
    middle = stats.poisson.median(sought * mean)
    enough = (middle >= _FEWEST_EVENTS) & (special.pdtrc(middle - 1, multiple * mean) <= alpha)
    # The last mean that is too small: the tail of a discrete count has teeth.
    least = mean[min(int(np.flatnonzero(~enough)[-1]) + 1, mean.size - 1)]
    everyone = fsum(groups.single_exposure)
    return int(np.ceil(least * everyone / _median_exposure(groups)))


def _median_exposure(groups: Groups) -> float:
    return float(np.median(groups.exposure))
