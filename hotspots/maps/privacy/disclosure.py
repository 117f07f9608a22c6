"""Which counts a public page withholds, and which others, so that nobody can work them out.

The public page and its downloads give one count per polygon and category, and what follows from
that count alone: its rate and interval. They give no months or years, no units, no points and no
test statistic. That leaves three ways back to a withheld count: to subtract from the total of the
category (the header's number of located incidents comes close, and the exact total may be known
from elsewhere); to subtract between categories of which one is the sum of others; and to run the
rule itself backwards. :func:`withheld_polygons` closes all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.linalg import qr
from scipy.optimize import Bounds, LinearConstraint, milp

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


_BLOCK = 2
"""Further polygons are withheld in pairs: a single last one could be told to be above 0."""


def withheld_polygons(
    rates: Mapping[str, pd.DataFrame], *, threshold: int = 5
) -> dict[str, pd.Series]:
    """Return, for each category, True where the polygon's count must not be shown.

    A count below the threshold is withheld. If there is one, further polygons are withheld
    whatever their counts: the two with the fewest residents, then the next two, until at least
    ``threshold`` incidents are withheld in all. That order does not depend on the counts. So to a
    reader who knows the total of the category, every count that is shown, and this very rule, each
    withheld count below the threshold can still be any number below it (but not more than there
    are incidents in the whole category).

    Categories of which one is the sum of others are withheld together, polygon by polygon, until
    this holds for each of them.

    Parameters
    ----------
    rates
        Category → table with ``count`` on the polygons and, for their order, ``exposure``
        (residents). Ties, and tables without residents, go by the polygons' identifiers.
    threshold
        Smallest count that may be shown.

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
        together = pd.DataFrame({key: counts[key] for key in group}).fillna(0)
        hidden = withheld_together(together, _order(rates[group[0]]), threshold)
        found |= {key: hidden.reindex(counts[key].index) for key in group}
    return {key: found[key] for key in rates}


def check_threshold(threshold: int) -> None:
    """Raise an error unless the threshold is a whole number from 1 up."""
    whole = isinstance(threshold, int | np.integer) and not isinstance(threshold, bool)
    if not whole or threshold < 1:
        raise InputError(f"threshold: came as {threshold!r}. Give a whole number from 1 up.")


def withheld_together(counts: pd.DataFrame, order: pd.Index, threshold: int) -> pd.Series:
    """Return True where the counts of related categories are withheld, all of them at once.

    Parameters
    ----------
    counts
        Polygons × categories.
    order
        The polygons, in the order in which further ones are withheld.
    threshold
        Smallest count that may be shown.
    """
    hidden: pd.Series = (counts < threshold).any(axis=1)
    if not hidden.any():
        return hidden
    for first in range(0, len(order), _BLOCK):
        hidden[order[first : first + _BLOCK]] = True
        if (counts[hidden].sum() >= threshold).all():
            break
    return hidden


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
