"""The unlocated addresses with the most rows, with the reason and what they may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots._notes import Note, split_note
from hotspots.geocoding.address.parse import read_address
from hotspots.schema import (
    ADDRESS,
    LOCATION_MATCH,
    LOCATION_PRECISION,
    LOCATION_STATUS,
    NEIGHBORHOOD,
    PROBLEM,
    LocationPrecision,
    LocationStatus,
)

if TYPE_CHECKING:
    from hotspots.geocoding.gazetteer.gazetteer import Gazetteer

MOST_ADDRESSES = 500
_MOST_NAMES = 3
_OF_PLACES = frozenset(
    {
        Note.COORDINATES_UNREADABLE,
        Note.COORDINATES_INCOMPLETE,
        Note.COORDINATES_ZERO,
        Note.COORDINATES_IMPOSSIBLE,
        Note.OUTSIDE_STUDY_AREA,
        Note.SEVERAL_REPAIRS,
        Note.SEVERAL_PLACES,
        Note.ADDRESS_NOT_FOUND,
        Note.STREET_MISSING,
        Note.SEVERAL_NEIGHBORHOODS,
        Note.PLACED_IN_NEIGHBORHOOD,
    }
)
_OF_ADDRESSES = frozenset(
    {Note.SEVERAL_PLACES, Note.ADDRESS_NOT_FOUND, Note.STREET_MISSING, Note.SEVERAL_NEIGHBORHOODS}
)
_UNSURE = (str(LocationStatus.AMBIGUOUS), str(LocationStatus.APPROXIMATE))


def unlocated_addresses(missed: pd.DataFrame, gazetteer: Gazetteer | None) -> pd.DataFrame:
    """Return the most common addresses that are not located, at most 500.

    Parameters
    ----------
    missed
        The incidents that are not located.
    gazetteer
        Gazetteer whose street names are searched for those most similar to one not found.

    Returns
    -------
    pandas.DataFrame
        ``address``, ``neighborhood``, ``rows``; ``reason`` (key of the note in ``problem``, or
        the row's status if there is none) and ``closest`` (the places or the long street that
        the address may mean, or up to three streets with names similar to the one not found;
        "" if there are none).
    """
    table = pd.DataFrame(
        {
            ADDRESS: missed[ADDRESS],
            NEIGHBORHOOD: missed[NEIGHBORHOOD],
            "rows": 1,
            "reason": _reasons(missed),
            "closest": _candidates(missed),
        }
    )
    named = table[table[ADDRESS] != ""]
    keys = [ADDRESS, NEIGHBORHOOD]
    # One address has one answer, unless one of its rows also has broken coordinates.
    grouped = named.groupby(keys, as_index=False).agg(
        rows=("rows", "size"), reason=("reason", "max"), closest=("closest", "max")
    )
    ordered = grouped.sort_values(["rows", *keys], ascending=[False, True, True])
    listed = ordered.head(MOST_ADDRESSES).reset_index(drop=True)
    alike = _like_streets(listed, gazetteer)
    return listed.assign(closest=listed["closest"].where(listed["closest"] != "", alike))


def _reasons(missed: pd.DataFrame) -> pd.Series:
    state = missed[LOCATION_STATUS].astype(str)
    if PROBLEM not in missed:
        return state
    written = missed[PROBLEM].fillna("").astype(str)
    told = written.map({text: _reason(text) for text in written.unique()}).astype(str)
    return told.where(told != "", state)


def _reason(problem: str) -> str:
    """Return the note on the address, or else the first one on the location."""
    keys = [split_note(written)[0] for written in problem.split("; ")]
    told = [key for key in keys if key in _OF_ADDRESSES] or [k for k in keys if k in _OF_PLACES]
    return told[0] if told else ""


def _candidates(missed: pd.DataFrame) -> pd.Series:
    """Return what was matched, if it is ambiguous or too long a street to be a point."""
    if LOCATION_MATCH not in missed:
        return pd.Series("", index=missed.index, dtype=str)
    unsure = missed[LOCATION_STATUS].isin(_UNSURE)
    wide = missed[LOCATION_PRECISION] == str(LocationPrecision.NEIGHBORHOOD)
    return missed[LOCATION_MATCH].fillna("").astype(str).where(unsure & ~wide, "")


def _like_streets(listed: pd.DataFrame, gazetteer: Gazetteer | None) -> pd.Series:
    """Return the streets whose names are most similar to the one that was not found."""
    if gazetteer is None or gazetteer.streets is None:
        return pd.Series("", index=listed.index, dtype=str)
    streets = gazetteer.streets
    lost = listed.loc[listed["reason"] == str(Note.ADDRESS_NOT_FOUND), ADDRESS]
    asked = {row: read_address(text, gazetteer.lexicon).street.name for row, text in lost.items()}
    alike = streets.index.search_similar(sorted({*asked.values()} - {""}))
    said = {}
    for row, name in asked.items():
        titles = [
            streets.titles[street]
            for hit in alike.get(name, ())
            for street in streets.by_name[hit.name]
        ]
        said[row] = "; ".join([*dict.fromkeys(titles)][:_MOST_NAMES])
    return pd.Series(said, dtype=str).reindex(listed.index, fill_value="")
