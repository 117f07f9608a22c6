"""The unit graph: residents, geometry and shared borders, all that the search looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hotspots.spatial import coverage
from hotspots.spatial.adjacency import adjacency

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class UnitGraph:
    """Units in the order of their identifiers, and the borders between them.

    Attributes
    ----------
    population, area, perimeter, x, y
        Residents, square meters, meters of outline, and a point inside, of each unit.
    border
        Symmetric sparse matrix: meters of border that two units share.
    traits
        Standardized similarity columns, one row per unit (no columns where none are asked for).
    clean
        Whether the units are a coverage without overlaps.
    """

    population: Floats
    area: Floats
    perimeter: Floats
    x: Floats
    y: Floats
    border: csr_array
    traits: Floats
    clean: bool = False

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.population)

    def neighbors(self, node: int) -> Integers:
        """Return the units that share a border with one."""
        span = slice(self.border.indptr[node], self.border.indptr[node + 1])
        return np.asarray(self.border.indices[span], dtype=np.int64)

    def part(self, nodes: Integers) -> UnitGraph:
        """Return the graph of some units alone, in the order given."""
        return UnitGraph(
            population=self.population[nodes],
            area=self.area[nodes],
            perimeter=self.perimeter[nodes],
            x=self.x[nodes],
            y=self.y[nodes],
            border=self.border[nodes][:, nodes],
            traits=self.traits[nodes],
        )

    def pieces(self) -> Integers:
        """Return the number of the connected piece that each unit belongs to."""
        return np.asarray(connected_components(self.border, directed=False)[1], dtype=np.int64)


def unit_graph(units: gpd.GeoDataFrame, traits: Floats, gap_m: float) -> UnitGraph:
    """Return the graph of units that share a border, across gaps of up to ``gap_m``."""
    shapes = np.asarray(units.geometry.to_numpy(), dtype=object)
    pairs = adjacency(shapes, gap_m=gap_m).borders()
    size = len(shapes)
    rows = np.concatenate([pairs.first, pairs.second])
    columns = np.concatenate([pairs.second, pairs.first])
    meters = np.concatenate([pairs.length, pairs.length])
    border = csr_array((meters, (rows, columns)), shape=(size, size))
    border.sort_indices()
    inside = shapely.point_on_surface(shapes)
    return UnitGraph(
        population=units["population"].to_numpy(dtype=float),
        area=np.asarray(shapely.area(shapes), dtype=float),
        perimeter=np.asarray(shapely.length(shapes), dtype=float),
        x=np.asarray(shapely.get_x(inside), dtype=float),
        y=np.asarray(shapely.get_y(inside), dtype=float),
        border=border,
        traits=traits,
        clean=coverage.is_clean(shapes, gap_m=gap_m),
    )
