"""Kilometer posts: where a kilometer of a road lies between those that are known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from hotspots.geocoding.address.names import name_variants
from hotspots.geocoding.address.parse import read_address
from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from hotspots.geocoding.address.lexicon import Lexicon
    from hotspots.geocoding.gazetteer.streets import Streets

BESIDE_M = 100.0
"""A post stands at a road of its name, and no further off than this."""

_KILOMETER_M = 1_000.0


@dataclass(frozen=True, eq=False, slots=True)
class Kilometers:
    """The posts along the roads.

    Attributes
    ----------
    posts
        Street → its posts in the order of their kilometers: kilometer, and point on the road.
    lines
        Street → its lines joined to one; a street whose lines do not join is not there.
    """

    posts: Mapping[int, tuple[tuple[float, shapely.Point], ...]]
    lines: Mapping[int, shapely.LineString]

    @classmethod
    def build(cls, streets: Streets, places: gpd.GeoDataFrame, lexicon: Lexicon) -> Kilometers:
        """Return the posts among the places: those called like "Carretera 45 km 12"."""
        found: defaultdict[int, dict[float, shapely.Point]] = defaultdict(dict)
        for title, place in zip(places["name"], places.geometry, strict=True):
            address = read_address(title, lexicon)
            if address.kilometer is None or not address.street.name:
                continue
            point = place.representative_point()
            for name in name_variants(address.street, lexicon):
                for street in streets.by_name.get(name, ()):
                    foot = shapely.shortest_line(streets.whole[street], point)
                    if foot.length <= BESIDE_M:
                        on_road = shapely.Point(foot.coords[0])
                        found[street].setdefault(address.kilometer, on_road)
        joined = {street: shapely.line_merge(streets.whole[street]) for street in found}
        return cls(
            {street: tuple(sorted(posts.items())) for street, posts in found.items()},
            {street: line for street, line in joined.items() if line.geom_type == "LineString"},
        )

    def find(self, street: int, kilometer: float) -> Spot | None:
        """Return where a kilometer lies; None where the posts do not say it.

        A post is itself; between two the road is divided evenly. Beyond the last two, which say
        where it comes from, it is measured along the road as far as it is drawn. One post alone
        does not say on which side of it the kilometers grow.
        """
        posts = self.posts.get(street, ())
        exact = next((point for mark, point in posts if mark == kilometer), None)
        if exact is not None:
            return Spot(exact.x, exact.y, 0.0)
        line = self.lines.get(street)
        if len(posts) < 2 or line is None:
            return None
        below = sum(mark < kilometer for mark, _ in posts)
        low = min(max(below - 1, 0), len(posts) - 2)
        (first, start), (last, end) = posts[low], posts[low + 1]
        from_, to = line.project(start), line.project(end)
        if first < kilometer < last:
            at = from_ + (kilometer - first) / (last - first) * (to - from_)
        else:
            ahead = 1.0 if to > from_ else -1.0
            mark, known = (first, from_) if kilometer < first else (last, to)
            at = known + ahead * (kilometer - mark) * _KILOMETER_M
        if not 0.0 <= at <= line.length:
            return None
        point = line.interpolate(at)
        return Spot(point.x, point.y, 0.0)
