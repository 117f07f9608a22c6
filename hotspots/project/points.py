"""Reading layers in the units' CRS, and points from tables with two coordinate columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots._checks import columns_present
from hotspots.errors import CrsError, InputError
from hotspots.incidents.coordinate_texts import parse_numbers, parted
from hotspots.incidents.source import read_table
from hotspots.spatial.crs import moved
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    from pathlib import Path

    from hotspots.limits import Limits
    from hotspots.project.section import Crs


class _Coordinates(Protocol):
    """The keys of a section that locate the points of a table."""

    @property
    def longitude(self) -> str | None: ...
    @property
    def latitude(self) -> str | None: ...
    @property
    def crs(self) -> Crs: ...


def read_points(
    path: Path, section: _Coordinates, name: str, units: gpd.GeoDataFrame, limits: Limits
) -> gpd.GeoDataFrame:
    """Return the points of a layer, or of a table with two coordinate columns."""
    if section.longitude is None or section.latitude is None:
        return projected(read_vector(path, what=name, limits=limits), name, units)
    table = read_table(path, limits=limits).cells
    columns_present(table.columns, [section.longitude, section.latitude], name)
    pairs = parted(table[section.longitude], table[section.latitude])
    x, y = (pd.Series(parse_numbers(part).values, table.index) for part in pairs)
    bad = table.index[x.isna() | y.isna()]
    if len(bad):
        raise InputError(
            f"{name}: row {bad[0]} has no number in {section.longitude!r} or "
            f"{section.latitude!r} ({len(bad)} rows in all). Correct or remove those rows."
        )
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=section.crs)
    there = points.to_crs(units.crs)
    lost = ~np.isfinite(there.geometry.x + there.geometry.y)
    if lost.any():
        row = there.index[lost][0]
        raise InputError(
            f"{name}: row {row}, {section.longitude} = {x[row]:g} and {section.latitude} = "
            f"{y[row]:g}, does not exist in the reference system {section.crs} "
            f"({int(lost.sum())} rows in all). Check whether the columns are swapped; otherwise "
            "name their crs."
        )
    return there


def projected(layer: gpd.GeoDataFrame, name: str, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in the units' CRS."""
    if layer.crs is None:
        raise CrsError(
            f"{name}: the layer has no coordinate reference system. "
            "Save it again with one (QGIS: Export, Save features as, CRS)."
        )
    return moved(layer, units.crs, name)
