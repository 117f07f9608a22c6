"""Known addresses as a measure of a street: other numbers are found between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.geocoding.address import parse_address
from hotspots.geocoding.lookup import NameIndex
from hotspots.geocoding.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class KnownHouses:
    """The known houses of one street, by number."""

    kind: str
    title: str
    numbers: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Numbering:
    """Known houses by street.

    Attributes
    ----------
    index
        Names of the streets.
    by_name
        Name → the streets of that name, by type.
    """

    index: NameIndex
    by_name: Mapping[str, tuple[KnownHouses, ...]]

    @classmethod
    def build(cls, layer: gpd.GeoDataFrame, text: str) -> Numbering:
        """Return the numbering learnt from points in metres with an address text each."""
        rows: defaultdict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
        points = layer.geometry.representative_point()
        for written, x, y in zip(layer[text], points.x, points.y, strict=True):
            address = parse_address(str(written))
            if address.street.name and address.number is not None and not address.number_span:
                rows[address.street.name, address.street.kind].append((address.number, x, y))
        by_name: defaultdict[str, list[KnownHouses]] = defaultdict(list)
        for (name, kind), houses in sorted(rows.items()):
            by_name[name].append(_known(name, kind, houses))
        return cls(NameIndex.build(by_name), {key: tuple(own) for key, own in by_name.items()})


def house(known: KnownHouses, number: int) -> tuple[Spot, bool] | None:
    """Return where a number stands, and whether it is a known house or lies between two.

    Between two known houses the number is spread evenly along the straight line; those of its
    own side (odd or even) are preferred. Beyond the known ones there is no answer.
    """
    at = int(np.searchsorted(known.numbers, number))
    if at < len(known.numbers) and known.numbers[at] == number:
        return Spot(float(known.x[at]), float(known.y[at]), 0.0), True
    if at in (0, len(known.numbers)):
        return None
    low, high = at - 1, at
    share = (number - known.numbers[low]) / (known.numbers[high] - known.numbers[low])
    x = known.x[low] + share * (known.x[high] - known.x[low])
    y = known.y[low] + share * (known.y[high] - known.y[low])
    span = np.hypot(known.x[high] - known.x[low], known.y[high] - known.y[low])
    return Spot(float(x), float(y), float(span) / 2), False


def _known(name: str, kind: str, houses: list[tuple[int, float, float]]) -> KnownHouses:
    """Return the houses in order, each number at the middle of where it is said to be."""
    places: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for number, x, y in houses:
        places[number].append((x, y))
    numbers = sorted(places)
    middles = np.array([np.median(places[number], axis=0) for number in numbers])
    return KnownHouses(
        kind, f"{name} {kind}".strip(), np.array(numbers), middles[:, 0], middles[:, 1]
    )
