"""Graph links: focal, neighbor and weight of each link of a graph, checked at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy import sparse

from hotspots.errors import GraphError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    AnyGraph: TypeAlias = Graph | sparse.sparray
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def graph_links(graph: AnyGraph, index: pd.Index) -> tuple[Integers, Integers, Floats, Floats]:
    """Return focal, neighbor and weight of each link, and apart from them the self-weights.

    Focal and neighbor are positions in ``index``. The self-weights are one number per place, 0
    for a place that is not linked to itself. A sparse array has its rows and columns in the
    order of ``index``.

    Raises
    ------
    GraphError
        For what is no graph, a graph on another index, or negative or missing weights.
    """
    _check_type(graph)
    if sparse.issparse(graph):
        focal, neighbor, weight = _sparse_links(graph, len(index))
    else:
        focal, neighbor, weight = _adjacency_links(graph, index)
    # Minimum and maximum reveal any weight that is negative, infinite or missing.
    if weight.size and not (weight.min() >= 0 and weight.max() < np.inf):
        _refuse_weights(focal, neighbor, weight, index)
    self_weight = np.zeros(len(index))
    diagonal = focal == neighbor
    if diagonal.any() or (weight == 0).any():
        self_weight[focal[diagonal]] = weight[diagonal]
        # A Graph stores an isolate as a link of weight 0 to itself: that is no neighbor.
        keep = ~diagonal & (weight > 0)
        focal, neighbor, weight = focal[keep], neighbor[keep], weight[keep]
    return focal, neighbor, weight, self_weight


def links_between(
    graph: AnyGraph, index: pd.Index, known: npt.NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    """Return focal and neighbor of the links between known places, numbered among these."""
    focal, neighbor, _, _ = graph_links(graph, index)
    keep = known[focal] & known[neighbor]
    number = np.cumsum(known) - 1
    return number[focal[keep]], number[neighbor[keep]]


def _check_type(graph: object) -> None:
    if sparse.issparse(graph) or (hasattr(graph, "adjacency") and hasattr(graph, "unique_ids")):
        return
    raise GraphError(
        f"The graph came as {'None' if graph is None else f'a {type(graph).__name__}'}. Give a "
        "libpysal Graph, e.g. neighbors(areas); of libpysal weights Graph.from_W(w), of a "
        "dictionary Graph.from_dicts(links); or a sparse array, e.g. scipy.sparse.csr_array(table)."
    )


def _sparse_links(matrix: sparse.sparray, places: int) -> tuple[Integers, Integers, Floats]:
    if matrix.shape != (places, places):
        raise GraphError(
            f"The sparse array is {matrix.shape[0]} × {matrix.shape[1]}, and there are {places} "
            "values. It needs a row and a column for each value, in the order of the values."
        )
    rows = matrix.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    focal = np.repeat(np.arange(places), np.diff(rows.indptr))
    return focal, rows.indices, np.asarray(rows.data, dtype=float)


def _adjacency_links(graph: Graph, index: pd.Index) -> tuple[Integers, Integers, Floats]:
    """Return the links of a Graph from the codes of its index: no label is looked up twice."""
    adjacency = graph.adjacency
    ends = []
    for level, codes in zip(adjacency.index.levels, adjacency.index.codes, strict=True):
        where = None if level.equals(index) else index.get_indexer(level)
        ends.append(codes if where is None else where[codes])
    focal, neighbor = ends
    # A place that is not in the index has position −1, the last entry of the mask.
    found = np.zeros(len(index) + 1, dtype=bool)
    found[focal] = True
    if found[-1] or not found[:-1].all() or neighbor.min(initial=0) < 0:
        _check_same_places(graph.unique_ids, index)
    return focal, neighbor, adjacency.to_numpy(dtype=float)


def _refuse_weights(focal: Integers, neighbor: Integers, weight: Floats, index: pd.Index) -> None:
    wrong = np.flatnonzero(~np.isfinite(weight) | (weight < 0))
    if wrong.size:
        bad = int(wrong[0])
        raise GraphError(
            f"The weight from {index[focal[bad]]!r} to {index[neighbor[bad]]!r} is {weight[bad]}. "
            "Weights must be finite and not negative."
        )


def _check_same_places(ids: pd.Index, index: pd.Index) -> None:
    missing = index.difference(ids, sort=False)
    extra = ids.difference(index, sort=False)
    if len(missing) or len(extra):
        raise GraphError(
            f"The graph's places are not the values': {len(missing)} values have no place in the "
            f"graph (first {list(missing[:3])}), {len(extra)} places of the graph have no value "
            f"(first {list(extra[:3])}). Build the graph from the same table, e.g. "
            "neighbors(areas.loc[values.index])."
        )
