"""Prepared areas: checked and indexed once, for many tables of incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.assignment import fates
from hotspots.assignment.point_in_area import Locator
from hotspots.errors import CrsError, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.signedinteger[Any]]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class ReadyAreas:
    """Areas checked and indexed, to assign many tables to them.

    Attributes
    ----------
    level
        ``unit_id`` or ``polygon_id``: the column to fill.
    names
        Identifiers of the areas, sorted.
    groups, group_names
        For each area the position of its polygon, and the polygons; without a membership each
        area is its own, and the names are None. The areas of a polygon whose residents are not
        known are a group apart.
    known
        Whether the residents of each group are known.
    locator
        The areas in the order of their names.
    crs
        Their reference system.
    """

    level: str
    names: pd.Index
    groups: Integers
    group_names: pd.Index | None
    known: Flags
    locator: Locator
    crs: Any


def ready_areas(
    areas: gpd.GeoDataFrame, *, membership: pd.Series | None = None, points: int
) -> ReadyAreas:
    """Return the areas ready for :func:`assign_to`; they may be pickled.

    Parameters
    ----------
    areas, membership
        As for :func:`hotspots.assign`.
    points
        Roughly how many points will be assigned in all: decides how much indexing pays off, and
        changes no answer.

    Raises
    ------
    CrsError, InputError
        As :func:`hotspots.assign`.

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
    known = _known(ordered)
    if membership is not None and level == schema.UNIT_ID:
        groups, names, known = _grouped(ordered, membership, known)
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    locator = Locator.of(shapes, points)
    return ReadyAreas(level, ordered.index, groups, names, known, locator, areas.crs)


def assign_to(
    ready: ReadyAreas, incidents: gpd.GeoDataFrame, *, tolerance_m: float = 0.0
) -> gpd.GeoDataFrame:
    """Return what :func:`hotspots.assign` returns, from areas that were made ready.

    Raises
    ------
    CrsError, InputError
        As :func:`hotspots.assign`.
    """
    _check_incidents(incidents, ready.crs, tolerance_m)
    found = fates.settle(incidents, ready.locator, ready.groups, tolerance_m)
    return incidents.assign(**fate_columns(ready, found))


def fate_columns(ready: ReadyAreas, found: fates.Fates) -> dict[str, Any]:
    """Return the columns that say these fates."""
    named = {ready.level: _names(ready.names, found.area)}
    if ready.group_names is not None:
        named[schema.POLYGON_ID] = _names(ready.group_names, found.group)
    status = fates.without_residents(found, ready.known).status
    return {**named, schema.ASSIGNMENT_STATUS: fates.words(status)}


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
        raise InputError(f"assign: tolerance_m came as {tolerance_m}. Give meters, 0 or more.")


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


def _known(areas: gpd.GeoDataFrame) -> Flags:
    """Return whether the residents of each area are known; they are where nothing is said."""
    if schema.POPULATION_KNOWN not in areas:
        return np.ones(len(areas), dtype=bool)
    said = areas[schema.POPULATION_KNOWN]
    if not pd.api.types.is_bool_dtype(said.dtype) or said.isna().any():
        raise InputError(
            f"assign: {schema.POPULATION_KNOWN!r} is of type {said.dtype} or has gaps. Give true "
            "or false for each area: false where nobody knows how many live there."
        )
    return np.asarray(said, dtype=bool)


def _grouped(
    areas: gpd.GeoDataFrame, membership: pd.Series, known: Flags
) -> tuple[Integers, pd.Index, Flags]:
    """Return the group of each area, and the polygon and the knowledge of each group."""
    _checks.unique_index(membership, "assign: membership")
    missing = areas.index.difference(membership.index[membership.notna()])
    if len(missing):
        raise InputError(
            f"assign: {len(missing)} units have no polygon in membership, first {missing[0]!r}. "
            "Give the membership of the plan that was built from these units."
        )
    codes, names = pd.factorize(membership.reindex(areas.index), sort=True)
    # A row that may lie on known ground or on other of one polygon lies in neither for sure.
    pairs, groups = np.unique(2 * codes + ~known, return_inverse=True)
    return groups.astype(np.int64), pd.Index(names).take(pairs // 2), pairs % 2 == 0


def _names(index: pd.Index, positions: Integers) -> Any:
    # An extension array keeps whole numbers whole beside missing values.
    whole = pd.api.types.is_integer_dtype(index.dtype)
    names = pd.Series(index, dtype="Int64") if whole else pd.Series(index)
    return names.array.take(positions, allow_fill=True)
