"""Street lines as streets: which hang together, where they cross, where a number stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hotspots.geocoding.lookup import NameIndex, most_common
from hotspots.geocoding.names import StreetName, street_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

GAP_M = 120.0
"""Lines of one name and type that are nearer than this are one street."""

CROSSING_M = 15.0
"""Two streets that come this near to each other cross."""

_SAME_CROSSING_M = 40.0
_HOUSE_OFFSET_M = 8.0
_NUMBER_GAP = 30


class Spot(NamedTuple):
    """A place on a street: coordinates in metres and how far off the truth may lie."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, eq=False, slots=True)
class Streets:
    """Streets made of lines.

    Attributes
    ----------
    index
        The names of all streets.
    by_name
        Name → numbers of its streets (several where streets far apart share a name).
    kinds, titles
        Of each street: its type in the one spelling, and its name for people.
    lines
        All lines, in metres.
    members
        Of each street: the positions of its lines.
    first, last
        House numbers at the beginning and the end of each line; NaN where not known.
    ranges
        Of each street: least number, greatest number and position of its numbered lines.
    whole
        Each street's lines as one geometry.
    crossings
        (street, street), the smaller number first → points where they meet.
    """

    index: NameIndex
    by_name: Mapping[str, tuple[int, ...]]
    kinds: tuple[str, ...]
    titles: tuple[str, ...]
    lines: NDArray[np.object_]
    members: tuple[tuple[int, ...], ...]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    ranges: tuple[tuple[tuple[float, float, int], ...], ...]
    whole: NDArray[np.object_]
    crossings: Mapping[tuple[int, int], tuple[Spot, ...]]

    @classmethod
    def build(
        cls,
        layer: gpd.GeoDataFrame,
        *,
        name: str,
        kind: str | None,
        number_from: str | None,
        number_to: str | None,
    ) -> Streets:
        """Return the streets of a layer of lines in a metric CRS, one column naming them."""
        parts = layer.explode(ignore_index=True)
        titles = [_title(row, name, kind) for row in parts.to_dict("records")]
        names = [street_name(title) for title in titles]
        lines = parts.geometry.to_numpy()
        numbers = _street_numbers(lines, names)
        members: list[list[int]] = [[] for _ in range(int(numbers.max(initial=-1)) + 1)]
        for line, street in enumerate(numbers):
            members[street].append(line)
        first, last = _numbers(parts, number_from), _numbers(parts, number_to)
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for street, own in enumerate(members):
            by_name[names[own[0]].name].append(street)
        return cls(
            index=NameIndex.build(by_name),
            by_name={key: tuple(found) for key, found in by_name.items()},
            kinds=tuple(names[own[0]].kind for own in members),
            titles=tuple(most_common([titles[line] for line in own]) for own in members),
            lines=lines,
            members=tuple(map(tuple, members)),
            first=first,
            last=last,
            ranges=tuple(
                tuple(
                    (float(min(first[line], last[line])), float(max(first[line], last[line])), line)
                    for line in own
                    if np.isfinite(first[line]) and np.isfinite(last[line])
                )
                for own in members
            ),
            whole=np.array([shapely.multilinestrings(lines[own]) for own in members], dtype=object),
            crossings=_crossings(lines, numbers),
        )

    def crossing(self, street: int, other: int) -> tuple[Spot, ...]:
        """Return the points where two streets meet."""
        return self.crossings.get((min(street, other), max(street, other)), ())

    def houses(self, street: int, number: int) -> tuple[Spot, ...]:
        """Return where a house number stands, on each line whose range holds it.

        Numbers are spread evenly along the line; odd ones stand on its left, even ones on its
        right, 8 m from the middle. A number in the gap between two ranges stands at the end of
        the nearer one when it is off by at most 30.
        """
        gaps = [
            (max(low - number, number - high, 0.0), line) for low, high, line in self.ranges[street]
        ]
        least = min(gaps, default=(np.inf, 0))[0]
        if least > _NUMBER_GAP:
            return ()
        return tuple(self._at_number(line, number) for gap, line in gaps if gap == least)

    def between(self, street: int, start: Spot, end: Spot) -> Spot:
        """Return the middle of a street's stretch between two of its crossings."""
        middle = shapely.Point((start.x + end.x) / 2, (start.y + end.y) / 2)
        line = min(
            (self.lines[own] for own in self.members[street]), key=lambda own: own.distance(middle)
        )
        foot = line.interpolate(line.project(middle))
        return Spot(foot.x, foot.y, float(np.hypot(start.x - end.x, start.y - end.y)) / 2)

    def stretch(self, street: int, area: shapely.Geometry | None) -> Spot | None:
        """Return the middle of a street, or of its part within an area, and half its extent."""
        line = self.whole[street]
        part = line if area is None else shapely.intersection(line, area)
        if part.is_empty or part.length == 0:
            return None
        centre = part.centroid
        foot = shapely.shortest_line(part, centre).coords[0]
        reach = float(shapely.hausdorff_distance(part, shapely.Point(foot)))
        return Spot(foot[0], foot[1], reach)

    def _at_number(self, line: int, number: int) -> Spot:
        first, last = self.first[line], self.last[line]
        share = 0.5 if first == last else (number - first) / (last - first)
        return self._beside(line, min(max(share, 0.0), 1.0), left=number % 2 == 1)

    def _beside(self, line: int, share: float, *, left: bool) -> Spot:
        geometry = self.lines[line]
        at = share * geometry.length
        back, ahead = max(at - 1.0, 0.0), min(at + 1.0, geometry.length)
        middle, start, end = (geometry.interpolate(place) for place in (at, back, ahead))
        across = np.array([start.y - end.y, end.x - start.x])
        length = float(np.hypot(*across)) or 1.0
        shift = across / length * (_HOUSE_OFFSET_M if left else -_HOUSE_OFFSET_M)
        return Spot(middle.x + float(shift[0]), middle.y + float(shift[1]), 0.0)


def _title(row: Mapping[str, object], name: str, kind: str | None) -> str:
    parts = [row.get(kind) if kind else None, row.get(name)]
    # A missing cell is None or NaN, which alone differs from itself.
    return " ".join(str(part).strip() for part in parts if part is not None and part == part)


def _numbers(parts: gpd.GeoDataFrame, column: str | None) -> NDArray[np.float64]:
    if column is None:
        return np.full(len(parts), np.nan)
    # S/N and the like say that no number is known.
    known = pd.to_numeric(parts[column], errors="coerce")
    values: NDArray[np.float64] = known.to_numpy(dtype="float64", na_value=np.nan)
    return values


def _street_numbers(lines: NDArray[np.object_], names: Sequence[StreetName]) -> NDArray[np.intp]:
    """Return each line's street: lines of one name and type that hang together are one."""
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
