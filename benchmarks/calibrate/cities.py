"""Grounds: real cities' census units and polygons, with their residents, for simulated events."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hotspots as hs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    from libpysal.graph import Graph

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
SAMPLE = "the sample"
_FILES = {
    "Mexico City": ("mexico_city/colonias.gpkg", "CVEUT", "SUMPOB1"),
    "Monterrey": ("monterrey/colonias.gpkg", "ID_COL", "POBTOT"),
    "Manchester": ("manchester/lsoa.gpkg", "code", "pop_usual"),
}


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The units of one city.

    Attributes
    ----------
    residents
        Residents of each unit.
    graph
        Neighbors (queen).
    centers
        A point inside each unit, in meters.
    """

    residents: pd.Series
    graph: Graph
    centers: Floats


def present(names: tuple[str, ...], data: Path) -> tuple[list[str], list[str]]:
    """Return which of the cities have their file, and which have none."""
    there = [name for name in names if name == SAMPLE or (data / _FILES[name][0]).is_file()]
    return there, [name for name in names if name not in there]


@cache
def ground(name: str, data: Path, *, linked: bool = False) -> Ground:
    """Return a city's units; ``linked`` leaves out those without residents or neighbors."""
    units = _units(name, data)
    graph = hs.neighbors(units)
    while linked:
        kept = (units["population"] > 0) & (graph.cardinalities.loc[units.index] > 0)
        if kept.all():
            break
        units = units[kept]
        graph = hs.neighbors(units)
    points = units.geometry.representative_point()
    residents = units["population"].astype(float)
    return Ground(residents, graph, np.column_stack([points.x, points.y]))


@cache
def polygon_residents(name: str, data: Path) -> pd.Series:
    """Return the residents of the polygons of 10,000 to 15,000 that are made of the units."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HotspotsWarning)
        polygons = hs.build_polygons(_units(name, data)).polygons
    residents = polygons["population"].astype(float)
    return residents[residents > 0]


def _units(name: str, data: Path) -> gpd.GeoDataFrame:
    path, key, residents = (
        (ROOT / "sample_data/juarez/unidades.geojson", "CVEGEO", "POBTOT")
        if name == SAMPLE
        else (data / _FILES[name][0], *_FILES[name][1:])
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HotspotsWarning)
        return hs.read_units(path, population=residents, id=key)


def events(
    generator: np.random.Generator, residents: pd.Series, total: float, risks: Floats
) -> pd.Series:
    """Return Poisson counts of about so many events, by residents and risk."""
    at_risk = residents.fillna(0).to_numpy() * risks
    counts = generator.poisson(total * at_risk / at_risk.sum())
    return pd.Series(counts.astype(float), residents.index, name="events")


def spread(generator: np.random.Generator, places: int, sigma: float) -> Floats:
    """Return lognormal risks without any pattern."""
    risks: Floats = np.exp(sigma * generator.standard_normal(places))
    return risks
