"""Areal interpolation: values of source areas, estimated for the polygons."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import shapely

from hotspots._checks import columns_present, named_index, projected_crs, same_crs
from hotspots.catalogue import remark
from hotspots.errors import ColumnError, InputError
from hotspots.layers.layer import check_direction, check_name, checked_layer, warn_low_cover
from hotspots.schema import POLYGON_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.schema import Direction, Layer

_SLIVER = 1e-9
"""Relative area below which a piece is a rounding error of the intersection."""


def areal_layer(
    source: gpd.GeoDataFrame,
    polygons: gpd.GeoDataFrame,
    *,
    intensive: str | Sequence[str] = (),
    extensive: str | Sequence[str] = (),
    weight: str | None = None,
    unit: str = "",
    direction: Direction = "more_is_worse",
    source_name: str = "",
    names: Mapping[str, str] | None = None,
    titles: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Layer]:
    """Return one layer per column of ``source``, interpolated to the polygons by shared area.

    A count (extensive) is allocated to the polygons in proportion to the area of intersection, so
    that totals are conserved; the part of a source area outside all polygons is dropped. A rate,
    mean or percentage (intensive) becomes the mean over the intersections with the polygon,
    weighted by their area or, with ``weight``, by that column's count (residents, households)
    allocated in the same way. Where source areas nest in polygons, counts simply add up.

    Parameters
    ----------
    source
        Areas with the columns, in the polygons' CRS (meters). Messages name rows by its index.
    polygons
        Polygons on ``polygon_id``, in a projected CRS in meters.
    intensive
        Columns that are rates, means or percentages.
    extensive
        Columns that are counts.
    weight
        Column of ``source`` with the count by which intensive columns are weighted. A polygon
        whose weights are all 0 gets the mean by area.
    unit, direction, source_name
        Attributes of every layer; call again for columns that differ in them.
    names
        Column → name of its layer; the column's own by default.
    titles
        Column → language code → title.

    Returns
    -------
    list of Layer
        Intensive columns first, each in the order given.
        Values are floats on the polygons' index, NaN where no intersecting area has a value.
        Missing values (and weights) are skipped; ``cover`` is the share of the polygon's area
        with a value.

    Raises
    ------
    CrsError
        If either layer has no CRS in meters, or the two differ.
    ColumnError
        If a column is missing or does not hold numbers.
    InputError
        If no column is named, one is named twice, a layer is empty or holds geometries other than
        polygons, a value is infinite, a weight is negative, or nothing overlaps.

    Warns
    -----
    HotspotsWarning
        If less than 90% of a polygon is covered, source areas overlap each other, or invalid
        geometries were repaired.

    References
    ----------
    .. [1] Goodchild, M. F. and Lam, N. S.-N. (1980). Areal interpolation: a variant of the
       traditional spatial problem. Geo-Processing 1, 297–312.

    Examples
    --------
    Two adjacent tracts with 100 and 300 residents; the polygon covers the first and half of the
    second.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"poor": [10.0, 40.0], "residents": [100, 300]},
    ...     geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], crs=32613)
    >>> polygons = gpd.GeoDataFrame(
    ...     {"polygon_id": ["P1"]}, geometry=[box(0, 0, 1500, 1000)], crs=32613,
    ... ).set_index("polygon_id")
    >>> [layer] = areal_layer(tracts, polygons, extensive="residents")
    >>> float(layer.values["P1"])
    250.0
    >>> [layer] = areal_layer(tracts, polygons, intensive="poor", weight="residents")
    >>> float(layer.values["P1"])                  # (100·10 + 150·40) / 250
    28.0
    """
    means, totals = _columns(intensive), _columns(extensive)
    _check_layers(source, polygons)
    _check_columns(source, means, totals, weight)
    called = {column: (names or {}).get(column, column) for column in (*means, *totals)}
    for name in called.values():
        check_name(name)
        check_direction(name, direction)
    pieces = _pieces(source, polygons)
    weights = None if weight is None else _weights(source, weight)
    layers = []
    for column, name in called.items():
        numbers = _numbers(source, column)
        values, cover = (
            _total(pieces, numbers) if column in totals else _mean(pieces, numbers, weights)
        )
        covered = pd.Series(cover, index=polygons.index, dtype="float64")
        warn_low_cover(name, covered, stacklevel=2)
        layers.append(
            checked_layer(
                name,
                pd.Series(values, index=polygons.index, dtype="float64"),
                unit=unit,
                direction=direction,
                source=source_name,
                title=(titles or {}).get(column),
                cover=covered,
            )
        )
    return layers


@dataclass(frozen=True, eq=False, slots=True)
class _Pieces:
    """The intersections of source areas and polygons."""

    source: NDArray[np.intp]  # position of the source area
    polygon: NDArray[np.intp]  # position of the polygon
    area: NDArray[np.float64]  # square meters
    source_share: NDArray[np.float64]  # share of the source area that the piece is
    polygon_area: NDArray[np.float64]  # one per polygon

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum per polygon of one number per piece."""
        summed = np.bincount(self.polygon, weights=values, minlength=len(self.polygon_area))
        return cast("NDArray[np.float64]", summed)

    def cover(self, known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the share of each polygon's area that has a value, at most 1."""
        return np.minimum(self.sums(self.area * known) / self.polygon_area, 1.0)


def _total(
    pieces: _Pieces, numbers: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mine = numbers[pieces.source]
    known = np.isfinite(mine)
    values = pieces.sums(np.where(known, mine, 0.0) * pieces.source_share)
    cover = pieces.cover(known)
    return np.where(cover > 0, values, np.nan), cover


def _mean(
    pieces: _Pieces, numbers: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mine = numbers[pieces.source]
    known = np.isfinite(mine)
    by_area = pieces.area
    by_weight = by_area if weights is None else weights[pieces.source] * pieces.source_share
    known &= np.isfinite(by_weight)
    # Averaging differences from the minimum returns a constant exactly.
    base = float(mine[known].min()) if known.any() else 0.0
    above = np.where(known, mine - base, 0.0)
    chosen = np.where(known, by_weight, 0.0)
    plain = np.where(known, by_area, 0.0)
    empty = (pieces.sums(chosen) == 0)[pieces.polygon]
    chosen = np.where(empty, plain, chosen)
    with np.errstate(invalid="ignore"):  # 0/0 where a polygon has no value: no data
        values = base + pieces.sums(chosen * above) / pieces.sums(chosen)
    return values, pieces.cover(known)


def _pieces(source: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> _Pieces:
    left = _valid_geometries(source, "areal_layer: source")
    right = _valid_geometries(polygons, "areal_layer: polygons")
    tree = shapely.STRtree(left)
    polygon, area_of = tree.query(right, predicate="intersects")
    order = np.lexsort((area_of, polygon))
    polygon, area_of = polygon[order], area_of[order]
    area = shapely.area(shapely.intersection(left[area_of], right[polygon]))
    whole, target = shapely.area(left), shapely.area(right)
    share = area / whole[area_of]
    within = share > 1.0 - _SLIVER
    share[within], area[within] = 1.0, whole[area_of[within]]
    real = (share > _SLIVER) | (area > _SLIVER * target[polygon])
    if not real.any():
        raise InputError(
            "areal_layer: no source area overlaps any polygon. The source lies in "
            f"{_extent(source)}, the polygons in {_extent(polygons)}: "
            "check that both are of the same city and declare the right CRS."
        )
    pieces = _Pieces(area_of[real], polygon[real], area[real], share[real], target)
    _warn_of_overlaps(pieces)
    return pieces


def _warn_of_overlaps(pieces: _Pieces) -> None:
    filled = pieces.sums(pieces.area) / pieces.polygon_area
    doubled = int((filled > 1.001).sum())
    if doubled:
        warnings.warn(
            remark("overlapping_source", polygons=doubled, share=f"{filled.max() - 1:.1%}"),
            stacklevel=4,
        )


def _valid_geometries(frame: gpd.GeoDataFrame, what: str) -> NDArray[np.object_]:
    geometry = frame.geometry.to_numpy().copy()
    broken = ~shapely.is_valid(geometry) & ~shapely.is_missing(geometry)
    if broken.any():
        geometry[broken] = shapely.make_valid(geometry[broken])
        first = ", ".join(map(str, frame.index[broken][:3]))
        warnings.warn(
            remark("mended_geometries", what=what, n=int(broken.sum()), first=first),
            stacklevel=4,
        )
    return cast("NDArray[np.object_]", geometry)


def _weights(source: gpd.GeoDataFrame, weight: str) -> NDArray[np.float64]:
    numbers = _numbers(source, weight)
    negative = numbers < 0
    if negative.any():
        row = source.index[negative][0]
        raise InputError(
            f"areal_layer: the weight column {weight!r} is negative in {int(negative.sum())} "
            f"rows, first {row!r} ({numbers[negative][0]:g}). Weights are counts, 0 or more."
        )
    return numbers


def _numbers(source: gpd.GeoDataFrame, column: str) -> NDArray[np.float64]:
    try:
        numbers = pd.to_numeric(source[column]).to_numpy(dtype="float64", na_value=np.nan)
    except (ValueError, TypeError) as problem:
        raise ColumnError(
            f"areal_layer: the source's column {column!r} does not hold numbers ({problem}). "
            "Convert it first, e.g. with pandas.to_numeric(..., errors='coerce')."
        ) from problem
    if np.isinf(numbers).any():
        row = source.index[np.isinf(numbers)][0]
        raise InputError(
            f"areal_layer: the source's column {column!r} is infinite in row {row!r}. "
            "Leave the value empty where it is not known."
        )
    return cast("NDArray[np.float64]", numbers)


def _columns(columns: str | Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _check_columns(
    source: gpd.GeoDataFrame, means: Sequence[str], totals: Sequence[str], weight: str | None
) -> None:
    named = [*means, *totals]
    if not named:
        raise InputError(
            "areal_layer: no column is named. Give rates and percentages as intensive=[...], "
            "counts as extensive=[...]."
        )
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise InputError(
            f"areal_layer: {', '.join(map(repr, twice))} is named twice. "
            "A column is either intensive (a rate) or extensive (a count)."
        )
    wanted = named if weight is None else [*named, weight]
    columns_present(source.columns, wanted, "areal_layer: source")


def _check_layers(source: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> None:
    for frame, what in ((source, "areal_layer: source"), (polygons, "areal_layer: polygons")):
        if len(frame) == 0:
            raise InputError(f"{what}: the layer is empty. Check the file or the filter before.")
        projected_crs(frame, what)
        kinds = set(frame.geometry.dropna().geom_type) - {"Polygon", "MultiPolygon"}
        if kinds:
            raise InputError(
                f"{what}: the layer holds {', '.join(sorted(kinds))}, and areas are needed. "
                "Points and lines have no area to interpolate from."
            )
    same_crs(source, polygons, "areal_layer: source and polygons")
    named_index(polygons, POLYGON_ID, "areal_layer: polygons")
    if polygons.geometry.isna().any() or (polygons.geometry.area == 0).any():
        raise InputError("areal_layer: polygons: a polygon has no area. Drop or repair it.")


def _extent(frame: gpd.GeoDataFrame) -> str:
    west, south, east, north = frame.total_bounds
    return f"x {west:.0f}–{east:.0f}, y {south:.0f}–{north:.0f}"
