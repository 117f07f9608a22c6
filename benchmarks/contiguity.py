"""Contiguity: the queen graph of a million cells, against libpysal's."""

from __future__ import annotations

from functools import partial

from libpysal.graph import Graph

from benchmarks.cells import squares
from benchmarks.timing import Benchmark, Contender
from hotspots.spatial.weights import neighbors

SIDE = 1000


def queen_graph() -> Benchmark:
    """Return the benchmark of building the graph, after checking that both build the same."""
    few = squares(100)
    if not neighbors(few).equals(Graph.build_contiguity(few, rook=False)):
        raise AssertionError("The two graphs differ, so their times say nothing.")
    cells = squares(SIDE)
    peer = partial(Graph.build_contiguity, cells, rook=False)
    return Benchmark(
        f"Queen graph of {SIDE**2:,} cells",
        Contender("neighbors", lambda: neighbors(cells)),
        (Contender("libpysal Graph.build_contiguity", peer, 2.5),),
    )


BENCHMARKS = {"queen_graph": queen_graph}
