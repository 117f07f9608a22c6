"""Roll-up: from a test on units to the polygons that the units form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import numeric, one_series, unique_index
from hotspots.catalogue.results import UNTESTED
from hotspots.errors import InputError
from hotspots.schema import LOWERED, POLYGON_ID, RAISED, Label

if TYPE_CHECKING:
    from hotspots.schema import LocalResult

_KNOWN = {*RAISED, *LOWERED, Label.HIGH_LOW, Label.LOW_HIGH, Label.NOT_SIGNIFICANT, *UNTESTED}
"""The labels of tests of high and low values; tests of similarity and of joins have others."""

_NOT_ASKED = {"greater": "share_cold", "less": "share_hot"}
"""The share of which a one-sided test says nothing."""


def roll_up(result: LocalResult, membership: pd.Series, *, weight: pd.Series) -> pd.DataFrame:
    """Return, per polygon, the share of its residents who live in units that a test labeled.

    Parameters
    ----------
    result
        A local test on units whose labels are high or low: hot and cold, excess and deficit,
        high-high and low-low. The spatial outliers of a local Moran, high-low and low-high,
        count as neither.
    membership
        Unit → polygon, for every unit of the result.
    weight
        Residents of each unit.

    Returns
    -------
    DataFrame
        On ``polygon_id``: ``share_hot`` and ``share_cold`` (0–1, of all residents of the
        polygon; missing where nobody lives, and the one that a one-sided test did not ask
        for), ``least_q`` (the smallest q of its units; missing
        if none was tested).

    Raises
    ------
    InputError
        For a unit without a polygon or a weight, a repeated unit, a negative or infinite
        weight, or a test whose findings are neither high nor low (local Geary, co-location,
        juxtaposition).

    Examples
    --------
    >>> from hotspots.clusters.local.getis_ord import GI_STAR
    >>> from hotspots.schema import LocalResult
    >>> table = pd.DataFrame(
    ...     {"q": [0.01, 0.5, 0.9], "label": ["hot", "not significant", "not significant"]},
    ...     index=["u1", "u2", "u3"])
    >>> found = LocalResult(table, GI_STAR, "rate", "total", "two-sided", "fdr", .05, 3)
    >>> polygon_of = pd.Series({"u1": "p1", "u2": "p1", "u3": "p2"})
    >>> roll_up(found, polygon_of, weight=pd.Series({"u1": 300, "u2": 100, "u3": 50}))
                share_hot  share_cold  least_q
    polygon_id
    p1               0.75         0.0     0.01
    p2               0.00         0.0     0.90
    """
    _check_labels(result)
    units = result.table.index
    for other, what in ((membership, "polygon"), (weight, "weight")):
        one_series(other, f"The {what} of each unit")
        unique_index(other, f"The {what} of each unit")
        lacking = units.difference(other.dropna().index, sort=False)
        if len(lacking):
            raise InputError(
                f"{len(lacking)} tested units have no {what}, first {lacking[0]!r}. "
                "Take result, membership and weight from the same units."
            )
    numeric(weight, "The weights")
    residents = weight.reindex(units).astype(float)
    wrong = (residents < 0) | np.isinf(residents)
    if wrong.any():
        first = residents.index[wrong][0]
        raise InputError(
            f"The weight of {first!r} is {residents[first]}. Residents are finite and ≥ 0: "
            "correct the table."
        )
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
    # The sides of a local Moran are those of the association: both may hold high places.
    if result.kind.graded and result.alternative in _NOT_ASKED:
        shares[_NOT_ASKED[result.alternative]] = np.nan
    return shares.rename_axis(POLYGON_ID)


def _check_labels(result: LocalResult) -> None:
    found = {*result.kind.labels, *result.table["label"]} - _KNOWN
    if found:
        said = ", ".join(sorted(map(str, found)))
        raise InputError(
            f"The labels of {result.test} ({said}) are neither high nor low, so there is no share "
            "of residents in high or low units. Roll up a getis_ord, local_moran or excess_risk."
        )
