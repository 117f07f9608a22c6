"""Neighborhoods and landmarks by name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots.geocoding.address.names import neighborhood_name, plain_words, standard_name
from hotspots.geocoding.gazetteer.name_index import Hit, NameIndex
from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geocoding.address.lexicon import Lexicon

SURE = 0.80
"""Least similarity at which a misspelled name is taken for a listed neighborhood or place."""

_CORE_M = 10.0
_RIM_M = 60.0

CLEAR = 0.05
"""Least difference in similarity between the best name and the next."""


@dataclass(frozen=True, eq=False, slots=True)
class Areas:
    """Neighborhoods by name.

    Attributes
    ----------
    index, by_name, titles
        The names, standardized and as given.
    polygons
        In a metric CRS.
    cores
        The polygons without their outermost 10 m.
    rims
        The polygons with the 60 m around them.
    """

    index: NameIndex
    by_name: Mapping[str, tuple[int, ...]]
    titles: tuple[str, ...]
    polygons: NDArray[np.object_]
    cores: NDArray[np.object_]
    rims: NDArray[np.object_]

    @classmethod
    def build(cls, layer: gpd.GeoDataFrame, lexicon: Lexicon) -> Areas:
        """Return the neighborhoods of a layer of polygons in meters."""
        titles = tuple(layer["name"])
        by_name = _grouped(neighborhood_name(title, lexicon) for title in titles)
        polygons = layer.geometry.to_numpy()
        shapely.prepare(polygons)
        cores = shapely.buffer(polygons, -_CORE_M)
        rims = shapely.buffer(polygons, _RIM_M)
        return cls(NameIndex.build(by_name), by_name, titles, polygons, cores, rims)

    def distance(self, areas: tuple[int, ...], x: float, y: float) -> float:
        """Return the distance of a point from the nearest of some neighborhoods, in meters."""
        point = shapely.Point(x, y)
        return min(float(self.polygons[area].distance(point)) for area in areas)

    def drawn_in(self, areas: tuple[int, ...], spot: Spot) -> Spot:
        """Return a point on the edge of the stated neighborhood, moved 10 m into it.

        A crossing lies on the edge of all the blocks around it; the neighborhood that the row
        states tells on which side of the edge it happened.
        """
        point = shapely.Point(spot.x, spot.y)
        core = min((self.cores[area] for area in areas), key=lambda each: each.distance(point))
        if core.is_empty or not 0.0 < core.distance(point) <= 3 * _CORE_M:
            return spot
        x, y = shapely.shortest_line(core, point).coords[0]
        return Spot(x, y, spot.radius)

    def disc(self, area: int) -> Spot:
        """Return a point inside a neighborhood and the radius around it that covers it."""
        polygon = self.polygons[area]
        center = polygon.centroid
        if not polygon.contains(center):
            center = polygon.representative_point()
        return Spot(center.x, center.y, float(polygon.hausdorff_distance(center)))


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """Landmarks: their names, and their points in a metric CRS."""

    index: NameIndex
    by_name: Mapping[str, tuple[int, ...]]
    titles: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def build(cls, layer: gpd.GeoDataFrame, lexicon: Lexicon) -> Places:
        """Return the landmarks of a layer in meters."""
        titles = tuple(layer["name"])
        by_name = _grouped(standard_name(plain_words(title), lexicon) for title in titles)
        points = layer.geometry.representative_point()
        return cls(
            NameIndex.build(by_name), by_name, titles, points.x.to_numpy(), points.y.to_numpy()
        )


def clear_hit(hits: tuple[Hit, ...]) -> Hit | None:
    """Return the best hit if it is good and clearly better than the next, else None."""
    if not hits or hits[0].similarity < SURE:
        return None
    if len(hits) > 1 and hits[0].similarity - hits[1].similarity < CLEAR:
        return None
    return hits[0]


def _grouped(names: object) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):  # type: ignore[arg-type, var-annotated]
        found[name].append(place)
    found.pop("", None)
    return {name: tuple(places) for name, places in found.items()}
