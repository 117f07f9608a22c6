"""Assignment: every incident gets exactly one fate, for any order of rows or areas."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from hotspots import _checks, schema
from hotspots.assignment import fates
from hotspots.assignment.ready_areas import assign_to, ready_areas
from hotspots.catalogue import remark

if TYPE_CHECKING:
    import dask.dataframe as dd


def assign(
    incidents: gpd.GeoDataFrame | dd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    membership: pd.Series | None = None,
    tolerance_m: float = 0.0,
    x: str = "x",
    y: str = "y",
) -> gpd.GeoDataFrame | dd.DataFrame:
    """Return the incidents with the area that each lies in, and its one fate.

    The rules, independent of the order of rows and of areas:

    - a point that exactly one area contains, its outline included, is ``inside``;
    - a point that several contain (on an edge that they share, or where they overlap) goes to
      the one with the smallest identifier in the order of text: ``boundary``
      (:func:`~hotspots.assignment.overlaps.assignment_overlaps` tells edges from overlaps, and
      between which areas);
    - a point in none goes to the nearest area within ``tolerance_m`` (of equally near ones to
      the smallest identifier): ``snapped``; else it is ``outside``;
    - an approximate row (``location_radius_m`` above 0) is ``inside`` when its whole disc lies
      in one area, ``outside`` when the disc meets none, else ``shared``: left out of counts
      and tests at every level;
    - an ambiguous row is ``inside`` when both its candidates lie in one area, ``outside`` when
      both lie in none, else ``unlocated``;
    - a row that would be in an area whose ``population_known`` is false keeps its area and is
      ``unknown_residents``: it counts nowhere, since nobody knows among how many people it fell;
    - a row with no point, an infinite one, or the location status ``unmatched`` or
      ``invalid`` is ``unlocated``.

    With ``membership``, an approximate or ambiguous row that one polygon holds whole, though
    no single unit does, is ``inside`` with its ``polygon_id`` and no ``unit_id``: it counts in
    polygons and not in units (:func:`assignment_summary` says how many there are).

    Parameters
    ----------
    incidents
        Points indexed by ``row_id``; or a dask DataFrame of points (extra ``cluster``), whose
        places stand in a ``geometry`` column of WKB or, without one, in two columns of numbers,
        in the areas' reference system.
    areas
        Polygons in the same reference system. Where the index is named ``unit_id`` the column
        ``unit_id`` is filled, else ``polygon_id``. Polygons that hold units of unknown residents
        cannot tell which part of them that is: give the units, with their ``membership``.
    membership
        Series ``unit_id`` → ``polygon_id``; fills ``polygon_id``, too.
    tolerance_m
        How far outside of every area a point may lie and still go to the nearest.
    x, y
        Names of a dask DataFrame's columns of coordinates.

    Returns
    -------
    GeoDataFrame or dask DataFrame
        A copy on the same index with ``unit_id`` and ``polygon_id`` (missing where there is
        none) and ``assignment_status``. Of a dask DataFrame nothing is computed yet.

    Warns
    -----
    HotspotsWarning
        If the areas are polygons of :func:`build_polygons` with units of unknown residents.

    Raises
    ------
    CrsError
        If a layer has no reference system, or the two differ.
    InputError
        If there are no areas, identifiers repeat, a geometry is not a point, the tolerance is
        negative, or ``membership`` leaves a unit out.
    ColumnError
        If a dask DataFrame has no columns of coordinates.

    Examples
    --------
    >>> from shapely.geometry import Point, box
    >>> areas = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9)], crs=32613,
    ...     index=pd.Index(["P2", "P1"], name="polygon_id"))
    >>> points = gpd.GeoDataFrame(geometry=[Point(1, 1), Point(9, 5), Point(30, 5), None],
    ...     crs=32613, index=pd.Index([1, 2, 3, 4], name="row_id"))
    >>> assign(points, areas)[["polygon_id", "assignment_status"]]
           polygon_id assignment_status
    row_id
    1              P2            inside
    2              P1          boundary
    3             NaN           outside
    4             NaN         unlocated
    """
    _warn_of_unknown_residents(areas)
    if _checks.is_dask(incidents):
        from hotspots.assignment import distributed  # needs the extra `cluster`

        return distributed.assign(
            incidents, areas, membership=membership, tolerance_m=tolerance_m, x=x, y=y
        )
    ready = ready_areas(areas, membership=membership, points=len(incidents))
    return assign_to(ready, incidents, tolerance_m=tolerance_m)


def assignment_summary(incidents: gpd.GeoDataFrame | dd.DataFrame) -> pd.DataFrame:
    """Return how many rows met which fate; the rows add up to the incidents.

    Parameters
    ----------
    incidents
        Incidents after :func:`assign`; a dask DataFrame's are counted on the workers.

    Returns
    -------
    DataFrame
        One row per assignment status, all of them: ``rows``, and ``without_unit``, the rows
        among them that are known to lie in a polygon but not in which of its units.

    Raises
    ------
    ColumnError
        If the incidents were not assigned yet.

    Examples
    --------
    >>> rows = pd.DataFrame({"assignment_status": ["inside", "outside", "inside"]})
    >>> assignment_summary(rows)["rows"].to_dict()
    {'inside': 2, 'boundary': 0, 'snapped': 0, 'shared': 0, 'outside': 1, 'unlocated': 0,
     'unknown_residents': 0}
    """
    _checks.columns_present(
        incidents.columns, [schema.ASSIGNMENT_STATUS], "incidents (run assign() first)"
    )
    if _checks.is_dask(incidents):
        from hotspots.assignment import distributed  # needs the extra `cluster`

        return distributed.assignment_summary(incidents)
    return fates.fate_counts(incidents)


def _warn_of_unknown_residents(areas: gpd.GeoDataFrame) -> None:
    """Warn where polygons say that they hold units of unknown residents, and not which."""
    if schema.POPULATION_UNKNOWN_UNITS not in getattr(areas, "columns", ()):
        return
    held = areas[schema.POPULATION_UNKNOWN_UNITS] > 0
    if held.any():
        warnings.warn(
            remark("unknown_residents_within", n=int(held.sum()), first=areas.index[held][0]),
            stacklevel=3,
        )
