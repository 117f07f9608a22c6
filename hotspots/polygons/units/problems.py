"""Problems of units: overlaps, slivers, gaps and odd populations, unit by unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots._notes import Note, split_note
from hotspots.spatial import coverage
from hotspots.spatial.adjacency import GAP_M, adjacency, areas_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    Row = tuple[str, Note, str]
    Names = NDArray[np.object_]

_MOST_NAMED = 5
_SAME = 1e-6
"""Share of their area by which two units of one shape may differ."""


def unit_problems(
    units: gpd.GeoDataFrame, *, gap_m: float = GAP_M, sliver_m: float = 10.0
) -> pd.DataFrame:
    """Return what is odd about the units, one row per unit and problem.

    The width of a shape is the diameter of the largest circle that fits in it. Overlaps and
    enclosed gaps of no more than 1 m² are left out. A problem of several units is listed once,
    at the first of them, with the others in ``detail``.

    Parameters
    ----------
    units
        As returned by :func:`read_units`.
    gap_m
        Width in meters up to which a gap between units is ``small_gap`` (they still touch, see
        :func:`hotspots.neighbors`) and an overlap is ``sliver_overlap``.
    sliver_m
        Width in meters below which a unit is itself a ``sliver``.

    Returns
    -------
    DataFrame
        ``unit_id``, ``problem`` and ``detail`` (a place, a size, other units), sorted:

        - ``self_intersection``, ``geometry_mended``, ``folded_by_projection``: repaired;
        - ``same_shape``: two units are one shape; ``overlap``, ``sliver_overlap``;
        - ``gap``: ground that units enclose and none holds; ``small_gap``;
        - ``no_neighbor``: it touches no unit, so no test of neighbors can be made there;
          ``no_border``: it touches others in corners alone, so no polygon can hold it with them;
        - ``sliver``, ``several_parts``;
        - ``missing_population``, ``no_residents``, ``fractional_population``.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> import geopandas as gpd
    >>> from hotspots.polygons.units.read import read_units
    >>> layer = gpd.GeoDataFrame({"id": ["a", "b"], "n": [10, 5.5]},
    ...     geometry=[box(0, 0, 20, 20), box(10, 0, 30, 20)], crs=32613)
    >>> unit_problems(read_units(layer, population="n", id="id"))
      unit_id                problem      detail
    0       a                overlap  200 m² · b
    1       b  fractional_population         5.5
    """
    _checks.columns_present(units.columns, [schema.POPULATION], "units")
    names = units.index.astype(str).to_numpy(dtype=object)
    shapes = units.geometry.to_numpy()
    rows = [
        *_repairs(units, names),
        *_overlaps(shapes, names, gap_m),
        *_apart(shapes, names, gap_m),
        *_enclosed(shapes, names, gap_m),
        *_odd_shapes(shapes, names, sliver_m),
        *_odd_residents(units, names),
    ]
    table = pd.DataFrame(rows, columns=[schema.UNIT_ID, "problem", "detail"], dtype=object)
    table = table.assign(problem=[str(key) for key in table["problem"]])
    return table.sort_values([schema.UNIT_ID, "problem", "detail"], ignore_index=True)


def _repairs(units: gpd.GeoDataFrame, names: Names) -> Iterator[Row]:
    if schema.REPAIR not in units:
        return
    for name, written in zip(names, units[schema.REPAIR].astype(str), strict=True):
        for one in filter(None, written.split("; ")):
            key, detail = split_note(one)
            yield name, Note(key), detail


def _overlaps(shapes: coverage.Geometries, names: Names, gap_m: float) -> Iterator[Row]:
    left, right, area = coverage.overlaps(shapes)
    narrow = coverage.narrower(shapely.intersection(shapes[left], shapes[right]), gap_m)
    larger = np.maximum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    same = area > (1 - _SAME) * larger
    for a, b, size, one_shape, thin in zip(left, right, area, same, narrow, strict=True):
        if one_shape:
            yield names[a], Note.SAME_SHAPE, names[b]
        else:
            key = Note.SLIVER_OVERLAP if thin else Note.OVERLAP
            yield names[a], key, f"{size:.0f} m² · {names[b]}"


def _apart(shapes: coverage.Geometries, names: Names, gap_m: float) -> Iterator[Row]:
    pairs = adjacency(shapes, gap_m=gap_m)
    alone = pairs.isolates(len(names))
    for row in np.setdiff1d(pairs.borders().isolates(len(names)), alone):
        yield names[row], Note.NO_BORDER, ""
    (row, nearest), away = shapely.STRtree(shapes).query_nearest(
        shapes[alone], exclusive=True, return_distance=True, all_matches=False
    )
    detail = dict.fromkeys(alone, "")
    for a, b, size in zip(alone[row], nearest, away, strict=True):
        detail[a] = f"{size:.2f} m · {names[b]}"
    for a, nearby in detail.items():
        yield names[a], Note.NO_NEIGHBOR, nearby
    apart = shapely.distance(shapes[pairs.first], shapes[pairs.second])
    gap = apart > 0
    for a, b, size in zip(pairs.first[gap], pairs.second[gap], apart[gap], strict=True):
        yield names[a], Note.SMALL_GAP, f"{size:.2f} m · {names[b]}"


def _enclosed(shapes: coverage.Geometries, names: Names, gap_m: float) -> Iterator[Row]:
    found = coverage.gaps(shapes)
    narrow = coverage.narrower(found, gap_m)
    for gap, thin, around in zip(found, narrow, areas_around(found, shapes), strict=True):
        first, *others = sorted(names[around])
        listed = ", ".join(others[:_MOST_NAMED]) + (", …" if len(others) > _MOST_NAMED else "")
        detail = " · ".join(filter(None, (f"{gap.area:.0f} m²", listed)))
        yield first, Note.SMALL_GAP if thin else Note.GAP, detail


def _odd_shapes(shapes: coverage.Geometries, names: Names, sliver_m: float) -> Iterator[Row]:
    area = shapely.area(shapes)
    for row in np.flatnonzero(coverage.narrower(shapes, sliver_m)):
        yield names[row], Note.SLIVER, f"{area[row]:.0f} m² · < {sliver_m:g} m"
    parts = shapely.get_num_geometries(shapes)
    for row in np.flatnonzero(parts > 1):
        yield names[row], Note.SEVERAL_PARTS, str(parts[row])


def _odd_residents(units: gpd.GeoDataFrame, names: Names) -> Iterator[Row]:
    residents = units[schema.POPULATION].to_numpy(dtype=float)
    empty = residents == 0
    if schema.POPULATION_KNOWN in units:
        empty &= units[schema.POPULATION_KNOWN].to_numpy(dtype=bool)
    for name in names[empty]:
        yield name, Note.NO_RESIDENTS, ""
    fractional = residents != np.round(residents)
    for name, value in zip(names[fractional], residents[fractional], strict=True):
        yield name, Note.FRACTIONAL_POPULATION, f"{value:g}"
