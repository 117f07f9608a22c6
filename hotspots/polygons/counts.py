"""Counts: incidents into areas, categories and periods, with every zero in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.errors import InputError
from hotspots.polygons import periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Integers = NDArray[np.signedinteger[Any]]

PERIOD = "period"
MEASURES = ["events", "victims"]


@dataclass(frozen=True, eq=False, slots=True)
class _Key:
    """What rows are told apart by: a position among names for each, -1 for none."""

    codes: Integers
    names: pd.Index


def count_incidents(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    by: Literal["category"] | None = None,
    period: periods.Period | None = None,
    categories: Sequence[str] | None = None,
    repeats: Literal["count", "leave_out"] = "count",
) -> pd.DataFrame:
    """Return events and victims in each area, category and period, zeros included.

    Only the rows whose fate is ``inside``, ``boundary`` or ``snapped`` count.

    *Events.* Rows with the same ``event_id`` and category are one event, and it counts once:
    where its first counted row (the smallest ``row_id``) lies, in that row's period. An event
    with two categories (a homicide and a car taken with it) is one event of each, so that a
    category's count does not depend on which others were recorded; categories add up. A row
    without an event identifier is an event of its own.

    *Victims* are added up over all rows, each where it lies.

    *Repeats.* Rows that repeat another in every mapped column (``repeat_of``) count as they
    were read, because two victims of one event can look the same once names are left out.
    ``repeats="leave_out"`` leaves them out, events and victims alike.

    Parameters
    ----------
    incidents
        Incidents after :func:`~hotspots.polygons.assign.assign`.
    areas
        The units or polygons that the incidents were assigned to; the name of their index
        says which column of the incidents is counted.
    by
        ``"category"`` to tell categories apart.
    period
        ``year``, ``quarter``, ``month``, ``week`` (ISO) or ``hour_of_week``. A row whose date
        is known less exactly than the period has the label of what is known ("2013" among
        months); one with no date (for ``hour_of_week``: no time) is ``undated``.
    categories
        The categories to count, in this order; else all that the incidents have, sorted.
    repeats
        What becomes of repeated rows.

    Returns
    -------
    DataFrame
        ``events`` and ``victims`` (int64) on a MultiIndex of the areas' index, then
        ``category``, then ``period`` where asked for. Every period between the first and the
        last date is there.

    Raises
    ------
    ColumnError
        If the incidents were not assigned to these areas.
    InputError
        If an incident lies in an area that is not among ``areas``, an option is unknown, or
        none of the incidents has a category asked for.

    Examples
    --------
    >>> rows = pd.DataFrame({"polygon_id": ["P1", "P1", "P2"], "event_id": ["a", "a", "b"],
    ...     "victims": [1, 1, 1], "assignment_status": "inside", "category": "homicide"})
    >>> areas = pd.DataFrame(index=pd.Index(["P1", "P2", "P3"], name="polygon_id"))
    >>> count_incidents(rows, areas)
                events  victims
    polygon_id
    P1               1        2
    P2               1        1
    P3               0        0
    """
    level = _level(areas)
    _check(incidents, areas, level, by, period, repeats)
    rows = _in_order(incidents, level)
    area = _in_areas(rows[level], areas.index, level)
    category = _categories(rows)
    keys = [_Key(area, areas.index.rename(level))]
    if by is not None or categories is not None:
        wanted = _wanted(category.names, categories, len(rows))
        keys.append(_among(category, wanted))
    if period is not None:
        label = periods.labels(rows, period)
        every = pd.Index(periods.calendar(label.categories, period), name=PERIOD)
        keys.append(_among(_Key(label.codes, label.categories), every))
    counted = rows[schema.ASSIGNMENT_STATUS].isin([str(fate) for fate in schema.COUNTED])
    chosen = np.array(counted, dtype=bool)
    if repeats == "leave_out" and schema.REPEAT_OF in rows:
        chosen &= rows[schema.REPEAT_OF].isna().to_numpy(dtype=bool)
    for key in keys:
        # A row known to its polygon alone has a counted fate and no unit.
        chosen &= key.codes >= 0
    if by is None and categories is not None:
        del keys[1]
    first = ~pd.Series(_event_codes(rows, category)[chosen]).duplicated().to_numpy()
    return _tabulated(keys, np.flatnonzero(chosen), first, _victims(rows))


def select(
    counts: pd.DataFrame,
    *,
    category: str | Sequence[str] | None = None,
    period: str | tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Return counts summed to one row per area, with the length of the period in years.

    Parameters
    ----------
    counts
        As returned by :func:`count_incidents`.
    category
        One category or several; None for all.
    period
        ``"2013"`` for every period whose label starts so, ``("2010", "2012")`` for all from
        the first to the last, both included; None for all, the undated rows with them.

    Returns
    -------
    DataFrame
        On the areas' index: ``events``, ``victims`` and ``years``, the length of the selected
        periods (NaN where the counts know no period: give ``years=`` to the rates).

    Raises
    ------
    InputError
        If the category or the period is not there; the text lists those that are.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["P1", "P2"], ["2012", "2013"]],
    ...     names=["polygon_id", "period"])
    >>> counts = pd.DataFrame({"events": [4, 2, 0, 1], "victims": [5, 2, 0, 1]}, index=index)
    >>> select(counts, period="2013")
                events  victims  years
    polygon_id
    P1               2        2    1.0
    P2               1        1    1.0
    """
    _checks.columns_present(counts.columns, MEASURES, "counts")
    level = str(counts.index.names[0])
    places = counts.index.get_level_values(0).unique()
    chosen = counts
    if category is not None:
        names = [category] if isinstance(category, str) else list(category)
        chosen = chosen[_category_mask(chosen, names)]
    years = float("nan")
    if PERIOD in counts.index.names:
        labels = counts.index.get_level_values(PERIOD).unique().astype(str)
        kept = periods.matching(labels, period)
        chosen = chosen[chosen.index.get_level_values(PERIOD).isin(kept)]
        years = periods.length_in_years(kept)
    elif period is not None:
        raise InputError(
            f"select: the counts know no period, and period={period!r} was asked for. "
            'Count with period="year" or finer.'
        )
    summed = chosen.groupby(level=level, sort=False)[MEASURES].sum().reindex(places, fill_value=0)
    return summed.assign(years=years)


def _level(areas: pd.DataFrame) -> str:
    return schema.UNIT_ID if areas.index.name == schema.UNIT_ID else schema.POLYGON_ID


def _check(
    incidents: pd.DataFrame,
    areas: pd.DataFrame,
    level: str,
    by: str | None,
    period: str | None,
    repeats: str,
) -> None:
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
    wanted = [level, schema.ASSIGNMENT_STATUS]
    wanted += [schema.CATEGORY] if by else []
    wanted += [schema.DATE] if period else []
    _checks.columns_present(incidents.columns, wanted, "count_incidents (run assign() first)")
    _checks.unique_index(areas, "count_incidents: areas")
    _checks.unique_index(incidents, "count_incidents: incidents")


def _in_order(incidents: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the few columns that are counted, rows in the order of row_id."""
    columns = [level, schema.ASSIGNMENT_STATUS, schema.CATEGORY, schema.VICTIMS]
    columns += [schema.REPEAT_OF, schema.EVENT_ID, schema.DATE, schema.DATE_PRECISION]
    rows = pd.DataFrame({name: incidents[name] for name in columns if name in incidents})
    return rows if rows.index.is_monotonic_increasing else rows.sort_index()


def _in_areas(there: pd.Series, areas: pd.Index, level: str) -> Integers:
    """Return the position of each row's area, -1 where it has none."""
    codes, names = pd.factorize(there)
    positions = areas.get_indexer(pd.Index(names))
    known = np.append(positions, -1)[codes]
    strange = (codes >= 0) & (known < 0)
    if strange.any():
        raise InputError(
            f"count_incidents: {int(strange.sum())} incidents lie in a {level} that is not among "
            f"these areas, first {there[strange].iloc[0]!r}. Assign them to these areas first."
        )
    return known


def _categories(rows: pd.DataFrame) -> _Key:
    if schema.CATEGORY not in rows:
        return _Key(np.zeros(len(rows), dtype=np.int64), pd.Index([""]))
    codes, names = pd.factorize(rows[schema.CATEGORY].fillna(schema.UNMAPPED))
    return _Key(codes, pd.Index(names).astype(str))


def _wanted(found: pd.Index, categories: Sequence[str] | None, size: int) -> pd.Index:
    if categories is not None and not set(categories) & set(found) and size:
        raise InputError(
            f"count_incidents: no incident has any of the categories {list(categories)}. "
            f"Those that there are: {', '.join(sorted(found))}."
        )
    # A category named twice would have its rows counted twice.
    named = list(dict.fromkeys(categories or sorted(found)))
    wanted: pd.Index = pd.Index(named, name=schema.CATEGORY)
    return wanted


def _among(key: _Key, names: pd.Index) -> _Key:
    """Return the key by positions in other names, -1 where they are not there."""
    return _Key(np.append(names.get_indexer(key.names), -1)[key.codes], names)


def _event_codes(rows: pd.DataFrame, category: _Key) -> Integers:
    own = -1 - np.arange(len(rows))
    if schema.EVENT_ID not in rows:
        return own
    event, _ = pd.factorize(rows[schema.EVENT_ID])
    return np.where(event < 0, own, event * len(category.names) + category.codes)


def _victims(rows: pd.DataFrame) -> Integers:
    if schema.VICTIMS not in rows:
        return np.ones(len(rows), dtype=np.int64)
    return np.asarray(rows[schema.VICTIMS].fillna(1).astype("int64"))


def _tabulated(
    keys: Sequence[_Key], chosen: Integers, first: NDArray[np.bool_], victims: Integers
) -> pd.DataFrame:
    """Return the sums in every cell; ``first`` says of the chosen rows which begin an event."""
    shape = [len(key.names) for key in keys]
    cell = np.ravel_multi_index([key.codes[chosen] for key in keys], shape)
    size = int(np.prod(shape))
    events = np.bincount(cell[first], minlength=size)
    # Sums of whole numbers below 2⁵³ are whole in floats, too.
    hurt = np.bincount(cell, weights=victims[chosen], minlength=size)
    names = [key.names for key in keys]
    index = names[0] if len(names) == 1 else pd.MultiIndex.from_product(names)
    return pd.DataFrame({"events": events, "victims": hurt}, index=index).astype("int64")


def _category_mask(counts: pd.DataFrame, names: list[str]) -> np.ndarray:
    if schema.CATEGORY not in counts.index.names:
        raise InputError(
            f"select: the counts know no category, and category={names} was asked for. "
            'Count with by="category".'
        )
    column = counts.index.get_level_values(schema.CATEGORY)
    there = list(column.unique())
    unknown = [name for name in names if name not in there]
    if unknown:
        raise InputError(
            f"select: no category {', '.join(map(repr, unknown))}. "
            f"Those that there are: {', '.join(map(str, there))}."
        )
    return np.asarray(column.isin(names))
