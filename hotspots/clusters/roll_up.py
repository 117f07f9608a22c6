"""Roll-up: what a test on units says of the polygons that the units make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.errors import InputError
from hotspots.schema import LOWERED, POLYGON_ID, RAISED

if TYPE_CHECKING:
    from hotspots.schema import LocalResult


def roll_up(result: LocalResult, membership: pd.Series, *, weight: pd.Series) -> pd.DataFrame:
    """Return, per polygon, the share of its residents who live in units that a test labelled.

    Parameters
    ----------
    result
        A local test on units.
    membership
        Unit → polygon, of every tested unit.
    weight
        Residents of each unit.

    Returns
    -------
    DataFrame
        On ``polygon_id``: ``share_hot`` and ``share_cold`` (0–1, of the residents of all the
        polygon's units; missing where nobody lives), ``least_q`` (missing where no unit was
        tested).

    Raises
    ------
    InputError
        For a tested unit without a polygon or without a weight, or a negative weight.

    Examples
    --------
    >>> from hotspots.schema import LocalResult
    >>> table = pd.DataFrame(
    ...     {"q": [0.01, 0.5, 0.9], "label": ["hot", "not significant", "not significant"]},
    ...     index=["u1", "u2", "u3"])
    >>> found = LocalResult(table, "getis_ord_star", "rate", "total", "two-sided", "fdr", .05, 3)
    >>> polygon_of = pd.Series({"u1": "p1", "u2": "p1", "u3": "p2"})
    >>> roll_up(found, polygon_of, weight=pd.Series({"u1": 300, "u2": 100, "u3": 50}))
                share_hot  share_cold  least_q
    polygon_id
    p1               0.75         0.0     0.01
    p2               0.00         0.0     0.90
    """
    units = result.table.index
    for other, what in ((membership, "polygon"), (weight, "weight")):
        lacking = units.difference(other.dropna().index, sort=False)
        if len(lacking):
            raise InputError(
                f"{len(lacking)} tested units have no {what}, first {lacking[0]!r}. "
                "Take result, membership and weight from the same units."
            )
    residents = weight.reindex(units).astype(float)
    if (residents < 0).any():
        first = residents.index[residents < 0][0]
        raise InputError(f"The weight of {first!r} is {residents[first]}. Residents are ≥ 0.")
    frame = pd.DataFrame(
        {
            "all": residents,
            "hot": residents.where(result.table["label"].isin(list(RAISED)), 0.0),
            "cold": residents.where(result.table["label"].isin(list(LOWERED)), 0.0),
            "q": result.table["q"],
        }
    )
    grouped = frame.groupby(membership.reindex(units), sort=True)
    sums = grouped[["all", "hot", "cold"]].sum()
    lived_in = sums["all"].where(sums["all"] > 0)
    shares = pd.DataFrame(
        {
            "share_hot": sums["hot"] / lived_in,
            "share_cold": sums["cold"] / lived_in,
            "least_q": grouped["q"].min(),
        }
    )
    return shares.rename_axis(POLYGON_ID)
