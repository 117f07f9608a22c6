"""Counts: incidents into areas, categories and periods, with every zero in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.errors import InputError
from hotspots.polygons import periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import dask.dataframe as dd
    import geopandas as gpd

PERIOD = "period"
MEASURES = ["events", "victims"]


def count_incidents(
    incidents: gpd.GeoDataFrame | pd.DataFrame | dd.DataFrame,
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
    if _checks.is_dask(incidents):
        from hotspots.polygons import distributed  # needs the extra `cluster`

        return distributed.count_incidents(
            incidents, areas, by=by, period=period, categories=categories, repeats=repeats
        )
    level = level_of(areas)
    check(incidents.columns, areas, by, period, repeats)
    _checks.unique_index(incidents, "count_incidents: incidents")
    refuse_strangers(incidents[level], areas.index)
    table = tabulated(incidents, level, period)
    index = cells(areas.index.rename(level), table, by, period, categories)
    counted = table[countable(table, categories, repeats)]
    keys = list(index.names)
    firsts = counted.drop_duplicates("event")
    events = firsts.groupby(keys, observed=True).size()
    victims = counted.groupby(keys, observed=True)[schema.VICTIMS].sum()
    return filled(pd.DataFrame({"events": events, "victims": victims}), index)


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
    """Raise unless the options are known and the incidents' columns are those of assigned rows."""
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


def refuse_strangers(places: pd.Series, areas: pd.Index) -> None:
    """Raise where an incident lies in an area that is not among these."""
    strange = places.notna() & ~places.isin(areas)
    if strange.any():
        raise InputError(
            f"count_incidents: {int(strange.sum())} incidents lie in a {places.name} that is not "
            f"among these areas, first {places[strange].iloc[0]!r}. "
            "Assign them to these areas first."
        )


def tabulated(incidents: pd.DataFrame, level: str, period: periods.Period | None) -> pd.DataFrame:
    """Return the few columns that are counted, rows in the order of row_id.

    ``event`` is the same number for rows of one event and category, and negative for a row
    that is an event of its own.
    """
    rows = incidents.sort_index()
    status = rows[schema.ASSIGNMENT_STATUS].astype(str)
    table = pd.DataFrame({level: rows[level]}, index=rows.index)
    # A row known to its polygon alone has a counted fate and no unit.
    table["counted"] = status.isin([str(fate) for fate in schema.COUNTED]) & rows[level].notna()
    category = rows[schema.CATEGORY] if schema.CATEGORY in rows else pd.Series("", rows.index)
    table[schema.CATEGORY] = category.astype(object).where(category.notna(), schema.UNMAPPED)
    victims = rows[schema.VICTIMS] if schema.VICTIMS in rows else pd.Series(1, rows.index)
    table[schema.VICTIMS] = victims.fillna(1).astype("int64")
    if schema.REPEAT_OF in rows:
        table[schema.REPEAT_OF] = rows[schema.REPEAT_OF]
    table["event"] = _event_codes(rows, table[schema.CATEGORY])
    if period is not None:
        table[PERIOD] = periods.labels(rows, period)
    return table


def countable(
    table: pd.DataFrame, categories: Sequence[str] | None, repeats: str
) -> pd.Series[bool]:
    """Return which rows of the table count: fate, category asked for, repeats as asked."""
    kept = table["counted"].copy()
    if repeats == "leave_out" and schema.REPEAT_OF in table:
        kept &= table[schema.REPEAT_OF].isna()
    if categories is not None:
        kept &= table[schema.CATEGORY].isin(list(categories))
    return kept


def cells(
    places: pd.Index,
    found: pd.DataFrame,
    by: str | None,
    period: periods.Period | None,
    categories: Sequence[str] | None,
) -> pd.Index:
    """Return every place × category × period; ``found`` has the rows' categories and periods."""
    there = sorted(found[schema.CATEGORY].astype(str).unique())
    if categories is not None and not set(categories) & set(there) and len(found):
        raise InputError(
            f"count_incidents: no incident has any of the categories {list(categories)}. "
            f"Those that there are: {', '.join(there)}."
        )
    parts = [places]
    if by is not None:
        # A category named twice would have its rows counted twice.
        named = list(dict.fromkeys(categories or there))
        parts.append(pd.Index(named, name=schema.CATEGORY))
    if period is not None:
        labels = periods.calendar(found[PERIOD], period)
        parts.append(pd.Index(labels, name=PERIOD))
    return parts[0] if len(parts) == 1 else pd.MultiIndex.from_product(parts)


def filled(counted: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Return whole numbers on just this index, whatever the type of the incidents' own names."""
    return counted.reindex(index).fillna(0).astype("int64").set_axis(index, axis=0)


def _event_codes(rows: pd.DataFrame, category: pd.Series) -> np.ndarray:
    own = -1 - np.arange(len(rows))
    if schema.EVENT_ID not in rows:
        return own
    event, _ = pd.factorize(rows[schema.EVENT_ID].astype(object))
    kind, kinds = pd.factorize(category)
    return np.where(event < 0, own, event * max(len(kinds), 1) + kind)


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
