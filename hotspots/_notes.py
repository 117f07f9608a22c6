"""Notes on a row: what was repaired in it and what could not be used, by a fixed set of keys.

A note is ``key`` or ``key: detail``; several notes on one row are separated by ``"; "``. The
catalogue has the words for each key; the detail is the row's own text or number, and tallies
ignore it.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_DETAIL = 80
"""Number of characters of a detail that are kept."""

_BETWEEN = "; "


class Note(StrEnum):
    """The keys of notes; the words of each are in the catalogue's ``[note]``."""

    # Repairs of a row's coordinates.
    COORDINATES_SWAPPED = "coordinates_swapped"
    LONGITUDE_SIGN = "longitude_sign"
    LATITUDE_SIGN = "latitude_sign"
    DEGREES_MINUTES = "degrees_minutes"
    COORDINATES_IN_METERS = "coordinates_in_meters"
    DECIMAL_POINT_LOST = "decimal_point_lost"
    # Problems of a row.
    ROW_WIDTH = "row_width"
    NUL_BYTES = "nul_bytes"
    ENCODING = "encoding"
    FORMULA_UNSAVED = "formula_unsaved"
    DATE_MISSING = "date_missing"
    DATE_UNKNOWN = "date_unknown"
    DATE_UNREADABLE = "date_unreadable"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    DATE_TOO_LATE = "date_too_late"
    TIME_UNREADABLE = "time_unreadable"
    CATEGORY_MISSING = "category_missing"
    CATEGORY_UNKNOWN = "category_unknown"
    VICTIMS_COUNTED_AS_ONE = "victims_counted_as_one"
    COORDINATES_UNREADABLE = "coordinates_unreadable"
    COORDINATES_INCOMPLETE = "coordinates_incomplete"
    COORDINATES_ZERO = "coordinates_zero"
    COORDINATES_IMPOSSIBLE = "coordinates_impossible"
    OUTSIDE_STUDY_AREA = "outside_study_area"
    SEVERAL_REPAIRS = "several_repairs"
    LOCATION_MISSING = "location_missing"
    # Problems of an address.
    SEVERAL_PLACES = "several_places"
    ADDRESS_NOT_FOUND = "address_not_found"
    STREET_MISSING = "street_missing"
    KILOMETER_UNKNOWN = "kilometer_unknown"
    SEVERAL_NEIGHBORHOODS = "several_neighborhoods"
    PLACED_IN_NEIGHBORHOOD = "placed_in_neighborhood"
    ONLINE_NOT_FOUND = "online_not_found"
    ONLINE_OUTSIDE = "online_outside"
    ONLINE_FAILED = "online_failed"
    ONLINE_STOPPED = "online_stopped"
    # Repairs and problems of units.
    SELF_INTERSECTION = "self_intersection"
    GEOMETRY_MENDED = "geometry_mended"
    FOLDED_BY_PROJECTION = "folded_by_projection"
    SAME_SHAPE = "same_shape"
    OVERLAP = "overlap"
    SLIVER_OVERLAP = "sliver_overlap"
    GAP = "gap"
    SMALL_GAP = "small_gap"
    SLIVER = "sliver"
    SEVERAL_PARTS = "several_parts"
    NO_NEIGHBOR = "no_neighbor"
    NO_BORDER = "no_border"
    MISSING_POPULATION = "missing_population"
    NO_RESIDENTS = "no_residents"
    FRACTIONAL_POPULATION = "fractional_population"


def note(key: Note, detail: object = "") -> str:
    """Return one note; the detail on one line, without semicolons, of at most 80 letters.

    Examples
    --------
    >>> note(Note.DATE_MISSING), note(Note.DATE_UNKNOWN, "SE DESCONOCE; creo")
    ('date_missing', 'date_unknown: SE DESCONOCE, creo')
    """
    plain = " ".join(str(detail)[: 2 * LONGEST_DETAIL].replace(";", ",").split())
    return f"{key}: {plain[:LONGEST_DETAIL]}" if plain else str(key)


def noted(key: Note, details: pd.Series, where: pd.Series | NDArray[np.bool_]) -> pd.Series:
    """Return the note with each row's own detail where ``where`` is true, "" elsewhere.

    Examples
    --------
    >>> labels = pd.Series(["OTROS", "HOMICIDIO"])
    >>> noted(Note.CATEGORY_UNKNOWN, labels, labels == "OTROS").tolist()
    ['category_unknown: OTROS', '']
    """
    chosen = details[where]
    said = {text: note(key, text) for text in chosen.unique()}
    notes = pd.Series("", index=details.index, dtype=str)
    notes[where] = chosen.map(said).to_numpy()
    return notes


def joined(*notes: str) -> str:
    """Return several notes as one text; empty ones are skipped.

    Examples
    --------
    >>> joined("degrees_minutes", "", "coordinates_swapped")
    'degrees_minutes; coordinates_swapped'
    """
    return _BETWEEN.join(filter(None, notes))


def join_notes(left: pd.Series, right: pd.Series) -> pd.Series:
    """Return two columns of notes with the same index, joined row by row.

    Examples
    --------
    >>> join_notes(pd.Series(["date_missing", ""]), pd.Series(["no_residents"] * 2)).tolist()
    ['date_missing; no_residents', 'no_residents']
    """
    both = (left != "") & (right != "")
    one = left.where(right == "", right.where(left == "", right))
    return one.mask(both, left + _BETWEEN + right)


def split_note(written: str) -> tuple[str, str]:
    """Return the key and the detail of one note.

    Examples
    --------
    >>> split_note("overlap: 12 m² · 007"), split_note("no_residents")
    (('overlap', '12 m² · 007'), ('no_residents', ''))
    """
    key, _, detail = written.partition(": ")
    return key, detail


def note_keys(notes: pd.Series) -> pd.Series:
    """Return how many rows have each key, the most frequent first; a row counts once per key.

    Examples
    --------
    >>> note_keys(pd.Series(["date_unknown: s/d; location_missing", "", "date_unknown: ?"]))
    date_unknown        2
    location_missing    1
    Name: rows, dtype: int64
    """
    written = notes.fillna("").astype(str)
    bare = written[written != ""].str.replace(r": [^;]*", "", regex=True).value_counts()
    rows: Counter[str] = Counter()
    for keys, count in bare.items():
        for key in set(str(keys).split(_BETWEEN)):
            rows[key] += int(count)
    order = sorted(rows.items(), key=lambda one: (-one[1], one[0]))
    return pd.Series(dict(order), name="rows", dtype="int64")
