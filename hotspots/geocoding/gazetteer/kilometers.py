"""Kilometer posts: locate a kilometer of a road between the posts that are known."""

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
"""A post belongs to a road of its name that is no farther off than this."""

_KILOMETER_M = 1_000.0


@dataclass(frozen=True, eq=False, slots=True)
class Kilometers:
    """The kilometer posts along the roads.

    Attributes
    ----------
    posts
        Street → its posts ordered by kilometer: kilometer, and point on the road.
    lines
        Street → its lines merged into one; streets whose lines do not merge are absent.
    """

    posts: Mapping[int, tuple[tuple[float, shapely.Point], ...]]
    lines: Mapping[int, shapely.LineString]

    @classmethod
    def build(cls, streets: Streets, places: gpd.GeoDataFrame, lexicon: Lexicon) -> Kilometers:
        """Return the posts among the places: those named like "Carretera 45 km 12"."""
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
        """Return the location of a kilometer; None if the posts do not determine it.

        Between two posts it is interpolated along the road; beyond the last two, which give the
        direction, it is measured along the road as far as that is drawn. A single post does not
        tell in which direction the kilometers increase.
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
