"""What earlier publications give away together with a new one.

A publication is a count for each polygon over a span of months. Two of them give the count
between them by subtraction, and several give the count between any two ends that they connect:
2012–2013 and 2012–2014 give 2014. :func:`known_from` lists these differences, for
:func:`hotspots.maps.privacy.disclosure.withheld_polygons` to guard like any other count.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd
from scipy.cluster.hierarchy import DisjointSet

from hotspots.maps.privacy.disclosure import PublicKnowledge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Span: TypeAlias = tuple[int, int]
"""The first month and the one after the last, counted from year 0; (0, 0) without dates."""

UNDATED: Span = (0, 0)

FILE = "publications.csv"
"""The file of a public folder that holds what was published so far."""


@dataclass(frozen=True, eq=False, slots=True)
class Publication:
    """The counts of one publication.

    Attributes
    ----------
    span
        The months that it is about.
    counts
        Areas × categories. An area is known by its units, not by its name. NaN is withheld.
    """

    span: Span
    counts: pd.DataFrame


def months(first: str, last: str) -> Span:
    """Return the span from one period to another, both included; each is a year or a month.

    Examples
    --------
    >>> months("2012", "2013-06")
    (24144, 24162)
    >>> months("", "")
    (0, 0)
    """
    if not first:
        return UNDATED
    year, _, month = first.partition("-")
    start = 12 * int(year) + int(month or 1) - 1
    year, _, month = last.partition("-")
    return start, 12 * int(year) + int(month or 12)


def known_from(
    earlier: Sequence[Publication],
    now: Publication,
    between: Callable[[str, Span], pd.Series],
    *,
    threshold: int,
) -> PublicKnowledge:
    """Return what earlier publications would give away of a new one, and it of them.

    Parameters
    ----------
    earlier
        The earlier publications, in any order.
    now
        The new one, with every count.
    between
        Gives the counts of a category in a span of months, on the areas of ``now``.
    threshold
        Smallest count that may be shown.

    Returns
    -------
    PublicKnowledge
        On the areas of ``now``. Held back from the start is an area that an earlier publication
        withheld or did not have (it is then part of others), where the months overlap, and one
        whose count over the very same months was corrected by fewer than the threshold.
    """
    before: dict[str, pd.Series] = {}
    differences: dict[str, pd.DataFrame] = {}
    for category in map(str, now.counts):
        mine = [one for one in earlier if category in one.counts]
        if not mine:
            continue
        current = now.counts[category]
        held = pd.Series(False, index=current.index)
        columns: dict[str, pd.Series] = {}
        for number, one in enumerate(mine):
            if not _overlap(one.span, now.span):
                continue
            then = one.counts[category].reindex(current.index)
            held |= then.isna()
            change = current - then
            if one.span == now.span != UNDATED:
                held |= (change != 0) & (change.abs() < threshold)
            elif _share_an_end(one.span, now.span) and (change.dropna() != 0).any():
                columns[f"change_{number}"] = change
        for span in _new_spans([one.span for one in mine], now.span):
            columns[f"{span[0]}_{span[1]}"] = between(category, span).reindex(current.index)
        before[category] = held
        if columns:
            differences[category] = pd.DataFrame(columns)
    return PublicKnowledge(withheld_before=before, differences=differences)


def _overlap(one: Span, other: Span) -> bool:
    if UNDATED in (one, other):
        return True
    return max(one[0], other[0]) < min(one[1], other[1])


def _share_an_end(one: Span, other: Span) -> bool:
    return one[0] == other[0] or one[1] == other[1]


def _new_spans(earlier: list[Span], now: Span) -> list[Span]:
    """Return the spans whose counts follow from the new publication and not without it.

    Each publication connects two months; a count follows for any two that are connected.
    """
    if now == UNDATED:
        return []
    dated = [span for span in earlier if span != UNDATED]
    ends = sorted({end for span in [*dated, now] for end in span})
    without, with_now = DisjointSet(ends), DisjointSet(ends)
    for span in dated:
        without.merge(*span)
        with_now.merge(*span)
    with_now.merge(*now)
    return [
        pair
        for pair in combinations(ends, 2)
        if pair != now and with_now.connected(*pair) and not without.connected(*pair)
    ]
