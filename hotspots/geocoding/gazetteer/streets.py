"""Streets made of lines: which lines connect, where streets cross, where a number is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hotspots.geocoding.address.names import StreetName, street_name
from hotspots.geocoding.gazetteer.name_index import NameIndex, most_common

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geocoding.address.lexicon import Lexicon

GAP_M = 120.0
"""Lines of one name and type that are nearer to each other than this are one street."""

CROSSING_M = 15.0
"""Two streets that come this close to each other cross."""

_SAME_CROSSING_M = 40.0
_HOUSE_OFFSET_M = 8.0
_NUMBER_GAP = 30


class Spot(NamedTuple):
    """A location: coordinates in a metric CRS, and the radius that it is good to."""

    x: float
    y: float
    radius: float


class Span(NamedTuple):
    """Numbers that run along a line from its start to its end.

    ``side`` is 1 if they are on its left, -1 if on its right, and 0 if odd ones are on its left
    and even ones on its right.
    """

    line: int
    first: float
    last: float
    side: int

    def gap(self, number: float) -> float:
        """Return how far a number is out of range; infinity for one of the other side."""
        same = self.first % 2 == self.last % 2
        if self.side and same and number % 2 != self.first % 2:
            return float("inf")
        low, high = sorted((self.first, self.last))
        return max(low - number, number - high, 0.0)

    def share(self, number: float) -> float:
        """Return a number's position along the line, as a share from 0 to 1."""
        if self.first == self.last:
            return 0.5
        return min(max((number - self.first) / (self.last - self.first), 0.0), 1.0)


@dataclass(frozen=True, eq=False, slots=True)
class Streets:
    """Streets made of lines.

    Attributes
    ----------
    index
        The names of all streets.
    by_name
        Name → its streets, by position (several if streets far apart share a name).
    kinds, titles
        Of each street: its standardized type, and its name for display.
    lines
        All lines, in a metric CRS.
    members
        Of each street: the positions of its lines.
    ranges, marks
        Of each street: the house numbers, and the kilometers, along its lines.
    whole
        Each street's lines as one geometry.
    crossings
        (street, street), the smaller position first → points where they meet.
    crossed
        Street → the streets that it meets.
    """

    index: NameIndex
    by_name: Mapping[str, tuple[int, ...]]
    kinds: tuple[str, ...]
    titles: tuple[str, ...]
    lines: NDArray[np.object_]
    members: tuple[tuple[int, ...], ...]
    ranges: tuple[tuple[Span, ...], ...]
    marks: tuple[tuple[Span, ...], ...]
    whole: NDArray[np.object_]
    crossings: Mapping[tuple[int, int], tuple[Spot, ...]]
    crossed: Mapping[int, tuple[int, ...]]

    @classmethod
    def build(cls, layer: gpd.GeoDataFrame, lexicon: Lexicon) -> Streets:
        """Return the streets of lines in a metric CRS, in standard columns."""
        parts = layer.explode(ignore_index=True)
        titles = parts["name"].tolist()
        names = [street_name(title, lexicon) for title in titles]
        lines = parts.geometry.to_numpy()
        numbers = _street_numbers(lines, names)
        members: list[list[int]] = [[] for _ in range(int(numbers.max(initial=-1)) + 1)]
        for line, street in enumerate(numbers):
            members[street].append(line)
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for street, own in enumerate(members):
            by_name[names[own[0]].name].append(street)
        crossings = _crossings(lines, numbers)
        return cls(
            index=NameIndex.build(by_name),
            by_name={key: tuple(found) for key, found in by_name.items()},
            kinds=tuple(names[own[0]].kind for own in members),
            titles=tuple(most_common([titles[line] for line in own]) for own in members),
            lines=lines,
            members=tuple(map(tuple, members)),
            ranges=_by_street(_ranges(parts), numbers, len(members)),
            marks=_by_street(
                _spans(parts, "kilometer_from", "kilometer_to", 0), numbers, len(members)
            ),
            whole=np.array([shapely.multilinestrings(lines[own]) for own in members], dtype=object),
            crossings=crossings,
            crossed=_crossed(crossings),
        )

    def crossing(self, street: int, other: int) -> tuple[Spot, ...]:
        """Return the points where two streets meet."""
        return self.crossings.get((min(street, other), max(street, other)), ())

    def houses(self, street: int, number: int) -> tuple[Spot, ...]:
        """Return the location of a house number, on each line whose range holds it.

        Numbers are spread evenly along the line, 8 m from its center, on the side that the layer
        gives, or else odd ones on the left and even ones on the right. A number in the gap
        between two ranges is put at the end of the nearer one if it is off by at most 30.
        """
        gaps = [(span.gap(number), span) for span in self.ranges[street]]
        least = min((gap for gap, _ in gaps), default=np.inf)
        if least > _NUMBER_GAP:
            return ()
        return tuple(
            self._beside(span.line, span.share(number), span.side or (1 if number % 2 else -1))
            for gap, span in gaps
            if gap == least
        )

    def mark(self, street: int, kilometer: float) -> Spot | None:
        """Return the location of a kilometer on a street whose lines give theirs."""
        for span in self.marks[street]:
            if span.gap(kilometer) == 0.0:
                line = self.lines[span.line]
                at = line.interpolate(span.share(kilometer), normalized=True)
                return Spot(at.x, at.y, 0.0)
        return None

    def between(self, street: int, start: Spot, end: Spot) -> Spot:
        """Return the midpoint of a street between two of its crossings."""
        middle = shapely.Point((start.x + end.x) / 2, (start.y + end.y) / 2)
        line = min(
            (self.lines[own] for own in self.members[street]), key=lambda own: own.distance(middle)
        )
        foot = line.interpolate(line.project(middle))
        return Spot(foot.x, foot.y, float(np.hypot(start.x - end.x, start.y - end.y)) / 2)

    def stretch(self, street: int, area: shapely.Geometry | None) -> Spot | None:
        """Return the midpoint of a street, or of its part within an area, and half its extent."""
        line = self.whole[street]
        part = line if area is None else shapely.intersection(line, area)
        if part.is_empty or part.length == 0:
            return None
        center = part.centroid
        foot = shapely.shortest_line(part, center).coords[0]
        reach = float(shapely.hausdorff_distance(part, shapely.Point(foot)))
        return Spot(foot[0], foot[1], reach)

    def _beside(self, line: int, share: float, side: int) -> Spot:
        geometry = self.lines[line]
        at = share * geometry.length
        back, ahead = max(at - 1.0, 0.0), min(at + 1.0, geometry.length)
        middle, start, end = (geometry.interpolate(place) for place in (at, back, ahead))
        across = np.array([start.y - end.y, end.x - start.x])
        length = float(np.hypot(*across)) or 1.0
        shift = across / length * (_HOUSE_OFFSET_M * side)
        return Spot(middle.x + float(shift[0]), middle.y + float(shift[1]), 0.0)


def _ranges(parts: gpd.GeoDataFrame) -> list[Span]:
    """Return all house-number ranges, separate for the two sides of a line if the layer is."""
    sides = _spans(parts, "left_from", "left_to", 1) + _spans(parts, "right_from", "right_to", -1)
    return _spans(parts, "number_from", "number_to", 0) + sides


def _spans(parts: gpd.GeoDataFrame, start: str, end: str, side: int) -> list[Span]:
    # Layers write 0 to 0 if there are no numbers.
    known = np.isfinite(parts[start]) & np.isfinite(parts[end])
    known &= (parts[start] != 0) | (parts[end] != 0)
    lines = np.flatnonzero(known).tolist()
    first, last = parts.loc[known, start].tolist(), parts.loc[known, end].tolist()
    return [Span(*each, side) for each in zip(lines, first, last, strict=True)]


def _by_street(
    spans: Sequence[Span], numbers: NDArray[np.intp], streets: int
) -> tuple[tuple[Span, ...], ...]:
    found: list[list[Span]] = [[] for _ in range(streets)]
    for span in spans:
        found[numbers[span.line]].append(span)
    return tuple(map(tuple, found))


def _street_numbers(lines: NDArray[np.object_], names: Sequence[StreetName]) -> NDArray[np.intp]:
    """Return each line's street: connected lines of one name and type are one street."""
    codes = {name: code for code, name in enumerate(sorted(set(names)))}
    code = np.array([codes[name] for name in names], dtype=np.intp)
    left, right = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=GAP_M)
    same = code[left] == code[right]
    ones = np.ones(int(same.sum()), dtype=np.int8)
    graph = coo_matrix((ones, (left[same], right[same])), shape=(len(lines), len(lines)))
    numbers: NDArray[np.intp] = connected_components(graph, directed=False)[1].astype(np.intp)
    return numbers


def _crossings(
    lines: NDArray[np.object_], numbers: NDArray[np.intp]
) -> dict[tuple[int, int], tuple[Spot, ...]]:
    left, right = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=CROSSING_M)
    apart = numbers[left] < numbers[right]
    left, right = left[apart], right[apart]
    meeting = shapely.shortest_line(lines[left], lines[right])
    cut = shapely.intersection(lines[left], lines[right])
    points = shapely.centroid(np.where(shapely.is_empty(cut), meeting, cut))
    found: defaultdict[tuple[int, int], list[Spot]] = defaultdict(list)
    pairs = zip(
        numbers[left].tolist(),
        numbers[right].tolist(),
        shapely.get_x(points).tolist(),
        shapely.get_y(points).tolist(),
        strict=True,
    )
    for one, other, x, y in sorted(pairs):
        spots = found[(one, other)]
        if all(np.hypot(x - spot.x, y - spot.y) > _SAME_CROSSING_M for spot in spots):
            spots.append(Spot(x, y, 0.0))
    return {pair: tuple(spots) for pair, spots in found.items()}


def _crossed(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
        found[other].append(one)
    return {street: tuple(others) for street, others in found.items()}
