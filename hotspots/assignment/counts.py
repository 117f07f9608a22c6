"""Counts: incidents into areas, categories and periods, with every zero in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.assignment import periods, tally
from hotspots.assignment.tally import MEASURES, PERIOD
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dask.dataframe as dd
    import geopandas as gpd


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

    Only the rows whose fate is ``inside``, ``boundary`` or ``snapped`` count: what lies where the
    residents are not known (``unknown_residents``) leaves counts and with them rates and tests.

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
        Incidents after :func:`~hotspots.assignment.assign.assign`; a dask DataFrame's are counted
        on the workers, and only the counts come back.
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
        If the incidents were not assigned to these areas; if a dask DataFrame has events and
        no ``row_id``.
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
        from hotspots.assignment import distributed  # needs the extra `cluster`

        return distributed.count_incidents(
            incidents, areas, by=by, period=period, categories=categories, repeats=repeats
        )
    tally.check(incidents.columns, areas, by, period, repeats)
    _checks.unique_index(incidents, "count_incidents: incidents")
    level = tally.level_of(areas)
    rows = tally.in_order(incidents, level)
    there = tally.keys(rows, areas.index.rename(level), period)
    asked = tally.axes(there, by, period, categories)
    chosen = tally.countable(rows, there, categories, repeats)
    begins = tally.begins(tally.event_codes(rows, there.category), chosen)
    return tally.tabulated(asked, chosen, begins, tally.victims(rows))


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
        kept = periods.matching(_labels(counts.index, PERIOD).astype(str), period)
        chosen = chosen[_among(chosen.index, PERIOD, kept)]
        years = periods.length_in_years(kept)
    elif period is not None:
        raise InputError(
            f"select: the counts know no period, and period={period!r} was asked for. "
            'Count with period="year" or finer.'
        )
    summed = chosen.groupby(level=level, sort=False)[MEASURES].sum().reindex(places, fill_value=0)
    return summed.assign(years=years)


def _category_mask(counts: pd.DataFrame, names: list[str]) -> np.ndarray:
    if schema.CATEGORY not in counts.index.names:
        raise InputError(
            f"select: the counts know no category, and category={names} was asked for. "
            'Count with by="category".'
        )
    there = list(_labels(counts.index, schema.CATEGORY))
    unknown = [name for name in names if name not in there]
    if unknown:
        raise InputError(
            f"select: no category {', '.join(map(repr, unknown))}. "
            f"Those that there are: {', '.join(map(str, there))}."
        )
    return _among(counts.index, schema.CATEGORY, names)


def _labels(index: pd.Index, level: str) -> pd.Index:
    """Return the labels of a level that occur, in the order in which they do."""
    codes, labels = _level(index, level)
    return labels.take(pd.unique(codes[codes >= 0]))


def _among(index: pd.Index, level: str, wanted: Sequence[str]) -> np.ndarray:
    """Return which rows bear one of these labels; asked of the level, not of each row."""
    codes, labels = _level(index, level)
    return np.asarray(labels.isin(wanted)[codes] & (codes >= 0))


def _level(index: pd.Index, level: str) -> tuple[np.ndarray, pd.Index]:
    if not isinstance(index, pd.MultiIndex):
        return pd.factorize(index)
    number = index.names.index(level)
    return np.asarray(index.codes[number]), index.levels[number]
