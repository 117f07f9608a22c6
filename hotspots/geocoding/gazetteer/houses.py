"""The known houses of a street, and interpolation between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hotspots.geocoding.gazetteer.streets import Streets

    House = tuple[int, float, float]

APART_M = 300.0
"""Houses with one number that are farther apart than this are on different streets of a name."""

LINKED_M = 500.0
"""On such streets, houses nearer than this to each other are on the same one."""

BESIDE_M = 60.0
"""Houses belong to a street's line if half of them are nearer to it than this."""

_WIDEST_STREET_M = 40.0
_FEWEST_GAPS = 3
_LEAP = 8.0
_LEAST_STEP_M = 0.5


class Sighting(NamedTuple):
    """The location of a house number, and how reliable it is, from 0 to 1."""

    spot: Spot
    worth: float


@dataclass(frozen=True, eq=False, slots=True)
class KnownHouses:
    """The known houses of one street, by number, and the street's line, if known.

    ``reach`` is the greatest distance of a number's points from their median, in meters.
    """

    name: str
    kind: str
    numbers: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    line: shapely.LineString | None = None
    reach: NDArray[np.float64] | None = None

    @property
    def title(self) -> str:
        """Name and type, for display."""
        return f"{self.name} {self.kind}".strip()


def known_houses(
    name: str, kind: str, houses: Sequence[House], streets: Streets | None
) -> list[KnownHouses]:
    """Return the houses of each street of a name, each number at the median of its points."""
    return [_known(name, kind, own, streets) for own in _parted(houses)]


def between(known: KnownHouses, number: float) -> Sighting | None:
    """Return a known house, or a number interpolated between its neighbors on its side.

    It is placed along the street's line, as far from it as the nearest house of its side; without
    a line, on the straight line between its neighbors. None beyond the last house.
    """
    at = int(np.searchsorted(known.numbers, number))
    if at < len(known.numbers) and known.numbers[at] == number:
        reach = 0.0 if known.reach is None else float(known.reach[at])
        return Sighting(Spot(float(known.x[at]), float(known.y[at]), reach), worth(1.0, 10 * reach))
    if at in (0, len(known.numbers)) or _leaps(known, at):
        return None
    x, y = _straight(known, at - 1, at, number)
    gap = hypot(known.x[at] - known.x[at - 1], known.y[at] - known.y[at - 1])
    if known.line is not None:
        x, y = _along(known, known.line, at, number)
    else:
        x, y = _on_own_side(known, number, x, y)
    # The street may bend between them, at most as far as their distance allows.
    return Sighting(Spot(float(x), float(y), 10.0 + 0.03 * gap), worth(0.99, gap / 2))


def _leaps(known: KnownHouses, high: int) -> bool:
    """Return whether the street changes between a number and the one before it.

    Along one street, numbers are spaced about evenly; a gap many times as wide per number as the
    others is not between houses of one street.
    """
    meters = np.hypot(np.diff(known.x), np.diff(known.y))
    if len(meters) < _FEWEST_GAPS or meters[high - 1] < LINKED_M or known.line is not None:
        return False
    each = meters / np.diff(known.numbers)
    others = np.delete(each, high - 1)
    return bool(each[high - 1] > _LEAP * max(float(np.median(others)), _LEAST_STEP_M))


def worth(most: float, distance: float) -> float:
    """Return the reliability of an estimate over some meters: .03 less per kilometer."""
    return max(most - 0.03 * abs(distance) / 1_000, 0.6)


def _straight(known: KnownHouses, low: int, high: int, number: float) -> tuple[float, float]:
    share = (number - known.numbers[low]) / (known.numbers[high] - known.numbers[low])
    return (
        float(known.x[low] + share * (known.x[high] - known.x[low])),
        float(known.y[low] + share * (known.y[high] - known.y[low])),
    )


def _on_own_side(known: KnownHouses, number: float, x: float, y: float) -> tuple[float, float]:
    """Return the place between the neighbors of the same side, if that is the same place."""
    own = np.flatnonzero(known.numbers % 2 == number % 2)
    at = int(np.searchsorted(known.numbers[own], number))
    if at in (0, len(own)):
        return x, y
    there = _straight(known, int(own[at - 1]), int(own[at]), number)
    return there if hypot(there[0] - x, there[1] - y) <= _WIDEST_STREET_M else (x, y)


def _along(
    known: KnownHouses, line: shapely.LineString, high: int, number: float
) -> tuple[float, float]:
    low = high - 1
    from_, to = (line.project(shapely.Point(known.x[k], known.y[k])) for k in (low, high))
    share = (number - known.numbers[low]) / (known.numbers[high] - known.numbers[low])
    at = from_ + share * (to - from_)
    off = np.abs(known.numbers - number) + 1e6 * (known.numbers % 2 != number % 2)
    model = int(np.argmin(off))
    side = 1.0 if known.numbers[model] % 2 == number % 2 else -1.0
    away = _offset(line, float(known.x[model]), float(known.y[model]))
    foot, across = _cut(line, at)
    return float(foot[0] + side * away * across[0]), float(foot[1] + side * away * across[1])


def _offset(line: shapely.LineString, x: float, y: float) -> float:
    """Return how far a point lies to the left of a line."""
    foot, across = _cut(line, line.project(shapely.Point(x, y)))
    return float((x - foot[0]) * across[0] + (y - foot[1]) * across[1])


def _cut(line: shapely.LineString, at: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a point of a line, and the direction to its left there."""
    places = line.interpolate([at, max(at - 1.0, 0.0), min(at + 1.0, line.length)])
    foot, back, ahead = shapely.get_coordinates(places)
    across = np.array([back[1] - ahead[1], ahead[0] - back[0]])
    return foot, across / (float(np.hypot(*across)) or 1.0)


def _parted(houses: Sequence[House]) -> list[list[House]]:
    """Group houses by street, where several streets share a name."""
    places: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for number, x, y in houses:
        places[number].append((x, y))
    if all(np.ptp(np.array(own), axis=0).max() <= APART_M for own in places.values()):
        return [list(houses)]
    pairs = KDTree([(x, y) for _, x, y in houses]).query_pairs(LINKED_M, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    links = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(houses), len(houses)))
    count, labels = connected_components(links, directed=False)
    return [[houses[k] for k in np.flatnonzero(labels == part).tolist()] for part in range(count)]


def _known(name: str, kind: str, houses: Sequence[House], streets: Streets | None) -> KnownHouses:
    places: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for number, x, y in houses:
        places[number].append((x, y))
    numbers = sorted(places)
    middles = np.array([np.median(places[number], axis=0) for number in numbers])
    reach = [
        float(np.hypot(*(np.array(places[number]) - middle).T).max())
        for number, middle in zip(numbers, middles, strict=True)
    ]
    line = None if streets is None else _line(name, kind, middles, streets)
    return KnownHouses(
        name,
        kind,
        np.array(numbers, dtype=float),
        middles[:, 0],
        middles[:, 1],
        line,
        np.array(reach),
    )


def _line(
    name: str, kind: str, middles: NDArray[np.float64], streets: Streets
) -> shapely.LineString | None:
    """Return the line of the street of that name that half of the houses are beside."""
    points = shapely.points(middles)
    near: list[tuple[float, int]] = []
    for street in streets.by_name.get(name, ()):
        if not kind or streets.kinds[street] in ("", kind):
            away = float(np.median(shapely.distance(streets.whole[street], points)))
            near.append((away, street))
    if not near or min(near)[0] > BESIDE_M:
        return None
    joined = shapely.line_merge(streets.whole[min(near)[1]])
    return joined if joined.geom_type == "LineString" else None
