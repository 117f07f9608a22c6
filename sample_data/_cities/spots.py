"""Spots on the street: a few meters off the center line, on the right side, in a known unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities.projection import to_degrees

if TYPE_CHECKING:
    from _cities.geography import Ground
    from _cities.streets import Streets
    from _cities.units import Units

_LEAST_BLOCK = 1_500.0


@dataclass(frozen=True, eq=False)
class Spots:
    """Where things are: block, edge, share of the way along it, and the point (two ways)."""

    block: np.ndarray
    edge: np.ndarray
    share: np.ndarray
    meters: np.ndarray
    degrees: np.ndarray


@dataclass(frozen=True, eq=False)
class City:
    """All layers of one city that the other parts need."""

    ground: Ground
    streets: Streets
    units: Units
    members: list[np.ndarray]


def spots_in_units(
    city: City, unit: np.ndarray, rng: np.random.Generator, *, corner: np.ndarray | None = None
) -> Spots:
    """Return a spot in each of the units given; where ``corner`` is True, close to a crossing."""
    ground, count = city.ground, len(unit)
    corner = np.zeros(count, dtype=bool) if corner is None else corner
    shapes = np.array(city.units.shapes)
    block, edge = np.zeros(count, dtype=int), np.zeros(count, dtype=int)
    share, meters = np.zeros(count), np.zeros((count, 2))
    left = np.arange(count)
    area = ground.block_area
    area = np.where(area < _LEAST_BLOCK, area * 1e-9, area)
    for _ in range(60):
        block[left] = _pick_in(city.units.block_unit, area, unit[left], rng)
        edge[left], share[left], meters[left] = _beside(ground, block[left], corner[left], rng)
        spot = np.round(_degrees(ground, meters[left]), 6)
        good = shapely.contains_xy(ground.block_shape[block[left]], *meters[left].T)
        good &= shapely.contains_xy(shapes[unit[left]], *spot.T)
        left = left[~good]
        if not len(left):
            return Spots(block, edge, share, meters, np.round(_degrees(ground, meters), 6))
    raise ValueError(f"no spot found in unit {city.units.codes[int(unit[left[0]])]}")


def _degrees(ground: Ground, meters: np.ndarray) -> np.ndarray:
    return to_degrees(meters, ground.plan.utm_zone, south=ground.plan.south)


def _pick_in(
    group: np.ndarray, weight: np.ndarray, wanted: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return for each wanted group one of its members, in proportion to their weights."""
    order = np.argsort(group, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(weight[order])])
    bounds = np.searchsorted(group[order], [wanted, wanted + 1])
    low, high = total[bounds[0]], total[bounds[1]]
    found = np.searchsorted(total, low + rng.random(len(wanted)) * (high - low), side="right") - 1
    return order[np.clip(found, bounds[0], bounds[1] - 1)]


def _beside(
    ground: Ground, block: np.ndarray, corner: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return edges of the blocks, places along them, and points a few meters inside."""
    ends = ground.meters[ground.edges]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    side = _pick_in(ground.sides[:, 0], length[ground.sides[:, 1]], block, rng)
    edge = ground.sides[side, 1]
    share = 0.03 + 0.94 * rng.random(len(block))
    reach = np.minimum((5 + 10 * rng.random(len(block))) / length[edge], 0.3)
    share = np.where(corner, np.where(share < 0.5, reach, 1 - reach), share)
    a, b = ends[edge, 0], ends[edge, 1]
    along = (b - a) / length[edge, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    center = ground.block_middle[block]
    flip = np.einsum("ij,ij->i", center - a, inward) < 0
    inward[flip] *= -1
    off = 3.0 + 6.0 * rng.random(len(block))
    return edge, share, a + (b - a) * share[:, None] + inward * off[:, None]
