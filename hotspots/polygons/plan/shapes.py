"""Polygon shapes: groups of units are dissolved, numbered and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]


def polygons(
    units: gpd.GeoDataFrame,
    labels: Integers,
    bounds: Bounds,
    name: str | None,
    identifiers: pd.Index | None,
    *,
    clean: bool,
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return the polygons of groups of units, and which polygon each unit belongs to.

    Identifiers are those given, one per group, otherwise ``P001``, ``P002`` … from north to
    south by the center of the residents. ``clean`` says that the units are a coverage.
    """
    shapes = np.asarray(units.geometry.to_numpy(), dtype=object)
    population = units[schema.POPULATION].to_numpy(dtype=float)
    order, x, y = _from_north(shapes, population, labels)
    if identifiers is None:
        digits = max(3, len(str(len(order))))
        index = pd.Index([f"P{number:0{digits}d}" for number in range(1, len(order) + 1)])
    else:
        order = np.argsort(identifiers.to_numpy(dtype=str), kind="stable")
        index = identifiers.take(order)
    index = index.rename(schema.POLYGON_ID)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    group = place[labels]
    outline = dissolve(shapes, group, len(order), clean=clean)
    residents = np.bincount(group, weights=population, minlength=len(order))
    unknown = np.zeros(len(units), dtype=bool)
    if schema.POPULATION_KNOWN in units:
        unknown = ~units[schema.POPULATION_KNOWN].to_numpy(dtype=bool)
    table = {
        schema.NAME: _names(units, group, index, name),
        schema.POPULATION: residents,
        "n_units": np.bincount(group, minlength=len(order)).astype("int64"),
        schema.POPULATION_UNKNOWN_UNITS: np.bincount(group[unknown], minlength=len(order)),
        "area_km2": shapely.area(outline) / 1e6,
        "compactness": polsby_popper(outline),
        "in_bounds": (residents >= bounds.floor) & (residents <= bounds.ceiling),
        "center_x": x[order],
        "center_y": y[order],
    }
    frame = gpd.GeoDataFrame(table, index=index, geometry=outline, crs=units.crs)
    return frame, pd.Series(index.take(group), index=units.index, name=schema.POLYGON_ID)


def dissolve(
    shapes: NDArray[np.object_], group: Integers, count: int, *, clean: bool
) -> NDArray[np.object_]:
    """Return the union of each group's shapes: as a coverage where they are ``clean``."""
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=count))[:-1]
    merged = np.empty(count, dtype=object)
    for number, rows in enumerate(np.split(order, ends)):
        # A coverage union is faster and adds no vertex, but is undefined for overlaps.
        merged[number] = (
            shapely.coverage_union_all(shapes[rows]) if clean else shapely.union_all(shapes[rows])
        )
    return merged


def polsby_popper(shapes: NDArray[np.object_]) -> Floats:
    """Return 4π·area/perimeter² of each shape: 1 for a disc, .785 for a square.

    References
    ----------
    Polsby, D. D. and Popper, R. D. (1991). The third criterion: compactness as a procedural
    safeguard against partisan gerrymandering. Yale Law & Policy Review 9, 301–353.

    Examples
    --------
    >>> polsby_popper(np.array([shapely.box(0, 0, 2, 2)])).round(3).tolist()
    [0.785]
    """
    length = shapely.length(shapes)
    return np.asarray(4 * np.pi * shapely.area(shapes) / length**2, dtype=float)


def _from_north(
    shapes: NDArray[np.object_], population: Floats, labels: Integers
) -> tuple[Integers, Floats, Floats]:
    """Return the groups from north to south, and the residents' center of each."""
    inside = shapely.centroid(shapes)
    # An uninhabited group has its centroid instead of the residents' center.
    empty = np.bincount(labels, weights=population)[labels] == 0
    weight = np.where(empty, shapely.area(shapes), population)
    total = np.bincount(labels, weights=weight)
    x = np.bincount(labels, weights=weight * shapely.get_x(inside)) / total
    y = np.bincount(labels, weights=weight * shapely.get_y(inside)) / total
    return np.lexsort((x, -y)).astype(np.int64), x, y


def _names(
    units: gpd.GeoDataFrame, group: Integers, index: pd.Index, column: str | None
) -> list[str]:
    if column is None:
        return [str(label) for label in index]
    place = units[column].astype(object).where(units[column].notna(), "").astype(str).str.strip()
    table = pd.DataFrame(
        {"group": group, "place": place.to_numpy(), "n": units[schema.POPULATION].to_numpy()}
    )
    known = table[table["place"] != ""]
    sums = known.groupby(["group", "place"])[["n"]].sum().reset_index()
    ranked = sums.sort_values(["group", "n", "place"], ascending=[True, False, True])
    first = ranked.drop_duplicates("group").set_index("group")["place"]
    names = first.reindex(range(len(index)))
    names = names.where(names.notna(), pd.Series([str(label) for label in index]))
    again = names.groupby(names).cumcount()
    return [
        f"{text} {number + 1}" if number else str(text)
        for text, number in zip(names, again, strict=True)
    ]
