"""Rasters of about 100 m: residents per cell, and the share of them in poverty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities.chance import steady, stream
from _cities.raster import NO_DATA, geotiff

if TYPE_CHECKING:
    from _cities.geography import Ground
    from _cities.units import Units

CELL = 100.0


def rasters(ground: Ground, units: Units) -> tuple[bytes, bytes]:
    """Return (residents, poverty) as GeoTIFFs; the residents add up to each unit's own."""
    rng = stream(ground.plan.seed, "raster")
    low = np.floor(ground.meters.min(axis=0) / CELL) * CELL
    high = np.ceil(ground.meters.max(axis=0) / CELL) * CELL
    columns, rows = ((high - low) / CELL).astype(int)
    x = low[0] + CELL * (np.arange(columns) + 0.5)
    y = high[1] - CELL * (np.arange(rows) + 0.5)
    unit = _unit_of_cells(ground, units, *np.meshgrid(x, y))
    weight = np.where(unit >= 0, steady(np.exp(0.35 * rng.standard_normal(unit.shape))), 0.0)
    total = np.bincount(unit[unit >= 0], weight[unit >= 0], minlength=len(units.codes))
    people = np.full(unit.shape, NO_DATA)
    inside = unit >= 0
    people[inside] = weight[inside] * (units.residents / total)[unit[inside]]
    poverty = np.full(unit.shape, NO_DATA)
    spread = steady(np.exp(0.08 * rng.standard_normal(int(inside.sum()))))
    local = units.poverty[unit[inside]] * spread
    poverty[inside] = np.round(np.clip(local, 0, 100), 2)
    return tuple(
        geotiff(np.round(band, 3), left=low[0], top=high[1], cell=CELL, epsg=ground.plan.epsg)
        for band in (people, poverty)
    )


def _unit_of_cells(ground: Ground, units: Units, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the unit in which each cell's center lies, -1 for none."""
    tree = shapely.STRtree(ground.block_shape)
    cell, block = tree.query(shapely.points(x.ravel(), y.ravel()), predicate="within")
    unit = np.full(x.size, -1)
    unit[cell] = units.block_unit[block]
    empty = np.setdiff1d(np.arange(len(units.codes)), unit)
    if len(empty):
        raise ValueError(f"unit {units.codes[int(empty[0])]} holds no center of a cell")
    return unit.reshape(x.shape)
