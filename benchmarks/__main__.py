"""Measure everything beside its peers in one run, and write docs/benchmarks.md.

``python -m benchmarks`` measures all; ``python -m benchmarks gi_star million`` measures these,
and writes nothing. To add a work, write a function that returns a
:class:`~benchmarks.timing.Work`, and name it in ``WORKS`` of a module of ``MODULES``.
"""

from __future__ import annotations

import os
import platform
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import cluster, clusters, contiguity, million, points
from benchmarks.timing import RUNS, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.timing import Comparison

MODULES = (clusters, contiguity, points)
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = (
    *("hotspots-geo", "numpy", "scipy", "pandas", "geopandas", "shapely", "libpysal"),
    *("esda", "numba", "pygeoda", "dask"),
)


def main(wanted: Sequence[str]) -> None:
    """Measure, print as it goes, and write the page where everything was measured."""
    warnings.simplefilter("ignore")
    works = {name: build for module in MODULES for name, build in module.WORKS.items()}
    names = [*works, "million", "cluster"]
    unknown = set(wanted) - set(names)
    if unknown:
        raise SystemExit(f"No work is called {sorted(unknown)}. There are {names}.")
    print(versions(), flush=True)
    comparisons: list[Comparison] = []
    for name, build in works.items():
        for one in compare(build()) if not wanted or name in wanted else ():
            comparisons.append(one)
            print(row(one), flush=True)
    alone = []
    for case in million.measured() if not wanted or "million" in wanted else ():
        alone.append(case)
        print(row_alone(case), flush=True)
    country = []
    if not wanted or "cluster" in wanted:
        country.append(cluster.measured())
        print(row_country(country[0]), flush=True)
    if not wanted:
        PAGE.write_text(page(comparisons, alone, country), encoding="utf-8")


def versions() -> str:
    """Return what was measured with what."""
    names = [f"{name} {version(name)}" for name in PACKAGES]
    return f"Python {platform.python_version()}, {os.cpu_count()} cores; {', '.join(names)}."


def page(
    comparisons: Sequence[Comparison],
    alone: Sequence[million.Alone],
    country: Sequence[cluster.Counted],
) -> str:
    """Return the page of the documentation."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`, and by nothing else. One run on one machine: look at the ratios.",
        "",
        versions(),
        "",
        f"After a warming run ours and the peer's run in turn; times are medians of {RUNS} runs. "
        "esda runs without keeping its simulations, with as many jobs as serve it best; pygeoda "
        "with a thread per core. "
        "Ours is the whole call, from a Graph to the table of statistic, z, p, q and label. "
        "The cells are squares, the values lognormal; local statistics are on "
        f"{clusters.SIDE**2:,} cells with {clusters.DRAWS:,} permutations. "
        "The polygons and units that points go to are a tessellation with winding borders, and "
        "every answer was seen to be the peer's before the clock ran, on borders, too.",
        "",
        "| work | ours | | peer | | ratio | asked |",
        "|---|---|--:|---|--:|--:|--:|",
        *[row(one) for one in comparisons],
        "",
        f"## {million.SIDE**2:,} cells, {million.DRAWS:,} permutations",
        "",
        "Each in a process of its own, whose peak memory includes Python, the libraries, the "
        "values and the links.",
        "",
        "| test | from | | asked | peak memory | asked |",
        "|---|---|--:|--:|--:|--:|",
        *[row_alone(one) for one in alone],
        "",
        "## A country on a cluster",
        "",
        f"{cluster.WORKERS} worker processes of one thread each on this machine make the points as "
        f"Parquet files of {cluster.PARTITION:,} rows, then read, assign and count them (place × "
        "category × month). The peak memory is that of the process that needed most: a worker, "
        "or the client with the scheduler.",
        "",
        "| points | polygons | written in | counted in | points a second | peak memory | asked |",
        "|--:|--:|--:|--:|--:|--:|--:|",
        *[row_country(one) for one in country],
        "",
    ]
    return "\n".join(lines)


def row(one: Comparison) -> str:
    """Return a line of the table of comparisons."""
    asked = "" if one.asked is None else f"{one.asked:.3g}×"
    return (
        f"| {one.title} | `{one.ours}` | {time(one.our_seconds)} | {one.peer} | "
        f"{time(one.peer_seconds)} | **{one.ratio:,.{1 if one.ratio < 20 else 0}f}×** "
        f"| {asked} |"
    )


def row_alone(one: million.Alone) -> str:
    """Return a line of the table of a million cells."""
    source = {"sparse": "the sparse matrix", "graph": "a Graph"}[one.links]
    return (
        f"| `{one.test}` | {source} | {time(one.seconds)} | under {one.asked:g} s | "
        f"{one.gigabytes:.2f} GB | under {million.ASKED_GB:g} GB |"
    )


def row_country(one: cluster.Counted) -> str:
    """Return a line of the table of a country."""
    return (
        f"| {one.points:,} | {one.polygons} | {time(one.written_s)} | {time(one.counted_s)} | "
        f"{one.points / one.counted_s:,.0f} | {one.peak_gb:.2f} GB | "
        f"under {cluster.ASKED_GB:g} GB |"
    )


def time(taken: float) -> str:
    """Return seconds as a reader takes them in."""
    return f"{taken * 1000:.3g} ms" if taken < 1 else f"{taken:.3g} s"


if __name__ == "__main__":
    main(sys.argv[1:])
