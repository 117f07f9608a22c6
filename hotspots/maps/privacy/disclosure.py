"""Which counts a public page withholds, and which others, so that nobody can work them out.

The public page and its downloads give one count per polygon and category, and what follows from
that count alone: its rate and interval. They give no months or years, no units, no points and no
test statistic. That leaves three ways back to a withheld count: to subtract from the total of the
category (the header's number of located incidents comes close, and the exact total may be known
from elsewhere); to subtract between categories of which one is the sum of others; and to run the
rule itself backwards. :func:`withheld_polygons` closes all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.linalg import qr
from scipy.optimize import Bounds, LinearConstraint, milp

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray


_BLOCK = 2
"""Further polygons are withheld in pairs: a single last one could be told to be above 0."""

_MEASURES = ("count", "events", "victims")
"""Columns of a table of rates of which none may be small where one of them is shown."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PublicKnowledge:
    """What is known outside this publication, and makes more of it give a count away.

    Attributes
    ----------
    within
        DataFrame on the polygons, a column for each kind of border that none crosses: whoever
        answers for a municipality knows its total.
    withheld_before
        Category → True where a number of an earlier publication was withheld that a new one
        would narrow.
    differences
        Category → DataFrame on the polygons: counts that follow from this and earlier
        publications by subtraction, a column for each.
    """

    within: pd.DataFrame | None = None
    withheld_before: Mapping[str, pd.Series] = field(default_factory=dict)
    differences: Mapping[str, pd.DataFrame] = field(default_factory=dict)


NOTHING_ELSE = PublicKnowledge()


def withheld_polygons(
    rates: Mapping[str, pd.DataFrame], *, threshold: int = 5, known: PublicKnowledge = NOTHING_ELSE
) -> dict[str, pd.Series]:
    """Return, for each category, True where the polygon's count must not be shown.

    A count below the threshold is withheld, of events as of victims, and so is one that would
    give away a small one by subtraction from an earlier publication. If there is one, further
    polygons are withheld whatever their counts: the two with the fewest residents, then the next
    two, until at least ``threshold`` incidents are withheld in all. That order does not depend
    on the counts. So to a reader who knows the total of the category, every count that is shown,
    and this very rule, each withheld count below the threshold can still be any number below it
    (but not more than there are incidents in the whole category).

    The same holds in each municipality, where ``known.within`` says which polygons are whose: to
    a reader who knows its total. Categories of which one is the sum of others are withheld
    together, polygon by polygon, until all this holds for each of them.

    Parameters
    ----------
    rates
        Category → table with ``count`` on the polygons, ``events`` and ``victims`` where they
        are known, and, for their order, ``exposure`` (residents). Ties, and tables without
        residents, go by the polygons' identifiers.
    threshold
        Smallest count that may be shown.
    known
        What is known outside of this publication.

    Raises
    ------
    InputError
        If the threshold is below 1.

    References
    ----------
    Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, ch. 4 (secondary suppression);
    Wong et al., "Minimality attack in privacy preserving data publishing", VLDB 2007 (running a
    rule backwards).

    Examples
    --------
    >>> table = pd.DataFrame({"count": [0, 9, 30], "exposure": [900, 100, 500]}, index=list("abc"))
    >>> withheld_polygons({"homicide": table})["homicide"].tolist()
    [True, True, True]
    """
    check_threshold(threshold)
    counts = {key: table["count"].fillna(0).astype(float) for key, table in rates.items()}
    found: dict[str, pd.Series] = {}
    for group in related_categories(counts):
        table = rates[group[0]]
        together = pd.concat([_guarded(key, rates[key], known) for key in group], axis=1).fillna(0)
        before = pd.Series(False, index=together.index)
        for key in group:
            if key in known.withheld_before:
                before |= known.withheld_before[key].reindex(before.index, fill_value=False)
        hidden = withheld_together(
            together, _order(table), threshold, before=before, within=known.within
        )
        found |= {key: hidden.reindex(counts[key].index) for key in group}
    return {key: found[key] for key in rates}


def _guarded(category: str, table: pd.DataFrame, known: PublicKnowledge) -> pd.DataFrame:
    """Return every number of a category that must not be small where its count is shown."""
    measures = table[[name for name in _MEASURES if name in table]].astype(float)
    if category not in known.differences:
        return measures
    further = known.differences[category].reindex(table.index)
    # Where there is no difference, none is small.
    return pd.concat([measures, further.fillna(np.inf)], axis=1)


def check_threshold(threshold: int) -> None:
    """Raise an error unless the threshold is a whole number from 1 up."""
    whole = isinstance(threshold, int | np.integer) and not isinstance(threshold, bool)
    if not whole or threshold < 1:
        raise InputError(f"threshold: came as {threshold!r}. Give a whole number from 1 up.")


def withheld_together(
    counts: pd.DataFrame,
    order: pd.Index,
    threshold: int,
    *,
    before: pd.Series | None = None,
    within: pd.DataFrame | None = None,
) -> pd.Series:
    """Return True where the counts of related categories are withheld, all of them at once.

    Parameters
    ----------
    counts
        Polygons × counts; infinite where there is nothing to guard.
    order
        The polygons, in the order in which further ones are withheld.
    threshold
        Smallest count that may be shown.
    before
        True where the counts are withheld whatever they are.
    within
        Polygons × kinds of borders: the name of the area that each lies in. In each area with a
        withheld polygon, as much is withheld as in the whole city.
    """
    hidden: pd.Series = (counts < threshold).any(axis=1)
    if before is not None:
        hidden |= before
    finite = counts.replace(np.inf, 0.0)
    while hidden.any():
        wider = hidden.copy()
        for members in _areas(order, within):
            if wider[members].any():
                wider[members] = _enough(finite.loc[members], wider[members], threshold)
        if wider.equals(hidden):
            break
        hidden = wider
    return hidden


def _areas(order: pd.Index, within: pd.DataFrame | None) -> Iterator[pd.Index]:
    """Yield the polygons of each area whose total somebody knows, the whole city first."""
    yield order
    if within is not None:
        for column in within:
            area, _ = pd.factorize(within[column].reindex(order))
            yield from (order[area == number] for number in np.unique(area))


def _enough(counts: pd.DataFrame, hidden: pd.Series, threshold: int) -> pd.Series:
    """Withhold further polygons, in the order of the rows, until enough is withheld in all."""
    wider = hidden.copy()
    for first in range(0, len(counts), _BLOCK):
        wider.iloc[first : first + _BLOCK] = True
        if (counts[wider].sum() >= threshold).all():
            break
    return wider


def related_categories(counts: Mapping[str, pd.Series]) -> list[list[str]]:
    """Return the categories in groups; a sum is in one group with its parts.

    Parameters
    ----------
    counts
        Category → count on the polygons, all on the same index.

    Examples
    --------
    >>> murder, robbery = pd.Series([1, 4, 9]), pd.Series([7, 7, 0])
    >>> related_categories({"murder": murder, "all": murder + robbery, "robbery": robbery})
    [['murder', 'all', 'robbery']]
    >>> related_categories({"murder": murder, "robbery": robbery})
    [['murder'], ['robbery']]
    """
    group = {key: {key} for key in counts}
    some = [key for key, count in counts.items() if count.to_numpy().any()]
    for whole in some:
        parts = _parts(whole, [key for key in some if key != whole], counts)
        if parts:
            merged = set().union(*(group[key] for key in (whole, *parts)))
            group |= dict.fromkeys(merged, merged)
    order = {key: min(list(counts).index(one) for one in group[key]) for key in counts}
    return [[key for key in counts if order[key] == first] for first in sorted(set(order.values()))]


def _parts(whole: str, others: list[str], counts: Mapping[str, pd.Series]) -> list[str]:
    """Return the others that add up to the whole on every polygon, or none."""
    target = counts[whole]
    aligned = {key: counts[key].reindex(target.index, fill_value=0) for key in others}
    inside = {key: count for key, count in aligned.items() if (count <= target).all()}
    if not inside or (sum(inside.values()) < target).any():
        return []
    table = _essential(np.column_stack([*inside.values(), target]))
    answer = milp(
        np.ones(len(inside)),
        constraints=LinearConstraint(table[:, :-1], table[:, -1], table[:, -1]),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(inside)),
    )
    if answer.x is None:
        return []
    return [key for key, chosen in zip(inside, answer.x > 0.5, strict=True) if chosen]


def _essential(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return independent rows that span all rows: no more than there are columns."""
    triangle, places = qr(table.T, mode="r", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    found: NDArray[np.float64] = table[places[: int((sizes > 1e-9 * sizes[0]).sum())]]
    return found


def _order(table: pd.DataFrame) -> pd.Index:
    """Return the polygons in the order, known to the public, in which further ones are withheld.

    It does not depend on the order of the rows, which may differ between page and download.
    """
    by_name = table.iloc[np.argsort(table.index.astype(str), kind="stable")]
    if "exposure" not in table:
        return by_name.index
    return by_name["exposure"].fillna(0).sort_values(kind="stable").index
