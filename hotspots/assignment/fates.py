"""Fates: where each row of incidents ends, by the rules of :func:`~hotspots.assign`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _threads, schema
from hotspots.assignment import point_in_area
from hotspots.assignment.point_in_area import NOWHERE, Locator
from hotspots.errors import InputError
from hotspots.schema import AssignmentStatus, LocationStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.signedinteger[Any]]
    Places = NDArray[np.int32]
    Codes = NDArray[np.int8]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_WORDS = list(AssignmentStatus)
_INSIDE, _BOUNDARY, _SNAPPED, _SHARED, _OUTSIDE, _UNLOCATED, _UNKNOWN = (
    np.int8(_WORDS.index(word))
    for word in (
        AssignmentStatus.INSIDE,
        AssignmentStatus.BOUNDARY,
        AssignmentStatus.SNAPPED,
        AssignmentStatus.SHARED,
        AssignmentStatus.OUTSIDE,
        AssignmentStatus.UNLOCATED,
        AssignmentStatus.UNKNOWN_RESIDENTS,
    )
)


@dataclass(frozen=True, eq=False, slots=True)
class Fates:
    """Position of the area and of its group (-1: none) and the code of the status of each row."""

    area: Places
    group: Places
    status: Codes


def settle(
    incidents: gpd.GeoDataFrame, locator: Locator, groups: Integers, tolerance: float
) -> Fates:
    """Return the fate of each row.

    Raises
    ------
    InputError
        If a geometry is not a point.
    """
    return settle_at(*_coordinates(incidents), incidents, locator, groups, tolerance)


def settle_at(
    x: Floats,
    y: Floats,
    incidents: pd.DataFrame,
    locator: Locator,
    groups: Integers,
    tolerance: float,
) -> Fates:
    """Return the fate of each row, whose place is given beside it; not finite where unknown."""
    placed = np.isfinite(x) & np.isfinite(y)
    ambiguous = vague = np.zeros(len(incidents), dtype=bool)
    radius = np.zeros(len(incidents))
    if schema.LOCATION_STATUS in incidents:
        state = incidents[schema.LOCATION_STATUS]
        placed &= ~_is(state, LocationStatus.UNMATCHED, LocationStatus.INVALID)
        ambiguous = placed & _is(state, LocationStatus.AMBIGUOUS)
        if schema.LOCATION_RADIUS in incidents:
            radius = _numbers(incidents[schema.LOCATION_RADIUS])
            vague = placed & (radius > 0) & _is(state, LocationStatus.APPROXIMATE)
    sure = placed & ~vague & ~ambiguous
    if sure.all():
        area, status = _points(x, y, locator, tolerance)
        return Fates(area, _group(area, groups), status)
    found = Fates(
        np.full(len(x), NOWHERE, dtype=np.int32),
        np.full(len(x), NOWHERE, dtype=np.int32),
        np.full(len(x), _UNLOCATED, dtype=np.int8),
    )
    area, status = _points(x[sure], y[sure], locator, tolerance)
    _write(found, sure, area, _group(area, groups), status)
    if vague.any():
        _write(found, vague, *_discs(x[vague], y[vague], radius[vague], locator, groups))
    if ambiguous.any() and schema.LOCATION_ALTERNATIVE in incidents:
        chosen = gpd.GeoSeries(incidents.loc[ambiguous, schema.LOCATION_ALTERNATIVE])
        second = _xy(chosen)
        first = x[ambiguous], y[ambiguous]
        _write(found, ambiguous, *_candidates(first, second, locator, groups, tolerance))
    return found


def without_residents(found: Fates, known: Flags) -> Fates:
    """Return the fates, where groups of areas of unknown residents count no row."""
    lost = (found.group >= 0) & ~np.append(known, True)[found.group]
    return replace(found, status=np.where(lost, _UNKNOWN, found.status))


def words(codes: Codes) -> pd.api.extensions.ExtensionArray:
    """Return codes of statuses as a column of text."""
    texts = pd.array([str(word) for word in _WORDS], dtype="str")
    return texts.take(codes)


def fate_counts(incidents: pd.DataFrame) -> pd.DataFrame:
    """Return how many rows met which fate, one row per assignment status.

    See :func:`hotspots.assignment_summary`.
    """
    status = incidents[schema.ASSIGNMENT_STATUS].astype(str)
    order = pd.Index([str(value) for value in AssignmentStatus], name=schema.ASSIGNMENT_STATUS)
    rows = status.value_counts().reindex(order, fill_value=0).astype("int64")
    loose = pd.Series(False, index=incidents.index)
    if {schema.UNIT_ID, schema.POLYGON_ID} <= set(incidents.columns):
        loose = incidents[schema.UNIT_ID].isna() & incidents[schema.POLYGON_ID].notna()
    without = status[loose].value_counts().reindex(order, fill_value=0).astype("int64")
    return pd.DataFrame({"rows": rows, "without_unit": without})


def _points(x: Floats, y: Floats, locator: Locator, tolerance: float) -> tuple[Places, Codes]:
    area, times = locator.containing(x, y)
    status = np.array([_OUTSIDE, _INSIDE, _BOUNDARY])[np.minimum(times, 2)]
    if tolerance > 0:
        # A second candidate may be missing, and GEOS finds nothing near a place that is not.
        out = np.flatnonzero((times == 0) & np.isfinite(x) & np.isfinite(y))
        near = point_in_area.nearest(locator, x[out], y[out], tolerance)
        area[out] = near
        status[out[near >= 0]] = _SNAPPED
    return area, status


def _discs(
    x: Floats, y: Floats, radius: Floats, locator: Locator, groups: Integers
) -> tuple[Integers, Integers, Codes]:
    met, area, group = point_in_area.discs(locator, x, y, radius, groups)
    status = np.where(met, np.where(group >= 0, _INSIDE, _SHARED), _OUTSIDE)
    return area, group, status


def _candidates(
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    locator: Locator,
    groups: Integers,
    tolerance: float,
) -> tuple[Integers, Places, Codes]:
    there = np.isfinite(second[0]) & np.isfinite(second[1])
    one, _ = _points(*first, locator, tolerance)
    # A candidate that is nowhere agrees with no other.
    other, _ = _points(*second, locator, tolerance)
    both = there & (one >= 0) & (other >= 0)
    together = both & (groups[one] == groups[other])
    status = np.where(there & (one < 0) & (other < 0), _OUTSIDE, _UNLOCATED)
    status = np.where(together, _INSIDE, status)
    area = np.where(both & (one == other), one, NOWHERE)
    return area, np.where(together, _group(one, groups), NOWHERE), status


def _write(found: Fates, rows: Flags, area: Integers, group: Integers, status: Codes) -> None:
    found.area[rows], found.group[rows], found.status[rows] = area, group, status


def _group(area: Places, groups: Integers) -> Places:
    if (groups == np.arange(len(groups))).all():
        return area
    # The last entry answers for an area of -1.
    return np.append(groups, NOWHERE).astype(np.int32)[area]


def _coordinates(incidents: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    x, y = _xy(incidents.geometry)
    # What is not a point has no x.
    unclear = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    rest = incidents.geometry.iloc[unclear]
    other = (shapely.get_type_id(np.asarray(rest, dtype=object)) != 0) & ~np.asarray(
        rest.is_empty | rest.isna()
    )
    if other.any():
        raise InputError(
            f"assign: {int(other.sum())} incidents are not points, first row "
            f"{incidents.index[unclear[other]][0]}. Use their centroids, or split multipoints."
        )
    return x, y


def _xy(points: gpd.GeoSeries) -> tuple[Floats, Floats]:
    shapes = np.asarray(points.to_numpy(), dtype=object)
    x, y = np.empty(len(shapes)), np.empty(len(shapes))

    def read(part: slice) -> None:
        shapely.get_x(shapes[part], out=x[part])
        shapely.get_y(shapes[part], out=y[part])

    _threads.run(read, _threads.chunks(len(shapes)))
    return x, y


def _is(column: pd.Series, *states: LocationStatus) -> Flags:
    return np.asarray(column.isin([str(state) for state in states]), dtype=bool)


def _numbers(column: pd.Series) -> Floats:
    return np.asarray(pd.to_numeric(column).fillna(0.0), dtype=float)
