"""Assignment: every incident gets exactly one fate, and no order of rows or areas changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.errors import CrsError, InputError
from hotspots.polygons import locate
from hotspots.schema import AssignmentStatus, LocationStatus

if TYPE_CHECKING:
    import dask.dataframe as dd
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NOWHERE = -1


@dataclass(frozen=True, eq=False, slots=True)
class _Fates:
    """Position of the area and of its group (-1: none) and the status of each row."""

    area: Integers
    group: Integers
    status: NDArray[np.object_]


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
      the one with the smallest identifier in the order of text: ``boundary``;
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
    _check(incidents, areas, tolerance_m)
    ordered = areas.sort_index()
    groups = _groups(ordered, membership)
    fates = _settle(incidents, ordered, groups.codes, tolerance_m)
    result = incidents.copy()
    level = schema.UNIT_ID if areas.index.name == schema.UNIT_ID else schema.POLYGON_ID
    result[level] = _names(ordered.index, fates.area)
    if membership is not None and level == schema.UNIT_ID:
        result[schema.POLYGON_ID] = _names(groups.names, fates.group)
    result[schema.ASSIGNMENT_STATUS] = pd.array(fates.status, dtype="str")
    return result


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


@dataclass(frozen=True, eq=False, slots=True)
class _Groups:
    codes: Integers
    names: pd.Index


def _check(incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, tolerance_m: float) -> None:
    if not isinstance(incidents, gpd.GeoDataFrame) or not isinstance(areas, gpd.GeoDataFrame):
        raise InputError(
            "assign: incidents and areas must both be GeoDataFrames. "
            "Use gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=...)."
        )
    if areas.empty:
        raise InputError("assign: there are no areas. Read the units or build the polygons first.")
    for frame, what in ((incidents, "incidents"), (areas, "areas")):
        if frame.crs is None:
            raise CrsError(
                f"assign: the {what} have no coordinate reference system. "
                "Say which one with .set_crs()."
            )
        _checks.unique_index(frame, f"assign: {what}")
    _checks.same_crs(incidents, areas, "assign: incidents and areas")
    _checks.projected_crs(areas, "assign: areas")
    if not 0 <= tolerance_m < np.inf:
        raise InputError(f"assign: tolerance_m came as {tolerance_m}. Give metres, 0 or more.")
    kind = shapely.get_type_id(np.asarray(incidents.geometry.to_numpy(), dtype=object))
    other = (kind != 0) & ~np.asarray(incidents.geometry.is_empty | incidents.geometry.isna())
    if other.any():
        raise InputError(
            f"assign: {int(other.sum())} incidents are not points, first row "
            f"{incidents.index[other][0]}. Use their centroids, or split multipoints."
        )


def _groups(areas: gpd.GeoDataFrame, membership: pd.Series | None) -> _Groups:
    if membership is None or areas.index.name != schema.UNIT_ID:
        return _Groups(np.arange(len(areas), dtype=np.int64), areas.index)
    _checks.unique_index(membership, "assign: membership")
    missing = areas.index.difference(membership.index[membership.notna()])
    if len(missing):
        raise InputError(
            f"assign: {len(missing)} units have no polygon in membership, first {missing[0]!r}. "
            "Give the membership of the plan that was built from these units."
        )
    codes, names = pd.factorize(membership.reindex(areas.index), sort=True)
    return _Groups(codes.astype(np.int64), pd.Index(names))


def _settle(
    incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, groups: Integers, tolerance: float
) -> _Fates:
    shapes = np.asarray(areas.geometry.to_numpy(), dtype=object)
    x, y, placed = _coordinates(incidents.geometry)
    state = _column(incidents, schema.LOCATION_STATUS, "")
    placed &= ~np.isin(state, [LocationStatus.UNMATCHED, LocationStatus.INVALID])
    size = len(incidents)
    fates = _Fates(
        np.full(size, NOWHERE, dtype=np.int64),
        np.full(size, NOWHERE, dtype=np.int64),
        np.full(size, str(AssignmentStatus.UNLOCATED), dtype=object),
    )
    radius = _column(incidents, schema.LOCATION_RADIUS, 0.0).astype(float)
    vague = placed & (state == LocationStatus.APPROXIMATE) & (radius > 0)
    ambiguous = placed & (state == LocationStatus.AMBIGUOUS)
    sure = placed & ~vague & ~ambiguous
    area, status = _points(x[sure], y[sure], shapes, tolerance)
    _write(fates, sure, area, np.where(area < 0, NOWHERE, groups[area]), status)
    _write(fates, vague, *_discs(x[vague], y[vague], radius[vague], shapes, groups))
    _write(fates, ambiguous, *_candidates(incidents, ambiguous, shapes, groups, tolerance))
    return fates


def _points(
    x: NDArray[np.float64], y: NDArray[np.float64], shapes: NDArray[np.object_], tolerance: float
) -> tuple[Integers, NDArray[np.object_]]:
    area, times = locate.containing(x, y, shapes)
    status = np.select(
        [times == 0, times == 1],
        [str(AssignmentStatus.OUTSIDE), str(AssignmentStatus.INSIDE)],
        str(AssignmentStatus.BOUNDARY),
    ).astype(object)
    if tolerance > 0 and (times == 0).any():
        out = np.flatnonzero(times == 0)
        near = locate.nearest(x[out], y[out], shapes, tolerance)
        area[out] = near
        status[out[near >= 0]] = str(AssignmentStatus.SNAPPED)
    return area, status


def _discs(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    radius: NDArray[np.float64],
    shapes: NDArray[np.object_],
    groups: Integers,
) -> tuple[Integers, Integers, NDArray[np.object_]]:
    met, area, group = locate.discs(x, y, radius, shapes, groups)
    status = np.where(
        met,
        np.where(group >= 0, str(AssignmentStatus.INSIDE), str(AssignmentStatus.SHARED)),
        str(AssignmentStatus.OUTSIDE),
    ).astype(object)
    return area, group, status


def _candidates(
    incidents: gpd.GeoDataFrame,
    rows: Flags,
    shapes: NDArray[np.object_],
    groups: Integers,
    tolerance: float,
) -> tuple[Integers, Integers, NDArray[np.object_]]:
    count = int(rows.sum())
    unlocated = str(AssignmentStatus.UNLOCATED)
    none = np.full(count, NOWHERE, dtype=np.int64)
    if count == 0 or schema.LOCATION_ALTERNATIVE not in incidents:
        return none, none.copy(), np.full(count, unlocated, dtype=object)
    chosen = incidents[rows]
    first_x, first_y, _ = _coordinates(chosen.geometry)
    other_x, other_y, there = _coordinates(gpd.GeoSeries(chosen[schema.LOCATION_ALTERNATIVE]))
    first, _ = _points(first_x, first_y, shapes, tolerance)
    other = none.copy()
    other[there], _ = _points(other_x[there], other_y[there], shapes, tolerance)
    both = (first >= 0) & (other >= 0)
    area = np.where(both & (first == other), first, NOWHERE)
    together = both & (groups[first] == groups[other])
    group = np.where(together, groups[first], NOWHERE)
    outside = there & (first < 0) & (other < 0)
    status = np.where(outside, str(AssignmentStatus.OUTSIDE), unlocated)
    status = np.where(together, str(AssignmentStatus.INSIDE), status)
    return area, group, status.astype(object)


def _write(
    fates: _Fates, rows: Flags, area: Integers, group: Integers, status: NDArray[np.object_]
) -> None:
    fates.area[rows], fates.group[rows], fates.status[rows] = area, group, status


def _coordinates(
    points: gpd.GeoSeries,
) -> tuple[NDArray[np.float64], NDArray[np.float64], Flags]:
    shapes = np.array(points.to_numpy(), dtype=object)
    shapes[pd.isna(shapes)] = None
    x = np.asarray(shapely.get_x(shapes), dtype=float)
    y = np.asarray(shapely.get_y(shapes), dtype=float)
    return x, y, np.isfinite(x) & np.isfinite(y)


def _column(frame: pd.DataFrame, name: str, default: object) -> NDArray[np.object_]:
    if name not in frame:
        return np.full(len(frame), default, dtype=object)
    column = frame[name].astype(object)
    return np.asarray(column.where(column.notna(), default).to_numpy(), dtype=object)


def _names(index: pd.Index, positions: Integers) -> Any:
    # An extension array keeps whole numbers whole beside missing values.
    whole = pd.api.types.is_integer_dtype(index.dtype)
    names = pd.Series(index, dtype="Int64") if whole else pd.Series(index)
    return names.array.take(positions, allow_fill=True)
