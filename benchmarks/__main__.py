"""Measure everything against its peers and write docs/evidence/benchmarks.md.

``python -m benchmarks`` measures everything; ``python -m benchmarks --only clusters`` rewrites that
section of the page and leaves the others; ``python -m benchmarks gi_star kernel`` measures and
prints these two and writes nothing. To add a benchmark, write a function that returns a
:class:`~benchmarks.timing.Benchmark` and name it in ``BENCHMARKS`` of a module of ``SECTIONS``.
"""

from __future__ import annotations

import argparse
import os
import platform
import warnings
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import (
    addresses,
    categories,
    cluster,
    clusters,
    contiguity,
    intake,
    million,
    pages,
    plans,
    points,
    posteriors,
)
from benchmarks.sections import replaced, table
from benchmarks.timing import RUNS, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.timing import Benchmark, Comparison

SECTIONS: dict[str, tuple[str, dict[str, Callable[[], Benchmark]]]] = {
    "intake": (f"A police table of {intake.ROWS:,} rows", {}),
    "categories": (f"{categories.LABELS} categories, {categories.ROWS:,} rows", {}),
    "clusters": ("Statistics", {**clusters.BENCHMARKS, **contiguity.BENCHMARKS}),
    "million": (f"{million.SIDE**2:,} cells, {million.DRAWS:,} permutations", {}),
    "posteriors": ("Posterior of risk with neighbors", {}),
    "plans": ("Polygons", {}),
    "points": ("Points into polygons", points.BENCHMARKS),
    "addresses": ("Addresses", {}),
    "pages": ("Pages", {}),
    "cluster": ("A country on a cluster", {}),
}
PAGE = Path(__file__).parents[1] / "docs" / "evidence" / "benchmarks.md"
PACKAGES = (
    *("hotspots-geo", "numpy", "scipy", "pandas", "geopandas", "shapely", "libpysal", "esda"),
    *("folium", "numba", "rapidfuzz", "pygeoda", "spopt", "pymetis", "gerrychain", "dask"),
    "numpyro",
)
HEAD = f"""# Benchmarks

Written by `make bench` alone, on one machine: look at the ratios. After a warm-up, ours and the
peer's run alternately; times are medians of {RUNS} runs, each repeated for a quarter of a second
if it takes milliseconds. Each section is measured in one go and lists the versions it was
measured with.
"""


def main() -> None:
    """Measure, print along the way, and write each section once it is complete."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="measure only these benchmarks and write nothing")
    parser.add_argument("--only", choices=list(SECTIONS), help="rewrite one section of the page")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(versions(), flush=True)
    if options.names:
        measure_alone(options.names)
        return
    for name in [options.only] if options.only else SECTIONS:
        write(name, section(name))


def write(name: str, body: str) -> None:
    """Write one section into the page, with the versions it was measured with."""
    title, _ = SECTIONS[name]
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    order = [shown for shown, _ in SECTIONS.values()]
    made = {title: f"{versions()}\n\n{body}"}
    PAGE.write_text(replaced(text, HEAD, made, order), encoding="utf-8")


def measure_alone(wanted: Sequence[str]) -> None:
    """Measure some benchmarks and print them."""
    benchmarks = {name: build for _, made in SECTIONS.values() for name, build in made.items()}
    unknown = set(wanted) - set(benchmarks)
    if unknown:
        raise SystemExit(f"No benchmark is called {sorted(unknown)}. There are {list(benchmarks)}.")
    for name in wanted:
        for one in compare(benchmarks[name]()):
            print(row(one), flush=True)


def section(name: str) -> str:
    """Measure one section and return its text."""
    lines = {
        "intake": intake.text,
        "categories": categories.text,
        "clusters": partial(compared, "clusters", CLUSTERS),
        "million": million_text,
        "posteriors": posteriors.text,
        "plans": plans.text,
        "points": partial(compared, "points", POINTS),
        "addresses": addresses.text,
        "pages": pages.text,
        "cluster": cluster_text,
    }[name]()
    return "\n".join(lines)


def versions() -> str:
    """Return the versions that are measured with."""
    names = [f"{name} {version(name)}" for name in PACKAGES]
    return f"Python {platform.python_version()}, {os.cpu_count()} cores; {', '.join(names)}."


CLUSTERS = f"""esda runs without keeping its simulations, with the number of jobs that is fastest;
pygeoda with one thread per core. Ours is the whole call, from a Graph to the table of statistic, z,
p, q and label. The cells are squares, the values lognormal; local statistics are on
{clusters.SIDE**2:,} cells with {clusters.DRAWS:,} permutations.
"""
POINTS = """The polygons and units are a tessellation with winding borders. Before the timing,
every answer was checked against the peer's, on borders too.
"""


def compared(name: str, words: str) -> list[str]:
    """Return a section of benchmarks against their peers; it is written as it grows."""
    rows = []
    head = ("benchmark", "ours", "", "peer", "", "ratio", "target")
    for build in SECTIONS[name][1].values():
        for one in compare(build()):
            rows.append(cells(one))
            print(row(one), flush=True)
        write(name, "\n".join([words, *table(head, "llrlrrr", rows)]))
    return [words, *table(head, "llrlrrr", rows)]


def million_text() -> list[str]:
    """Measure a million cells, each test in its own process."""
    rows = []
    for one in million.measured():
        source = {"sparse": "the sparse matrix", "graph": "a Graph"}[one.links]
        rows.append(
            (
                *(f"`{one.test}`", source, time(one.seconds), f"under {one.target:g} s"),
                *(f"{one.gigabytes:.2f} GB", f"under {million.TARGET_GB:g} GB"),
            )
        )
        print(rows[-1], flush=True)
    return [
        "Each in its own process, whose peak memory includes Python, the libraries, the "
        "values and the links.",
        "",
        *table(("test", "from", "", "target", "peak memory", "target"), "llrrrr", rows),
    ]


def cluster_text() -> list[str]:
    """Measure a country's points on a cluster of this machine."""
    one = cluster.measured()
    row = (
        *(f"{one.points:,}", one.polygons, time(one.written_s), time(one.counted_s)),
        f"{one.points / one.counted_s:,.0f}",
        *(f"{one.peak_gb:.2f} GB", f"under {cluster.TARGET_GB:g} GB"),
    )
    print(row, flush=True)
    head = ("points", "polygons", "written in", "counted in", "a second", "peak memory", "target")
    return [
        f"{cluster.WORKERS} worker processes with one thread each on this machine write the points "
        f"to Parquet files of {cluster.PARTITION:,} rows, then read, assign and count them "
        "(place × category × month). The peak memory is that of the process that needed the most: "
        "a worker, or the client with the scheduler.",
        "",
        *table(head, "rrrrrrr", [row]),
    ]


def cells(one: Comparison) -> tuple[str, ...]:
    """Return a comparison as table cells."""
    target = "" if one.target is None else f"{one.target:.3g}×"
    ratio = f"**{one.ratio:,.{1 if one.ratio < 20 else 0}f}×**"
    ours, theirs = time(one.our_seconds), time(one.peer_seconds)
    return one.title, f"`{one.ours}`", ours, one.peer, theirs, ratio, target


def row(one: Comparison) -> str:
    """Return a comparison as one printed line."""
    return " | ".join(cells(one))


def time(taken: float) -> str:
    """Return seconds in a readable unit."""
    return f"{taken * 1000:.3g} ms" if taken < 1 else f"{taken:.3g} s"


if __name__ == "__main__":
    main()
