"""The layers of a gazetteer in standard form: named columns, plain types, meters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from hotspots._checks import columns_present
from hotspots.errors import CrsError, InputError
from hotspots.limits import LIMITS, Limits
from hotspots.spatial.crs import is_metric
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "streets": (
        ("name",),
        (
            *("number_from", "number_to", "left_from", "left_to", "right_from", "right_to"),
            *("kilometer_from", "kilometer_to"),
        ),
    ),
    "addresses": (("address",), ()),
    "neighborhoods": (("name",), ()),
    "places": (("name",), ()),
    "lots": (("block", "lot", "neighborhood"), ()),
}
"""Layer → its text columns, the first of them required, and its numeric columns."""


@dataclass(frozen=True, slots=True)
class Source:
    """A layer as given: a frame or a file, and its columns by what they hold.

    Attributes
    ----------
    layer
        See above.
    columns
        Standard column → the layer's columns, whose texts are joined by a space.
    """

    layer: gpd.GeoDataFrame | str | Path
    columns: Mapping[str, Sequence[str]]


def usable_sources(
    sources: Mapping[str, Source], limits: Limits = LIMITS
) -> tuple[CRS, dict[str, gpd.GeoDataFrame]]:
    """Return a metric CRS, and each layer's usable rows in it, in standard columns.

    The CRS is that of the first layer if it is in meters, and its local UTM zone otherwise.

    Raises
    ------
    DataFileError
        If a file cannot be read.
    InputError
        If a layer has no row with a name and a geometry of its kind.
    ColumnError
        If a named column is missing.
    CrsError
        If a layer has no CRS.
    """
    opened = {what: _opened(source.layer, what, limits) for what, source in sources.items()}
    for what, source in sources.items():
        _check(opened[what], what, [name for own in source.columns.values() for name in own])
    crs = _metric_crs(next(iter(opened.values())))
    return crs, {
        what: _usable(opened[what], source.columns, crs, what) for what, source in sources.items()
    }


def _opened(layer: gpd.GeoDataFrame | str | Path, what: str, limits: Limits) -> gpd.GeoDataFrame:
    if isinstance(layer, str | Path):
        return read_vector(layer, what=f"Gazetteer: the layer {what}", limits=limits)
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError(
            f"Gazetteer: the layer {what} came as {type(layer).__name__}. "
            "Give a GeoDataFrame or the path of a file."
        )
    return layer


def _check(layer: gpd.GeoDataFrame, what: str, columns: Sequence[str]) -> None:
    if layer.crs is None:
        raise CrsError(
            f"Gazetteer: the layer {what} has no coordinate reference system. "
            "Set it, e.g. layer.set_crs(4326) for degrees of longitude and latitude."
        )
    columns_present(layer.columns, columns, f"Gazetteer: the layer {what}")
    bounds = layer.total_bounds
    if CRS.from_user_input(layer.crs).is_geographic and np.isfinite(bounds).all():
        west, south, east, north = bounds
        if max(-west, east) > 180 or max(-south, north) > 90:
            raise CrsError(
                f"Gazetteer: the layer {what} is said to be in degrees ({layer.crs.name}), but "
                f"runs from ({west:g}, {south:g}) to ({east:g}, {north:g}). Are longitude and "
                "latitude swapped, or are these meters? Set the right CRS: "
                "layer.set_crs(..., allow_override=True)."
            )


def _metric_crs(layer: gpd.GeoDataFrame) -> CRS:
    crs = CRS.from_user_input(layer.crs)
    return crs if is_metric(crs) else CRS.from_user_input(layer.estimate_utm_crs())


def _usable(
    layer: gpd.GeoDataFrame, columns: Mapping[str, Sequence[str]], crs: CRS, what: str
) -> gpd.GeoDataFrame:
    """Return the rows that have a name and a geometry, in the CRS, in standard columns."""
    texts, numbers = LAYERS[what]
    written = {name: _texts(layer, columns.get(name, ())) for name in texts}
    named = written[texts[0]] != ""
    if what == "streets":
        named &= layer[columns["name"][-1]].notna().to_numpy()
    kept = named & (layer.geometry.notna() & ~layer.geometry.is_empty).to_numpy()
    if not kept.any():
        raise InputError(
            f"Gazetteer: no row of the layer {what} has both a geometry and a name in "
            f"{columns[texts[0]][-1]!r}. Name the column that holds the names."
        )
    _check_kinds(layer[kept], what)
    measured = {name: _numbers(layer, columns.get(name, ())) for name in numbers}
    geometry = layer.geometry[kept].to_crs(crs).force_2d()
    _refuse_nowhere(geometry, layer, what)
    table = {name: values[kept] for name, values in (written | measured).items()}
    return gpd.GeoDataFrame(table, geometry=geometry.to_numpy(), crs=crs)


def _refuse_nowhere(geometry: gpd.GeoSeries, layer: gpd.GeoDataFrame, what: str) -> None:
    """Refuse geometries with a vertex that is not finite, or cannot be projected."""
    bounds = geometry.bounds.to_numpy()
    bad = ~np.isfinite(bounds).all(axis=1)
    coordinates, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    bad[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    if bad.any():
        raise CrsError(
            f"Gazetteer: {int(bad.sum())} geometries of the layer {what} are nowhere in "
            f"{layer.crs.name} (the first: row {geometry.index[bad][0]}). Are longitude and "
            "latitude swapped? Fix the layer, or set the right CRS with "
            "set_crs(..., allow_override=True)."
        )


def _check_kinds(layer: gpd.GeoDataFrame, what: str) -> None:
    wanted = {"streets": ("LineString", "lines"), "neighborhoods": ("Polygon", "polygons")}
    if what not in wanted:
        return
    kind, plural = wanted[what]
    strange = sorted({found for found in layer.geom_type if kind not in found})
    if strange:
        raise InputError(
            f"Gazetteer: the layer {what} holds {', '.join(strange)}, and {plural} are needed. "
            f"Name the layer of the {what.removesuffix('s')}s' {plural}."
        )


def _texts(layer: gpd.GeoDataFrame, columns: Sequence[str]) -> NDArray[np.object_]:
    parts = [
        layer[name].map(lambda cell: "" if pd.isna(cell) else str(cell).strip()).to_numpy()
        for name in columns
    ]
    joined = [" ".join(filter(None, row)) for row in zip(*parts, strict=True)]
    return np.array(joined or [""] * len(layer), dtype=object)


def _numbers(layer: gpd.GeoDataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    if not columns:
        return np.full(len(layer), np.nan)
    # S/N and the like say that no number is known.
    known = pd.to_numeric(layer[columns[0]], errors="coerce")
    values: NDArray[np.float64] = known.to_numpy(dtype="float64", na_value=np.nan)
    return values
