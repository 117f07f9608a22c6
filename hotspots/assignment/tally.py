"""Tally: rows keyed by area, category and period, as integer codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.assignment import periods
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.signedinteger[Any]]
    Flags = NDArray[np.bool_]

PERIOD = "period"
MEASURES = ["events", "victims"]


@dataclass(frozen=True, eq=False, slots=True)
class Key:
    """What rows are told apart by: a position among names for each, -1 for none."""

    codes: Integers
    names: pd.Index


@dataclass(frozen=True, eq=False, slots=True)
class Keys:
    """The three keys of the same rows; without a period all labels are empty."""

    place: Key
    category: Key
    label: Key


def level_of(areas: pd.DataFrame) -> str:
    """Return the name of the incidents' column that says in which of these areas they lie."""
    return schema.UNIT_ID if areas.index.name == schema.UNIT_ID else schema.POLYGON_ID


def check(
    columns: Iterable[object],
    areas: pd.DataFrame,
    by: str | None,
    period: str | None,
    repeats: str,
) -> None:
    """Raise unless the options are known and the columns are those of assigned incidents."""
    if by not in (None, "category"):
        raise InputError(f'count_incidents: by={by!r} is not known. Use by="category" or None.')
    if period is not None and period not in periods.PERIODS:
        raise InputError(
            f"count_incidents: period={period!r} is not known. "
            f"Use one of {', '.join(periods.PERIODS)}."
        )
    if repeats not in ("count", "leave_out"):
        raise InputError(
            f'count_incidents: repeats={repeats!r} is not known. Use "count" or "leave_out".'
        )
    wanted = [level_of(areas), schema.ASSIGNMENT_STATUS]
    wanted += [schema.CATEGORY] if by else []
    wanted += [schema.DATE] if period else []
    _checks.columns_present(columns, wanted, "count_incidents (run assign() first)")
    _checks.unique_index(areas, "count_incidents: areas")


def needed(level: str) -> list[str]:
    """Return the columns that say what is counted, those that need not be there with them."""
    columns = [level, schema.ASSIGNMENT_STATUS, schema.CATEGORY, schema.VICTIMS]
    return [*columns, schema.REPEAT_OF, schema.EVENT_ID, schema.DATE, schema.DATE_PRECISION]


def in_order(incidents: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the few columns that are counted, rows in the order of row_id."""
    rows = pd.DataFrame({name: incidents[name] for name in needed(level) if name in incidents})
    return rows if rows.index.is_monotonic_increasing else rows.sort_index()


def keys(rows: pd.DataFrame, places: pd.Index, period: periods.Period | None) -> Keys:
    """Return what tells the rows apart, with the categories and labels that they have.

    Raises
    ------
    InputError
        If a row lies in an area that is not among ``places``, whose name says which column
        is meant.
    """
    label = Key(np.zeros(len(rows), dtype=np.int64), pd.Index([""]))
    if period is not None:
        written = periods.labels(rows, period)
        label = Key(written.codes, written.categories)
    return Keys(_in_places(rows[places.name], places), _categories(rows), label)


def countable(
    rows: pd.DataFrame, there: Keys, categories: Sequence[str] | None, repeats: str
) -> Integers:
    """Return the positions of the rows that count: by fate, category asked for, and repeats."""
    fates = rows[schema.ASSIGNMENT_STATUS].isin([str(fate) for fate in schema.COUNTED])
    # A row known to its polygon alone has a counted fate and no unit.
    chosen = np.array(fates, dtype=bool) & (there.place.codes >= 0)
    if repeats == "leave_out" and schema.REPEAT_OF in rows:
        chosen &= rows[schema.REPEAT_OF].isna().to_numpy(dtype=bool)
    if categories is not None:
        chosen &= there.category.names.isin(list(categories))[there.category.codes]
    return np.flatnonzero(chosen)


def event_codes(rows: pd.DataFrame, category: Key) -> Integers:
    """Return one number for the rows of an event and category; a row without an event has -1."""
    if schema.EVENT_ID not in rows:
        return np.full(len(rows), -1)
    event, _ = pd.factorize(rows[schema.EVENT_ID])
    return np.where(event < 0, -1, event * len(category.names) + category.codes)


def begins(events: Integers, chosen: Integers) -> Flags:
    """Return which rows begin an event: of those chosen the first of each, and all without."""
    codes = events[chosen]
    first = (codes < 0) | ~pd.Series(codes).duplicated().to_numpy()
    flags = np.zeros(len(events), dtype=bool)
    flags[chosen[first]] = True
    return flags


def victims(rows: pd.DataFrame) -> Integers:
    """Return the victims of each row, one where nothing is said."""
    if schema.VICTIMS not in rows:
        return np.ones(len(rows), dtype=np.int64)
    return np.asarray(rows[schema.VICTIMS].fillna(1).astype("int64"))


def axes(
    there: Keys,
    by: str | None,
    period: periods.Period | None,
    categories: Sequence[str] | None,
) -> list[Key]:
    """Return the keys that are asked for, on all their names: zeros have a place, too.

    Raises
    ------
    InputError
        If no row has a category asked for.
    """
    wanted = _wanted(there.category, categories)
    asked = [there.place]
    if by is not None:
        asked.append(_among(there.category, wanted))
    if period is not None:
        every = periods.calendar(there.label.names, period)
        asked.append(_among(there.label, pd.Index(every, name=PERIOD)))
    return asked


def tabulated(
    asked: Sequence[Key], chosen: Integers, events: NDArray[Any], victims: Integers
) -> pd.DataFrame:
    """Return the events and the victims of the chosen rows, summed in every cell."""
    shape = [len(key.names) for key in asked]
    cell = np.ravel_multi_index([key.codes[chosen] for key in asked], shape)
    size = int(np.prod(shape))
    names = [key.names for key in asked]
    index = names[0] if len(names) == 1 else pd.MultiIndex.from_product(names)
    # Sums of whole numbers below 2⁵³ are whole in floats, too.
    sums = {
        name: np.bincount(cell, weights=weight[chosen], minlength=size)
        for name, weight in zip(MEASURES, (events, victims), strict=True)
    }
    return pd.DataFrame(sums, index=index).astype("int64")


def _in_places(there: pd.Series, places: pd.Index) -> Key:
    codes, names = pd.factorize(there)
    positions = places.get_indexer(pd.Index(names))
    known = np.append(positions, -1)[codes]
    strange = (codes >= 0) & (known < 0)
    if strange.any():
        raise InputError(
            f"count_incidents: {int(strange.sum())} incidents lie in a {places.name} that is not "
            f"among these areas, first {there[strange].iloc[0]!r}. "
            "Assign them to these areas first."
        )
    return Key(known, places)


def _categories(rows: pd.DataFrame) -> Key:
    if schema.CATEGORY not in rows:
        return Key(np.zeros(len(rows), dtype=np.int64), pd.Index([""]))
    codes, names = pd.factorize(rows[schema.CATEGORY].fillna(schema.UNMAPPED))
    return Key(codes, pd.Index(names).astype(str))


def _wanted(found: Key, categories: Sequence[str] | None) -> pd.Index:
    if categories is not None and not set(categories) & set(found.names) and len(found.codes):
        raise InputError(
            f"count_incidents: no incident has any of the categories {list(categories)}. "
            f"Those that there are: {', '.join(sorted(found.names))}."
        )
    # A category named twice would have its rows counted twice.
    named = list(dict.fromkeys(categories or sorted(found.names)))
    wanted: pd.Index = pd.Index(named, name=schema.CATEGORY)
    return wanted


def _among(key: Key, names: pd.Index) -> Key:
    """Return the key by positions in other names, -1 where they are not there."""
    return Key(np.append(names.get_indexer(key.names), -1)[key.codes], names)
