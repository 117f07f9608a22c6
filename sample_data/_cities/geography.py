"""The ground: colonias cut by avenues, streets cut into blocks, all on one set of nodes.

The city is drawn on a plan (meters along the river, meters away from it) where streets are
straight, noded on a grid of one meter, and then bent as a whole onto the map. So every
border of every block is a stretch of a named street, shared vertex for vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities.chance import along, steady, stream
from _cities.projection import to_degrees

if TYPE_CHECKING:
    from _cities.plan import CityPlan

MAIN, AVENUE, STREET = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Ground:
    """Nodes, edges and blocks of a city.

    ``edges`` are pairs of nodes; ``sides`` rows are (block, edge, 1 if the block lies on the
    left of the edge as stored); ``lines`` are the straight streets of the plan. Blocks have
    their ``block_center`` on the plan, ``block_shape`` and ``block_middle`` in meters.
    """

    plan: CityPlan
    nodes: np.ndarray
    meters: np.ndarray
    degrees: np.ndarray
    edges: np.ndarray
    edge_line: np.ndarray
    sides: np.ndarray
    rings: list[np.ndarray]
    block_center: np.ndarray
    block_area: np.ndarray
    block_shape: np.ndarray
    block_middle: np.ndarray
    block_colonia: np.ndarray
    colonias: list[np.ndarray]
    colonia_angle: np.ndarray
    lines: np.ndarray
    line_level: np.ndarray
    line_colonia: np.ndarray


def lay_ground(plan: CityPlan) -> Ground:
    """Return the blocks of a city and the streets between them."""
    colonias, splits = _cut_colonias(plan)
    local, local_colonia, angle = _local_streets(plan, colonias)
    main = np.array([[line.start, line.end] for line in plan.main_lines], dtype=float)
    lines = np.concatenate([main, splits, local])
    level = np.repeat([MAIN, AVENUE, STREET], [len(main), len(splits), len(local)])
    line_colonia = np.concatenate([np.full(len(main) + len(splits), -1), local_colonia])
    blocks, block_colonia = _settled(plan, *_blocks(plan, lines, colonias))
    nodes, rings = _nodes_and_rings(blocks)
    edges, sides = _edges(rings)
    meters = steady(plan.to_meters(nodes), 6)
    shapes = polygons(meters, rings)
    return Ground(
        plan=plan,
        nodes=nodes,
        meters=meters,
        degrees=np.round(to_degrees(meters, plan.utm_zone, south=plan.south), 6),
        edges=edges,
        edge_line=_edge_lines(nodes, edges, lines),
        sides=sides,
        rings=rings,
        block_center=_means(nodes, rings),
        block_area=shapely.area(shapes),
        block_shape=shapes,
        block_middle=_means(meters, rings),
        block_colonia=block_colonia,
        colonias=colonias,
        colonia_angle=angle,
        lines=lines,
        line_level=level,
        line_colonia=line_colonia,
    )


def _cut_colonias(plan: CityPlan) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the colonias (convex rings on the plan) and the avenues that cut them apart."""
    rng = stream(plan.seed, "colonias")
    main = [shapely.LineString([line.start, line.end]) for line in plan.main_lines]
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(main)]))
    rings = [_ring(cell) for cell in cells]
    waiting = sorted(rings, key=lambda ring: tuple(ring.mean(axis=0)))
    colonias, cuts = [], []
    while waiting:
        ring = waiting.pop(0)
        if _small_enough(plan, ring, rng):
            if plan.built_up(ring.mean(axis=0)[None])[0]:
                colonias.append(ring)
            continue
        one, other, cut = _cut_across(ring, rng)
        waiting += [one, other]
        cuts.append(cut)
    return colonias, np.array(cuts)


def _small_enough(plan: CityPlan, ring: np.ndarray, rng: np.random.Generator) -> bool:
    area = abs(_area(ring)) / 1e6
    people = area * float(plan.density(ring.mean(axis=0)[None])[0])
    target = plan.colonia_residents * (0.8 + 0.9 * rng.random())
    return people < target and area < plan.colonia_km2


def _cut_across(
    ring: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut a convex ring across its longer axis, near the middle, at nearly a right angle."""
    axis = _long_axis(ring)
    reach = along(ring, axis)
    where = reach.min() + (0.4 + 0.2 * rng.random()) * np.ptp(reach)
    tilt = np.radians(2.5) * rng.standard_normal()
    normal = _turn(axis, tilt)
    center = ring.mean(axis=0)
    point = center + axis * (where - along(center, axis))
    one, ends = _half(ring, point, normal)
    other, _ = _half(ring, point, -normal)
    return one, other, ends


def _half(ring: np.ndarray, point: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of a convex ring behind a line, and the line's stretch within it."""
    depth = steady(along(ring - point, normal))
    kept, ends = [], []
    for here, there, a, b in zip(
        ring, np.roll(ring, -1, axis=0), depth, np.roll(depth, -1), strict=True
    ):
        if a <= 0:
            kept.append(here)
        if (a <= 0) != (b <= 0):
            crossing = steady(here + (there - here) * (a / (a - b)), 4)
            kept.append(crossing)
            ends.append(crossing)
    return np.array(kept), np.array(ends)


def _local_streets(
    plan: CityPlan, colonias: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each colonia's own grid: segments, the colonia of each, the grids' directions."""
    rng = stream(plan.seed, "streets")
    segments, owner, angles = [], [], []
    for number, ring in enumerate(colonias):
        age = float(plan.age(ring.mean(axis=0)[None])[0])
        sides = np.roll(ring, -1, axis=0) - ring
        longest = sides[np.argmax(steady(np.hypot(*sides.T), 3))]
        angle = np.arctan2(longest[1], longest[0]) + np.radians(1.0 + 5.0 * age) * (
            rng.standard_normal()
        )
        angles.append(angle)
        short = float(plan.block(ring.mean(axis=0)[None])[0]) * (0.87 + 0.26 * rng.random())
        long = short * (1.7 + 0.7 * rng.random())
        for turn, spacing in ((0.0, short), (np.pi / 2, long)):
            for segment in _comb(ring, angle + turn, spacing, rng):
                segments.append(segment)
                owner.append(number)
    return np.array(segments), np.array(owner), np.array(angles)


def _comb(
    ring: np.ndarray, angle: float, spacing: float, rng: np.random.Generator
) -> list[np.ndarray]:
    """Return nearly parallel segments through a convex ring, none hugging its border."""
    direction = np.array([np.cos(angle), np.sin(angle)])
    normal = _turn(direction, np.pi / 2)
    low, high = along(ring, normal).min(), along(ring, normal).max()
    count = max(1, round((high - low) / spacing))
    step = (high - low) / count
    border = shapely.LinearRing(ring)
    found = []
    for k in range(1, count):
        offset = low + step * (k + 0.16 * (rng.random() - 0.5))
        tilted = _turn(normal, np.radians(0.5) * rng.standard_normal())
        middle = ring.mean(axis=0)
        _, ends = _half(ring, middle + normal * (offset - along(middle, normal)), tilted)
        if len(ends) != 2 or np.hypot(*(ends[1] - ends[0])) < 90:
            continue
        if border.distance(shapely.Point(ends.mean(axis=0))) > 40:
            found.append(ends)
    return found


def _blocks(
    plan: CityPlan, lines: np.ndarray, colonias: list[np.ndarray]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the built-up faces between all lines that lie in a colonia, and which one."""
    noded = shapely.union_all(shapely.linestrings(lines), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    tree = shapely.STRtree([shapely.Polygon(ring) for ring in colonias])
    face, colonia = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    _, first = np.unique(face, return_index=True)
    rings = [_ring(faces[k]) for k in face[first]]
    owner = colonia[first]
    centers = np.array([ring.mean(axis=0) for ring in rings])
    order = np.lexsort((centers[:, 1], centers[:, 0], owner))
    order = order[plan.built_up(centers[order])]
    return [rings[k] for k in order], owner[order]


def _settled(
    plan: CityPlan, rings: list[np.ndarray], owner: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the blocks without remnants: colonias of a few people, scraps cut off by the edge."""
    people = np.array([abs(_area(ring)) for ring in rings]) / 1e6
    people *= plan.density(np.array([ring.mean(axis=0) for ring in rings]))
    least = 0.45 * plan.residents / plan.units
    kept = np.flatnonzero(np.bincount(owner, people)[owner] >= least)
    rings, owner, people = [rings[k] for k in kept], owner[kept], people[kept]
    _, corner = _nodes_and_rings(rings)
    edges, sides = _edges(corner)
    left, right = neighbors(len(edges), sides)
    piece = pieces(np.zeros(len(rings), dtype=int), left, right)
    living = np.bincount(piece, people)
    kept = np.flatnonzero(living[piece] > 12_000)
    return [rings[k] for k in kept], owner[kept]


def neighbors(edges: int, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the block on each of the two sides of every edge, -1 for none."""
    found = np.full((2, edges), -1)
    block, edge, lies_left = sides.T
    found[1 - lies_left, edge] = block
    return found[0], found[1]


def pieces(group: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the number of the connected piece of each block within its group."""
    inner = (left >= 0) & (right >= 0)
    inner[inner] = group[left[inner]] == group[right[inner]]
    a, b = left[inner], right[inner]
    piece = np.arange(len(group))
    while True:
        least = np.minimum(piece[a], piece[b])
        new = piece.copy()
        np.minimum.at(new, a, least)
        np.minimum.at(new, b, least)
        new = new[new]
        if np.array_equal(new, piece):
            return np.unique(piece, return_inverse=True)[1].ravel()
        piece = new


def _nodes_and_rings(blocks: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    lengths = [len(ring) for ring in blocks]
    nodes, position = np.unique(np.concatenate(blocks), axis=0, return_inverse=True)
    return nodes, np.split(position.ravel(), np.cumsum(lengths)[:-1])


def polygons(nodes: np.ndarray, rings: list[np.ndarray]) -> np.ndarray:
    """Return the polygons of rings of nodes."""
    lengths = [len(ring) for ring in rings]
    outlines = shapely.linearrings(
        nodes[np.concatenate(rings)], indices=np.repeat(np.arange(len(rings)), lengths)
    )
    return shapely.polygons(outlines)


def _means(nodes: np.ndarray, rings: list[np.ndarray]) -> np.ndarray:
    lengths = np.array([len(ring) for ring in rings])
    sums = np.add.reduceat(nodes[np.concatenate(rings)], np.cumsum(lengths) - lengths)
    return steady(sums / lengths[:, None], 6)


def _edges(rings: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct edges and, for each block's side, (block, edge, lies on the left)."""
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1) for ring in rings])
    block = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    pairs = np.column_stack([np.minimum(start, end), np.maximum(start, end)])
    edges, edge = np.unique(pairs, axis=0, return_inverse=True)
    return edges, np.column_stack([block, edge.ravel(), (start < end).astype(int)])


def _edge_lines(nodes: np.ndarray, edges: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return for each edge the street on which it lies: the nearest to both of its ends."""
    tree = shapely.STRtree(shapely.linestrings(lines))
    ends = nodes[edges]
    edge, line = tree.query(shapely.linestrings(ends), predicate="dwithin", distance=3.0)
    a, b = lines[line, 0], lines[line, 1]
    unit = (b - a) / np.hypot(*(b - a).T)[:, None]
    off = np.zeros(len(edge))
    for k in (0, 1):
        gap = ends[edge, k] - a
        off += np.abs(gap[:, 0] * unit[:, 1] - gap[:, 1] * unit[:, 0])
        beyond = gap[:, 0] * unit[:, 0] + gap[:, 1] * unit[:, 1]
        length = np.hypot(*(b - a).T)
        off += np.maximum(0, -beyond) + np.maximum(0, beyond - length)
    order = np.lexsort((line, steady(off, 6), edge))
    first = np.unique(edge[order], return_index=True)[1]
    return line[order][first]


def _ring(polygon: shapely.Polygon) -> np.ndarray:
    """Return the outer ring counter-clockwise, unclosed, from its least vertex."""
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    if _area(ring) < 0:
        ring = ring[::-1]
    least = np.lexsort((ring[:, 1], ring[:, 0]))[0]
    return np.roll(ring, -least, axis=0)


def _area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _long_axis(ring: np.ndarray) -> np.ndarray:
    """Return the direction of the longer side of the least rectangle around a ring."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.Polygon(ring)))
    sides = np.diff(box[:3], axis=0)
    longer = sides[np.argmax(steady(np.hypot(*sides.T), 3))]
    return longer / np.hypot(*longer)


def _turn(vector: np.ndarray, angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]])
