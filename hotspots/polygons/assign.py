"""Assignment: every incident gets exactly one fate, and no order of rows or areas changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.errors import CrsError, InputError
from hotspots.polygons import fates
from hotspots.polygons.locate import Locator
from hotspots.schema import AssignmentStatus

if TYPE_CHECKING:
    import dask.dataframe as dd
    from numpy.typing import NDArray

    Integers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class ReadyAreas:
    """Areas checked and made ready, to assign table after table to them.

    Attributes
    ----------
    level
        ``unit_id`` or ``polygon_id``: the column to fill.
    names
        Identifiers of the areas, sorted.
    groups, group_names
        For each area the position of its polygon, and the polygons; without a membership each
        area is its own, and the names are None.
    locator
        The areas in the order of their names.
    crs
        Their reference system.
    """

    level: str
    names: pd.Index
    groups: Integers
    group_names: pd.Index | None
    locator: Locator
    crs: Any


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

    The rules, in which neither the order of the rows nor that of the areas plays a part:

    - a point that exactly one area contains, its outline included, is ``inside``;
    - a point that several contain (on an edge that they share, or where they overlap) goes to
      the one with the smallest identifier in the order of text: ``boundary``
      (:func:`~hotspots.polygons.overlaps.assignment_overlaps` tells edges from overlaps, and
      between which areas);
    - a point in none goes to the nearest area within ``tolerance_m`` (of equally near ones to
      the smallest identifier): ``snapped``; else it is ``outside``;
    - an approximate row (``location_radius_m`` above 0) is ``inside`` when its whole disc lies
      in one area, ``outside`` when the disc meets none, else ``shared``: left out of counts
      and tests at every level;
    - an ambiguous row is ``inside`` when both its candidates lie in one area, ``outside`` when
      both lie in none, else ``unlocated``;
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
        ``unit_id`` is filled, else ``polygon_id``.
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
    if _checks.is_dask(incidents):
        from hotspots.polygons import distributed  # needs the extra `cluster`

        return distributed.assign(
            incidents, areas, membership=membership, tolerance_m=tolerance_m, x=x, y=y
        )
    ready = ready_areas(areas, membership=membership, points=len(incidents))
    return assign_to(ready, incidents, tolerance_m=tolerance_m)


def ready_areas(
    areas: gpd.GeoDataFrame, *, membership: pd.Series | None = None, points: int
) -> ReadyAreas:
    """Return the areas ready for :func:`assign_to`; they may be pickled.

    Parameters
    ----------
    areas, membership
        As for :func:`assign`.
    points
        How many points are to be assigned, of all tables together and about: it says how much
        preparation pays, and changes no answer.

    Raises
    ------
    CrsError, InputError
        As :func:`assign`.

    Examples
    --------
    >>> from shapely.geometry import Point, box
    >>> areas = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9)], crs=32613,
    ...     index=pd.Index(["P1"], name="polygon_id"))
    >>> ready = ready_areas(areas, points=2)
    >>> [assign_to(ready, gpd.GeoDataFrame(geometry=[Point(x, 1)], crs=32613))
    ...     ["assignment_status"].item() for x in (1, 20)]
    ['inside', 'outside']
    """
    _check_areas(areas)
    ordered = areas.sort_index()
    level = schema.UNIT_ID if areas.index.name == schema.UNIT_ID else schema.POLYGON_ID
    groups, names = np.arange(len(ordered), dtype=np.int64), None
    if membership is not None and level == schema.UNIT_ID:
        groups, names = _grouped(ordered, membership)
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    return ReadyAreas(level, ordered.index, groups, names, Locator.of(shapes, points), areas.crs)


def assign_to(
    ready: ReadyAreas, incidents: gpd.GeoDataFrame, *, tolerance_m: float = 0.0
) -> gpd.GeoDataFrame:
    """Return what :func:`assign` returns, from areas that were made ready.

    Raises
    ------
    CrsError, InputError
        As :func:`assign`.
    """
    _check_incidents(incidents, ready.crs, tolerance_m)
    found = fates.settle(incidents, ready.locator, ready.groups, tolerance_m)
    return incidents.assign(**columns(ready, found))


def columns(ready: ReadyAreas, found: fates.Fates) -> dict[str, Any]:
    """Return the columns that say these fates."""
    named = {ready.level: _names(ready.names, found.area)}
    if ready.group_names is not None:
        named[schema.POLYGON_ID] = _names(ready.group_names, found.group)
    return {**named, schema.ASSIGNMENT_STATUS: fates.words(found.status)}


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
    {'inside': 2, 'boundary': 0, 'snapped': 0, 'shared': 0, 'outside': 1, 'unlocated': 0}
    """
    _checks.columns_present(
        incidents.columns, [schema.ASSIGNMENT_STATUS], "incidents (run assign() first)"
    )
    if _checks.is_dask(incidents):
        from hotspots.polygons import distributed  # needs the extra `cluster`

        return distributed.assignment_summary(incidents)
    status = incidents[schema.ASSIGNMENT_STATUS].astype(str)
    order = pd.Index([str(value) for value in AssignmentStatus], name=schema.ASSIGNMENT_STATUS)
    rows = status.value_counts().reindex(order, fill_value=0).astype("int64")
    loose = pd.Series(False, index=incidents.index)
    if {schema.UNIT_ID, schema.POLYGON_ID} <= set(incidents.columns):
        loose = incidents[schema.UNIT_ID].isna() & incidents[schema.POLYGON_ID].notna()
    without = status[loose].value_counts().reindex(order, fill_value=0).astype("int64")
    return pd.DataFrame({"rows": rows, "without_unit": without})


def _check_areas(areas: gpd.GeoDataFrame) -> None:
    _check_frame(areas, "areas")
    if areas.empty:
        raise InputError("assign: there are no areas. Read the units or build the polygons first.")
    _checks.unique_index(areas, "assign: areas")
    _checks.projected_crs(areas, "assign: areas")


def _check_incidents(incidents: gpd.GeoDataFrame, crs: Any, tolerance_m: float) -> None:
    _check_frame(incidents, "incidents")
    _checks.unique_index(incidents, "assign: incidents")
    if incidents.crs != crs:
        raise CrsError(
            f"assign: the incidents are in {incidents.crs.to_string()} and the areas in "
            f"{crs.to_string()}. Use incidents.to_crs(areas.crs)."
        )
    if not 0 <= tolerance_m < np.inf:
        raise InputError(f"assign: tolerance_m came as {tolerance_m}. Give metres, 0 or more.")


def _check_frame(frame: gpd.GeoDataFrame, what: str) -> None:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            f"assign: the {what} came as a {type(frame).__name__}, and a GeoDataFrame is needed. "
            "Use gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=...)."
        )
    if frame.crs is None:
        raise CrsError(
            f"assign: the {what} have no coordinate reference system. "
            "Say which one with .set_crs()."
        )


def _grouped(areas: gpd.GeoDataFrame, membership: pd.Series) -> tuple[Integers, pd.Index]:
    _checks.unique_index(membership, "assign: membership")
    missing = areas.index.difference(membership.index[membership.notna()])
    if len(missing):
        raise InputError(
            f"assign: {len(missing)} units have no polygon in membership, first {missing[0]!r}. "
            "Give the membership of the plan that was built from these units."
        )
    codes, names = pd.factorize(membership.reindex(areas.index), sort=True)
    return codes.astype(np.int64), pd.Index(names)


def _names(index: pd.Index, positions: Integers) -> Any:
    # An extension array keeps whole numbers whole beside missing values.
    whole = pd.api.types.is_integer_dtype(index.dtype)
    names = pd.Series(index, dtype="Int64") if whole else pd.Series(index)
    return names.array.take(positions, allow_fill=True)
