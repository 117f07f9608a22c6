"""Census units: groups of blocks inside a colonia, with residents and poverty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities.chance import along, largest_remainder, steady, stream
from _cities.geography import neighbors, pieces, polygons
from _cities.naming import estate_colonia, name_colonias

if TYPE_CHECKING:
    from _cities.geography import Ground

HOMES, PARK = "habitacional", "parque"


@dataclass(frozen=True, eq=False)
class Units:
    """Census units; ``block_unit`` says to which unit each block of the ground belongs."""

    codes: list[str]
    residents: np.ndarray
    poverty: np.ndarray
    kind: list[str]
    colonia: np.ndarray
    colonia_names: list[str]
    block_unit: np.ndarray
    center: np.ndarray
    shapes: list[shapely.Polygon]


def draw_units(ground: Ground) -> Units:
    """Return the units of a city: about as many as planned, all residents placed."""
    plan = ground.plan
    names = name_colonias(ground)
    estates = {estate_colonia(ground, estate): estate.kind for estate in plan.estates}
    weight = ground.block_area * plan.density(ground.block_center)
    block_unit = _group_blocks(ground, weight, set(estates))
    count = int(block_unit.max()) + 1
    unit_weight = np.bincount(block_unit, weight)
    center = np.column_stack(
        [np.bincount(block_unit, weight * ground.block_center[:, k]) / unit_weight for k in (0, 1)]
    )
    colonia = np.zeros(count, dtype=int)
    colonia[block_unit] = ground.block_colonia
    kind = [estates.get(int(number), HOMES) for number in colonia]
    for unit in _parks(ground, block_unit, center, kind):
        kind[unit] = PARK
    residents = _residents(plan.seed, plan.residents, unit_weight, kind)
    rng = stream(plan.seed, "poverty")
    poverty = plan.poverty(center) * steady(np.exp(0.12 * rng.standard_normal(count)))
    return Units(
        codes=[_code(plan.unit_code, unit) for unit in range(count)],
        residents=residents,
        poverty=np.round(np.clip(poverty, 1, 95), 1),
        kind=kind,
        colonia=colonia,
        colonia_names=names,
        block_unit=block_unit,
        center=center,
        shapes=_shapes(ground, block_unit),
    )


def _group_blocks(ground: Ground, weight: np.ndarray, estates: set[int]) -> np.ndarray:
    """Return a unit number for each block, by cutting colonias along their own streets."""
    plan = ground.plan
    rng = stream(plan.seed, "units")
    homes = ~np.isin(ground.block_colonia, list(estates))
    share = (plan.units - len(estates)) / weight[homes].sum()
    unit = np.full(len(weight), -1)
    free = 0
    for colonia, angle in enumerate(ground.colonia_angle):
        blocks = np.flatnonzero(ground.block_colonia == colonia)
        if not len(blocks):
            continue
        parts = 1 if colonia in estates else max(1, round(share * weight[blocks].sum()))
        for group in _bisect(ground, blocks, weight, parts, angle, rng):
            unit[group] = free
            free += 1
    return _whole_pieces(ground, unit)


def _bisect(
    ground: Ground,
    blocks: np.ndarray,
    weight: np.ndarray,
    parts: int,
    angle: float,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    if parts == 1 or len(blocks) < 2:
        return [blocks]
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    reach = np.column_stack([along(ground.block_center[blocks], axis) for axis in axes])
    reach = steady(reach, 6)
    position = reach[:, int(np.argmax(np.ptp(reach, axis=0)))]
    order = np.argsort(position, kind="stable")
    total = np.cumsum(weight[blocks][order])
    few = parts // 2
    fraction = few / parts * (1 + 0.22 * (rng.random() - 0.5))
    cut = int(np.clip(np.searchsorted(total, fraction * total[-1]), 1, len(blocks) - 1))
    one, other = blocks[order[:cut]], blocks[order[cut:]]
    return _bisect(ground, one, weight, few, angle, rng) + _bisect(
        ground, other, weight, parts - few, angle, rng
    )


def _whole_pieces(ground: Ground, unit: np.ndarray) -> np.ndarray:
    """Return the grouping with every unit in one piece: lesser pieces join a neighbor."""
    unit = unit.copy()
    left, right = neighbors(len(ground.edges), ground.sides)
    border = np.hypot(*np.diff(ground.meters[ground.edges], axis=1)[:, 0].T)
    for _ in range(20):
        piece = pieces(unit, left, right)
        area = np.bincount(piece, ground.block_area)
        owner = np.zeros(len(area), dtype=int)
        owner[piece] = unit
        largest: dict[int, int] = {}
        for number in np.argsort(-area, kind="stable"):
            largest.setdefault(int(owner[number]), int(number))
        lesser = [k for k in range(len(area)) if largest[int(owner[k])] != k]
        if not lesser:
            break
        for number in lesser:
            touching = np.zeros(int(unit.max()) + 1)
            for mine, theirs in ((left, right), (right, left)):
                edge = (mine >= 0) & (theirs >= 0)
                edge[edge] = (piece[mine[edge]] == number) & (piece[theirs[edge]] != number)
                np.add.at(touching, unit[theirs[edge]], border[edge])
            touching[owner[number]] = 0
            unit[piece == number] = int(np.argmax(touching))
    return unit


def _parks(
    ground: Ground, block_unit: np.ndarray, center: np.ndarray, kind: list[str]
) -> list[int]:
    """Return small units far from each other that become parks."""
    plan = ground.plan
    rng = stream(plan.seed, "parks")
    area = np.bincount(block_unit, ground.block_area)
    small = area * plan.density(center) / 1e6 < 0.95 * plan.residents / plan.units
    apart = 0.7 * np.sqrt(area.sum() / max(plan.parks, 1))
    found: list[int] = []
    for unit in np.argsort(rng.random(len(area)), kind="stable"):
        gaps = [float(np.hypot(*(center[unit] - center[other]))) for other in found]
        fits = small[unit] and kind[unit] == HOMES and area[unit] < np.median(area)
        if len(found) < plan.parks and fits and min(gaps, default=np.inf) > apart:
            found.append(int(unit))
    return found


def _residents(seed: int, total: int, weight: np.ndarray, kind: list[str]) -> np.ndarray:
    rng = stream(seed, "residents")
    spread = steady(np.exp(0.3 * rng.standard_normal(len(weight))))
    expected = np.where([name == HOMES for name in kind], weight * spread, 0.0)
    return largest_remainder(expected, total)


def _code(place: str, number: int) -> str:
    return f"{place}0001{number + 1:03d}{'0123456789A'[(number + 1) * 7 % 11]}"


def _shapes(ground: Ground, block_unit: np.ndarray) -> list[shapely.Polygon]:
    """Return each unit in degrees, on the rounded nodes that all layers share."""
    blocks = polygons(ground.degrees, ground.rings)
    found = []
    for unit in range(int(block_unit.max()) + 1):
        union = shapely.coverage_union_all(blocks[block_unit == unit])
        if union.geom_type != "Polygon":
            raise ValueError(f"unit {unit} is in several pieces")
        found.append(union)
    return found
