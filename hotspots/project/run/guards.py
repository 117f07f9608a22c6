"""Checks of a run: dates, incidents inside the city, enough polygons to compare."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pandas as pd

from hotspots import schema
from hotspots.catalogue import remark
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from hotspots.geocoding.online.geocoder import OnlineGeocoder
    from hotspots.project.config.settings import Project
    from hotspots.project.run.period import StudyPeriod
    from hotspots.schema import LocalResult, PolygonPlan

MIN_POLYGONS = 3
_CENTRAL_SHARE = 0.99
"""Central share of the dated rows, whose years are taken for the table's own."""

_MAX_GAP = pd.Timedelta(days=62)
"""Rows with one event number that lie further apart are hardly one event."""


def require_polygons(project: Project, plan: PolygonPlan) -> None:
    """Refuse a plan with fewer inhabited polygons than the tests can compare.

    Raises
    ------
    InputError
        Naming the layer of units and the key of the bounds.
    """
    residents = plan.polygons[schema.POPULATION]
    inhabited = int((residents > 0).sum())
    if inhabited < MIN_POLYGONS:
        floor, ceiling = project.polygons.residents
        raise InputError(
            f"{project.units.file}: the {len(plan.membership)} units, with {residents.sum():,.0f} "
            f"residents, make {inhabited} inhabited polygons of {floor:,.0f} to {ceiling:,.0f}, "
            f"and the tests compare at least {MIN_POLYGONS}. Give the whole city, or smaller "
            "bounds in polygons.residents."
        )


def require_dates(project: Project, incidents: gpd.GeoDataFrame) -> None:
    """Refuse a table without any date, because rates are per year.

    Raises
    ------
    InputError
        Naming the file and the key of the column.
    """
    if incidents[schema.DATE].notna().any():
        return
    column = project.incidents.columns.date
    which = "no column is named" if column is None else f"none was read in column {column!r}"
    raise InputError(
        f"{project.incidents.source}: no row has a date ({which}), and rates are per year. "
        "Name the column of the dates in incidents.columns.date."
    )


def require_counted(project: Project, incidents: gpd.GeoDataFrame) -> None:
    """Refuse a table of which no incident lies in the city.

    Raises
    ------
    InputError
        With the number of rows by fate, and the keys to check.
    """
    fates = incidents[schema.ASSIGNMENT_STATUS].astype(str).value_counts()
    if fates.reindex([str(fate) for fate in schema.COUNTED]).sum() > 0:
        return
    found = ", ".join(f"{count:,} {fate}" for fate, count in fates.items())
    raise InputError(
        f"{project.incidents.source}: no row lies in a unit of {project.units.file} ({found}). "
        f"Check incidents.crs (came as {project.incidents.crs}), incidents.columns.longitude and "
        "latitude, and that both files are of one city; addresses need a [gazetteer]."
    )


def warn_of_stray_dates(project: Project, incidents: gpd.GeoDataFrame, period: StudyPeriod) -> None:
    """Warn if a few rows with stray years stretch the period that rates are divided by."""
    years = incidents[schema.DATE].dropna().dt.year
    years = years[years.between(int(period.first[:4]), int(period.last[:4]))]
    if project.tests.period != "all" or years.empty:
        return
    edge = (1 - _CENTRAL_SHARE) / 2
    low, high = (
        int(years.quantile(share, interpolation=side))
        for share, side in ((edge, "lower"), (1 - edge, "higher"))
    )
    first, last = int(years.min()), int(years.max())
    span = {"first": first, "last": last, "low": low, "high": high}
    if last - first + 1 >= 1.5 * (high - low + 1):
        outside = int(((years < low) | (years > high)).sum())
        warnings.warn(
            remark("stray_dates", rows=outside, **{key: str(year) for key, year in span.items()}),
            stacklevel=3,
        )


def warn_of_reused_numbers(project: Project, incidents: gpd.GeoDataFrame) -> None:
    """Warn of event numbers whose rows lie months apart, since each counts as one event."""
    column = project.incidents.columns.event
    if column is None:
        return
    keys = [schema.EVENT_ID, schema.CATEGORY]
    dates = incidents.dropna(subset=[schema.DATE]).groupby(keys, observed=True)[schema.DATE]
    span = dates.max() - dates.min()
    apart = span[span > _MAX_GAP]
    if len(apart):
        warnings.warn(
            remark("reused_numbers", column=column, events=len(apart), first=apart.index.min()[0]),
            stacklevel=3,
        )


def warn_of_sent_addresses(online: OnlineGeocoder | None) -> None:
    """Say how many addresses were sent to a provider, in this run or in an earlier one."""
    if online is not None and online.asked:
        warnings.warn(
            remark("online_asked", n=online.asked, provider=online.provider), stacklevel=3
        )


def warn_of_repeats(repeats: pd.DataFrame) -> None:
    """Say how many rows may report an event that an earlier row reports."""
    if len(repeats):
        warnings.warn(
            remark(
                "near_repeats",
                n=len(repeats),
                row=str(repeats.index[0]),
                first=str(repeats["first_row_id"].iloc[0]),
            ),
            stacklevel=3,
        )


def warn_of_uninhabited(
    selected: Mapping[tuple[str, str], pd.DataFrame], areas: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Warn once, over all categories, of events in units without residents."""
    tables = [frame["events"] for (level, _), frame in selected.items() if level == "units"]
    events = pd.concat(tables, axis=1).sum(axis=1)
    odd = events[(areas["units"][schema.POPULATION] == 0) & (events > 0)]
    if len(odd):
        warnings.warn(
            remark("nobody", n=int(odd.sum()), areas=len(odd), first=odd.index[0]),
            stacklevel=3,
        )


def warn_of_unknown_residents(incidents: gpd.GeoDataFrame) -> None:
    """Warn of incidents in units of unknown residents, which no count or rate holds."""
    fate = incidents[schema.ASSIGNMENT_STATUS].astype(str)
    lost = incidents[fate == str(schema.AssignmentStatus.UNKNOWN_RESIDENTS)]
    if len(lost):
        units = lost[schema.UNIT_ID].dropna().astype(str)
        warnings.warn(
            remark("unknown_residents", n=len(lost), units=units.nunique(), first=units.min()),
            stacklevel=3,
        )


def warn_of_isolates(clusters: Mapping[str, LocalResult], gap_m: float) -> None:
    """Warn of places without a neighbor, where the headline test of clustering says nothing."""
    worst = max(clusters.values(), key=lambda result: result.isolates, default=None)
    if worst is None or not worst.isolates:
        return
    label = worst.table["label"].astype(str)
    warnings.warn(
        remark(
            f"isolates_{worst.level}",
            n=worst.isolates,
            total=worst.with_data,
            gap=f"{gap_m:g}",
            first=worst.table.index[label == schema.Label.ISOLATE.value][0],
        ),
        stacklevel=3,
    )
