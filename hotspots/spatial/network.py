"""Street networks: nodes and lengths, and walking distances between points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from hotspots.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Geometries = npt.NDArray[np.object_]
    Integers = npt.NDArray[np.int64]

_CELLS = 1 << 23


@dataclass(frozen=True, eq=False, slots=True)
class StreetNetwork:
    """Streets, connected where they share a vertex or where one ends on another.

    Streets that cross without a common vertex, as at a bridge, are not connected.

    Attributes
    ----------
    lines
        Single lines in a CRS in meters.
    nodes
        How many nodes there are.
    line, along, node
        Per stop of a line at a node: the line, meters from its start, and the node.
    """

    lines: npt.NDArray[np.object_]
    nodes: int
    line: npt.NDArray[np.int64]
    along: npt.NDArray[np.float64]
    node: npt.NDArray[np.int64]


def street_network(streets: gpd.GeoDataFrame, *, snap_m: float = 1.0) -> StreetNetwork:
    """Return the network of street lines, walked in both directions.

    Parameters
    ----------
    streets
        Lines in a CRS in meters.
    snap_m
        How far from another street the end of one may lie, meters, and still meet it.

    Raises
    ------
    InputError
        If there is no line.

    Examples
    --------
    >>> import geopandas as gpd
    >>> lines = ["LINESTRING (0 0, 100 0)", "LINESTRING (50 0.5, 50 80)"]
    >>> streets = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(lines), crs=32613)
    >>> network = street_network(streets)
    >>> network.nodes, network.along.round(1).tolist()
    (4, [0.0, 50.0, 100.0, 0.0, 79.5])
    """
    lines = shapely.get_parts(shapely.force_2d(np.asarray(streets.geometry.array)))
    lines = lines[(shapely.get_type_id(lines) == 1) & (shapely.length(lines) > 0)]
    if not lines.size:
        raise InputError("The streets have no line with a length. Give a layer of street lines.")
    points, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(lines.size))
    last = np.append(first[1:], line.size) - 1
    ends = np.unique(np.concatenate([first, last]))
    vertex, crowd = _meeting_points(points, ends, snap_m)
    stops = np.union1d(ends, np.flatnonzero(crowd[vertex] > 1))
    step = np.zeros(line.size)
    step[1:] = np.hypot(*(points[1:] - points[:-1]).T)
    step[first] = 0.0
    walked = np.cumsum(step)
    along = walked - walked[first][line]
    on_line, on_along, on_vertex = _ends_on_lines(lines, points, line, ends, vertex, snap_m)
    _, node = np.unique(np.concatenate([vertex[stops], on_vertex]), return_inverse=True)
    line = np.concatenate([line[stops], on_line])
    along = np.concatenate([along[stops], on_along])
    order = np.lexsort((along, line))
    return StreetNetwork(
        lines, int(node.max()) + 1, line[order], along[order], node[order].astype(np.int64)
    )


def walking_distances(
    network: StreetNetwork, points: Floats, *, limit_m: float
) -> tuple[Integers, Integers, Floats]:
    """Return pairs of points within walking distance of each other along the streets.

    Each walk goes straight to the nearest point of a street, then along streets.

    Parameters
    ----------
    network
        The streets.
    points
        Shape (points, 2), in the streets' CRS.
    limit_m
        Longest walk in meters, access to and from the street included.

    Returns
    -------
    start, end
        Numbers of the two points, in both directions, without self-pairs.
    meters
        Length of the walk.
    """
    lengths, first_point = _with_points(network, points)
    count = len(points)
    step = max(1, _CELLS // lengths.shape[0])
    found = []
    for begin in range(0, count, step):
        origins = np.arange(begin, min(begin + step, count))
        meters = csgraph.dijkstra(
            lengths, directed=False, indices=first_point + origins, limit=limit_m
        )[:, first_point:]
        origin, end = np.nonzero(np.isfinite(meters))
        other = origins[origin] != end
        origin, end = origin[other], end[other]
        found.append((origins[origin], end, meters[origin, end]))
    start, end, meters = (np.concatenate(column) for column in zip(*found, strict=True))
    return start.astype(np.int64), end.astype(np.int64), meters


def _meeting_points(points: Floats, ends: Integers, snap: float) -> tuple[Integers, Integers]:
    """Return a node number per vertex, and how many vertices have each number.

    Equal vertices meet, and a line's end meets every vertex within ``snap`` meters.
    """
    _, vertex = np.unique(points[:, 0] + 1j * points[:, 1], return_inverse=True)
    near = cKDTree(points[ends]).sparse_distance_matrix(
        cKDTree(points), snap, output_type="coo_matrix"
    )
    one, other = vertex[ends[near.row]], vertex[near.col]
    size = int(vertex.max()) + 1
    joined = sparse.coo_array((np.ones(one.size), (one, other)), shape=(size, size))
    _, group = csgraph.connected_components(joined, directed=False)
    vertex = group[vertex].astype(np.int64)
    return vertex, np.bincount(vertex)


def _ends_on_lines(
    lines: Geometries,
    points: Floats,
    line: Integers,
    ends: Integers,
    vertex: Integers,
    snap: float,
) -> tuple[Integers, Floats, Integers]:
    """Return where lines end on the interior of others: the other line, how far along, the end."""
    where = shapely.points(points[ends])
    end, other = shapely.STRtree(lines).query(where, predicate="dwithin", distance=snap)
    mine = other == line[ends[end]]
    # A line with a vertex there is connected to the end already.
    meets = np.unique(np.column_stack([line, vertex]), axis=0)
    known = {tuple(pair) for pair in meets.tolist()}
    pairs = zip(other.tolist(), vertex[ends[end]].tolist(), strict=True)
    new = ~mine & np.array([pair not in known for pair in pairs], dtype=bool)
    end, other = end[new], other[new]
    along = shapely.line_locate_point(lines[other], where[end])
    return other.astype(np.int64), np.asarray(along, dtype=np.float64), vertex[ends[end]]


def _with_points(network: StreetNetwork, points: Floats) -> tuple[sparse.csr_array, int]:
    """Return the lengths between nodes, with each point connected to the nearest street.

    The points are the last nodes; the number of the first of them is returned second.
    """
    where = shapely.points(points)
    tree = shapely.STRtree(network.lines)
    (point, nearest), away = tree.query_nearest(where, return_distance=True, all_matches=True)
    # Ties go to the first street by geometry, so that the order of rows decides nothing.
    order = np.lexsort((shapely.to_wkb(network.lines[nearest], hex=True), point))
    order = order[np.append(True, point[order][1:] != point[order][:-1])]
    nearest, away = nearest[order], away[order]
    along = shapely.line_locate_point(network.lines[nearest], where)
    gate = network.nodes + np.arange(len(points))
    first_point = network.nodes + len(points)
    line = np.concatenate([network.line, nearest])
    along = np.concatenate([network.along, along])
    node = np.concatenate([network.node, gate])
    order = np.lexsort((along, line))
    line, along, node = line[order], along[order], node[order]
    next_on_line = np.flatnonzero(line[1:] == line[:-1])
    start = np.concatenate([node[next_on_line], gate])
    end = np.concatenate([node[next_on_line + 1], first_point + np.arange(len(points))])
    meters = np.concatenate([along[next_on_line + 1] - along[next_on_line], away])
    return _shortest(start, end, meters, first_point + len(points)), first_point


def _shortest(start: Integers, end: Integers, meters: Floats, size: int) -> sparse.csr_array:
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((meters, high, low))
    low, high, meters = low[order], high[order], meters[order]
    # A sparse array would sum parallel streets, and drop a length of 0.
    first = np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])) & (low != high)
    lengths = np.maximum(meters[first], 1e-9)
    return sparse.coo_array((lengths, (low[first], high[first])), shape=(size, size)).tocsr()
