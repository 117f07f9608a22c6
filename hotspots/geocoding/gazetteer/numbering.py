"""House numbers inferred from known addresses: interpolated between and beyond them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hotspots.geocoding.address.names import base_name, direction_of
from hotspots.geocoding.address.parse import read_address
from hotspots.geocoding.gazetteer.houses import KnownHouses, Sighting, between, known_houses, worth
from hotspots.geocoding.gazetteer.name_index import NameIndex
from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from hotspots.geocoding.address.lexicon import Lexicon
    from hotspots.geocoding.gazetteer.streets import Streets

LEAST_HOUSES = 20
"""Least number of known houses from which a scale is fitted."""

WIDEST_SPREAD_M = 100.0
"""A scale that is off by more than this (median over the known houses) is discarded."""

_ROUNDS = 6
_FAR_ENOUGH_M = 250.0
_TURN = 0.5


class Scale(NamedTuple):
    """Number = ``start + east * x + north * y``: how house numbers increase across a city."""

    start: float
    east: float
    north: float


@dataclass(frozen=True, eq=False, slots=True)
class Numbering:
    """Known houses by street, and the scales on which they are numbered.

    Attributes
    ----------
    index
        Names of the streets.
    by_name, by_base
        Name, and name without its compass direction → the streets with that name.
    scales
        Direction in the name ("" for none) → its :class:`Scale`, if there is one: in a city
        numbered on a grid, all streets named "W ..." share one.
    """

    index: NameIndex
    by_name: Mapping[str, tuple[KnownHouses, ...]]
    by_base: Mapping[str, tuple[KnownHouses, ...]]
    scales: Mapping[str, Scale]

    @classmethod
    def build(
        cls, layer: gpd.GeoDataFrame, lexicon: Lexicon, streets: Streets | None = None
    ) -> Numbering:
        """Return the numbering inferred from points in a metric CRS with an address text.

        If the streets' lines are known as well, numbers follow them.
        """
        rows: defaultdict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
        points = layer.geometry.representative_point()
        for written, x, y in zip(layer["address"], points.x, points.y, strict=True):
            address = read_address(written, lexicon)
            if address.street.name and address.number is not None and not address.number_span:
                rows[address.street.name, address.street.kind].append((address.number, x, y))
        by_name: defaultdict[str, list[KnownHouses]] = defaultdict(list)
        by_base: defaultdict[str, list[KnownHouses]] = defaultdict(list)
        for (name, kind), houses in sorted(rows.items()):
            for known in known_houses(name, kind, houses, streets):
                by_name[name].append(known)
                by_base[base_name(name)].append(known)
        return cls(
            NameIndex.build(by_name),
            {key: tuple(own) for key, own in by_name.items()},
            {key: tuple(own) for key, own in by_base.items()},
            _scales([known for own in by_name.values() for known in own]),
        )

    def find(self, known: KnownHouses, number: float, direction: str) -> Sighting | None:
        """Return the location of a number on a street, given the direction in the query.

        Between two known houses it is interpolated; beyond them it is extrapolated from the
        nearest by the city's scale, if there is one.
        """
        if direction == direction_of(known.name):
            inside = between(known, number)
            if inside is not None:
                return inside
        scale = self.scales.get(direction)
        return None if scale is None else _extrapolated(known, number, direction, scale)


def _extrapolated(
    known: KnownHouses, number: float, direction: str, scale: Scale
) -> Sighting | None:
    """Return the number's location by the scale, along the street from its nearest house."""
    same = direction == direction_of(known.name)
    values = scale.start + scale.east * known.x + scale.north * known.y
    measured = known.numbers if same else values
    at = int(np.argmin(np.abs(measured - number)))
    along = _course(known, scale)
    growth = scale.east * along[0] + scale.north * along[1]
    if growth == 0.0:
        return None
    step = (number - measured[at]) / growth
    x, y = known.x[at] + step * along[0], known.y[at] + step * along[1]
    radius = 15.0 + 0.03 * abs(step)
    return Sighting(Spot(float(x), float(y), float(radius)), worth(0.97 if same else 0.90, step))


def _course(known: KnownHouses, scale: Scale) -> tuple[float, float]:
    """Return the direction of a street: through its houses, or the scale's if they are few."""
    length = hypot(scale.east, scale.north)
    default = scale.east / length, scale.north / length
    away = np.hypot(known.x - known.x[0], known.y - known.y[0])
    other = int(np.argmax(away))
    if away[other] < _FAR_ENOUGH_M:
        return default
    own = (known.x[other] - known.x[0]) / away[other], (known.y[other] - known.y[0]) / away[other]
    turn = own[0] * default[0] + own[1] * default[1]
    # If the houses of a street lie across the scale, one of them is wrong.
    return (float(own[0]), float(own[1])) if abs(turn) > _TURN else default


def _scales(streets: Sequence[KnownHouses]) -> dict[str, Scale]:
    groups: defaultdict[str, list[KnownHouses]] = defaultdict(list)
    for known in streets:
        groups[direction_of(known.name)].append(known)
    fitted = {direction: _fitted(own) for direction, own in sorted(groups.items())}
    return {direction: scale for direction, scale in fitted.items() if scale is not None}


def _fitted(streets: Sequence[KnownHouses]) -> Scale | None:
    """Fit numbers to coordinates by least squares, dropping outliers in each round."""
    numbers, x, y = (
        np.concatenate([getattr(known, part) for known in streets])
        for part in ("numbers", "x", "y")
    )
    if len(numbers) < LEAST_HOUSES:
        return None
    center = np.array([x.mean(), y.mean()])
    table = np.column_stack([np.ones(len(x)), x - center[0], y - center[1]])
    kept = np.ones(len(x), dtype=bool)
    for _ in range(_ROUNDS):
        fit = np.linalg.lstsq(table[kept], numbers[kept], rcond=None)[0]
        growth = hypot(fit[1], fit[2])
        if growth == 0.0:
            return None
        off = np.abs(table @ fit - numbers) / growth
        middle = float(np.median(off))
        kept = off <= max(3 * 1.4826 * middle, 1.0)
    if middle > WIDEST_SPREAD_M:
        return None
    return Scale(float(fit[0] - fit[1:] @ center), float(fit[1]), float(fit[2]))
