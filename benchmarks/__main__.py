"""Measure everything beside its peers, and write docs/evidence/benchmarks.md.

``python -m benchmarks`` measures all; ``python -m benchmarks --only clusters`` remakes that section
of the page and leaves the others; ``python -m benchmarks gi_star million`` measures these, prints
them, and writes nothing. To add a work, write a function that returns a
:class:`~benchmarks.timing.Work`, and name it in the ``WORKS`` of a module of ``SECTIONS``.
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
    cluster,
    clusters,
    contiguity,
    intake,
    million,
    pages,
    plans,
    points,
)
from benchmarks.sections import replaced, table
from benchmarks.timing import RUNS, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.timing import Comparison, Work

SECTIONS: dict[str, tuple[str, dict[str, Callable[[], Work]]]] = {
    "intake": (f"A police table of {intake.ROWS:,} rows", {}),
    "clusters": ("Statistics", {**clusters.WORKS, **contiguity.WORKS}),
    "million": (f"{million.SIDE**2:,} cells, {million.DRAWS:,} permutations", {}),
    "plans": ("Polygons", {}),
    "points": ("Points into polygons", points.WORKS),
    "addresses": ("Addresses", {}),
    "pages": ("Pages", {}),
    "cluster": ("A country on a cluster", {}),
}
PAGE = Path(__file__).parents[1] / "docs" / "evidence" / "benchmarks.md"
PACKAGES = (
    *("hotspots-geo", "numpy", "scipy", "pandas", "geopandas", "shapely", "libpysal", "esda"),
    *("folium", "numba", "rapidfuzz", "pygeoda", "spopt", "pymetis", "gerrychain", "dask"),
)
HEAD = f"""# Benchmarks

Made by `make bench`, and by nothing else, on one machine: look at the ratios. After a warming run
ours and the peer's run in turn; times are medians of {RUNS} runs, of which those that take
milliseconds are repeated for a quarter of a second. A section is measured in one run, and says with
what.
"""


def main() -> None:
    """Measure, print as it goes, and write what was measured whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("works", nargs="*", help="measure these alone, and write nothing")
    parser.add_argument("--only", choices=list(SECTIONS), help="remake one section of the page")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(versions(), flush=True)
    if options.works:
        measure_alone(options.works)
        return
    for name in [options.only] if options.only else SECTIONS:
        write(name, section(name))


def write(name: str, body: str) -> None:
    """Put one section into the page, with what it was measured with."""
    title, _ = SECTIONS[name]
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    order = [shown for shown, _ in SECTIONS.values()]
    made = {title: f"{versions()}\n\n{body}"}
    PAGE.write_text(replaced(text, HEAD, made, order), encoding="utf-8")


def measure_alone(wanted: Sequence[str]) -> None:
    """Measure some works and print them."""
    works = {name: build for _, made in SECTIONS.values() for name, build in made.items()}
    unknown = set(wanted) - set(works)
    if unknown:
        raise SystemExit(f"No work is called {sorted(unknown)}. There are {list(works)}.")
    for name in wanted:
        for one in compare(works[name]()):
            print(row(one), flush=True)


def section(name: str) -> str:
    """Measure one section, and return its text."""
    lines = {
        "intake": intake.text,
        "clusters": partial(compared, "clusters", CLUSTERS),
        "million": million_text,
        "plans": plans.text,
        "points": partial(compared, "points", POINTS),
        "addresses": addresses.text,
        "pages": pages.text,
        "cluster": cluster_text,
    }[name]()
    return "\n".join(lines)


def versions() -> str:
    """Return what was measured with what."""
    names = [f"{name} {version(name)}" for name in PACKAGES]
    return f"Python {platform.python_version()}, {os.cpu_count()} cores; {', '.join(names)}."


CLUSTERS = f"""esda runs without keeping its simulations, with as many jobs as serve it best;
pygeoda with a thread per core. Ours is the whole call, from a Graph to the table of statistic, z,
p, q and label. The cells are squares, the values lognormal; local statistics are on
{clusters.SIDE**2:,} cells with {clusters.DRAWS:,} permutations.
"""
POINTS = """The polygons and units are a tessellation with winding borders, and every answer was
seen to be the peer's before the clock ran, on borders, too.
"""


def compared(name: str, words: str) -> list[str]:
    """Return a section of works beside their peers; it is written as it grows."""
    rows = []
    head = ("work", "ours", "", "peer", "", "ratio", "asked")
    for build in SECTIONS[name][1].values():
        for one in compare(build()):
            rows.append(cells(one))
            print(row(one), flush=True)
        write(name, "\n".join([words, *table(head, "llrlrrr", rows)]))
    return [words, *table(head, "llrlrrr", rows)]


def million_text() -> list[str]:
    """Measure a million cells, each test in a process of its own."""
    rows = []
    for one in million.measured():
        source = {"sparse": "the sparse matrix", "graph": "a Graph"}[one.links]
        rows.append(
            (
                *(f"`{one.test}`", source, time(one.seconds), f"under {one.asked:g} s"),
                *(f"{one.gigabytes:.2f} GB", f"under {million.ASKED_GB:g} GB"),
            )
        )
        print(rows[-1], flush=True)
    return [
        "Each in a process of its own, whose peak memory includes Python, the libraries, the "
        "values and the links.",
        "",
        *table(("test", "from", "", "asked", "peak memory", "asked"), "llrrrr", rows),
    ]


def cluster_text() -> list[str]:
    """Measure a country's points on a cluster of this machine."""
    one = cluster.measured()
    row = (
        *(f"{one.points:,}", one.polygons, time(one.written_s), time(one.counted_s)),
        f"{one.points / one.counted_s:,.0f}",
        *(f"{one.peak_gb:.2f} GB", f"under {cluster.ASKED_GB:g} GB"),
    )
    print(row, flush=True)
    head = ("points", "polygons", "written in", "counted in", "a second", "peak memory", "asked")
    return [
        f"{cluster.WORKERS} worker processes of one thread each on this machine make the points as "
        f"Parquet files of {cluster.PARTITION:,} rows, then read, assign and count them (place × "
        "category × month). The peak memory is that of the process that needed most: a worker, or "
        "the client with the scheduler.",
        "",
        *table(head, "rrrrrrr", [row]),
    ]


def cells(one: Comparison) -> tuple[str, ...]:
    """Return the cells of a comparison."""
    asked = "" if one.asked is None else f"{one.asked:.3g}×"
    ratio = f"**{one.ratio:,.{1 if one.ratio < 20 else 0}f}×**"
    ours, theirs = time(one.our_seconds), time(one.peer_seconds)
    return one.title, f"`{one.ours}`", ours, one.peer, theirs, ratio, asked


def row(one: Comparison) -> str:
    """Return a comparison as it is printed."""
    return " | ".join(cells(one))


def time(taken: float) -> str:
    """Return seconds as a reader takes them in."""
    return f"{taken * 1000:.3g} ms" if taken < 1 else f"{taken:.3g} s"


if __name__ == "__main__":
    main()
