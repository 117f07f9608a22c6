"""Clusters: local statistics against esda's and pygeoda's, on the same grid and values."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING

import esda
import pygeoda

from benchmarks.cells import queen_graph, rates, squares
from benchmarks.timing import Benchmark, Contender, seconds
from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.join_counts import local_join_counts
from hotspots.clusters.local.moran import local_moran
from hotspots.spatial.weights import neighbors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from libpysal.graph import Graph
    from libpysal.weights import W

SIDE = 100
DRAWS = 9_999
NEIGHBORS = 30

# Keeping the simulations costs esda time and 800 MB, and nothing here reads them.
_ESDA = {"permutations": DRAWS, "keep_simulations": False, "seed": 1}


def moran() -> Benchmark:
    """Return local Moran against both peers."""
    values = rates(SIDE * SIDE)
    run = partial(esda.Moran_Local, values.to_numpy(), queen()[1], **_ESDA)
    return Benchmark(
        "Local Moran, queen",
        Contender("local_moran", lambda: local_moran(values, queen()[0], permutations=DRAWS)),
        (
            best_esda("Moran_Local", run, 200),
            *_pygeoda("local_moran"),
        ),
    )


def gi_star() -> Benchmark:
    """Return Gi* against both peers."""
    values = rates(SIDE * SIDE)
    run = partial(esda.G_Local, values.to_numpy(), queen()[1], star=True, **_ESDA)
    return Benchmark(
        "Gi*, queen",
        Contender("getis_ord", lambda: getis_ord(values, queen()[0], permutations=DRAWS)),
        (
            best_esda("G_Local", run, 200),
            *_pygeoda("local_gstar"),
        ),
    )


def kernel() -> Benchmark:
    """Return local Moran with unequal weights."""
    values = rates(SIDE * SIDE)
    near = neighbors(squares(SIDE), method="kernel", k=NEIGHBORS)
    run = partial(esda.Moran_Local, values.to_numpy(), near.to_W(), **_ESDA)
    return Benchmark(
        f"Local Moran, triangular kernel, {near.cardinalities.mean():.0f} neighbors",
        Contender("local_moran", lambda: local_moran(values, near, permutations=DRAWS)),
        (best_esda("Moran_Local", run, 3),),
    )


def geary() -> Benchmark:
    """Return local Geary."""
    values = rates(SIDE * SIDE)

    def run(n_jobs: int) -> object:
        return esda.Geary_Local(queen()[1], n_jobs=n_jobs, **_ESDA).fit(values.to_numpy())

    return Benchmark(
        "Local Geary, queen",
        Contender("local_geary", lambda: local_geary(values, queen()[0], permutations=DRAWS)),
        (best_esda("Geary_Local", run, 20),),
    )


def join_counts() -> Benchmark:
    """Return local join counts."""
    values = rates(SIDE * SIDE)
    high = (values > values.quantile(0.8)).astype(int)

    def run(n_jobs: int) -> object:
        return esda.Join_Counts_Local(queen()[1], n_jobs=n_jobs, **_ESDA).fit(high.to_numpy())

    return Benchmark(
        "Local join counts, queen, in a fifth of the cells",
        Contender(
            "local_join_counts", lambda: local_join_counts(high, queen()[0], permutations=DRAWS)
        ),
        (best_esda("Join_Counts_Local", run, 20),),
    )


def bivariate() -> Benchmark:
    """Return bivariate local Moran."""
    values, others = rates(SIDE * SIDE), rates(SIDE * SIDE, seed=1)
    run = partial(esda.Moran_Local_BV, values.to_numpy(), others.to_numpy(), queen()[1], **_ESDA)
    return Benchmark(
        "Bivariate local Moran, queen",
        Contender(
            "local_moran_bivariate",
            lambda: local_moran_bivariate(values, others, queen()[0], permutations=DRAWS),
        ),
        (best_esda("Moran_Local_BV", run, 20),),
    )


BENCHMARKS = {
    "moran": moran,
    "gi_star": gi_star,
    "kernel": kernel,
    "geary": geary,
    "join_counts": join_counts,
    "bivariate": bivariate,
}


@cache
def queen() -> tuple[Graph, W]:
    """Return the queen contiguity of the cells, for us and for esda."""
    graph = queen_graph(SIDE)
    return graph, graph.to_W()


def best_esda(name: str, run: Callable[..., object], target: float) -> Contender:
    """Return esda's statistic with one job or one per core, whichever is faster here."""
    taken = {}
    for jobs in (1, os.cpu_count() or 1):
        once = partial(run, n_jobs=jobs)
        # The first run compiles and starts the workers.
        once()
        taken[jobs] = seconds(once)
    best = min(taken, key=lambda jobs: taken[jobs])
    return Contender(f"esda {name}, n_jobs={best}", partial(run, n_jobs=best), target)


def _pygeoda(name: str) -> Iterator[Contender]:
    weights = pygeoda.queen_weights(pygeoda.open(squares(SIDE)))
    values = rates(SIDE * SIDE).tolist()
    for method, target in (("complete", 100), ("lookup-table", 30)):
        run = partial(
            getattr(pygeoda, name),
            weights,
            values,
            permutations=DRAWS,
            permutation_method=method,
            seed=1,
            cpu_threads=os.cpu_count(),
        )
        yield Contender(f"pygeoda {name}, {method}", run, target)
