"""Plans: polygons drawn from real units, grids and blocks, against the field's own tools."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import hotspots as hs
from benchmarks.sections import table
from hotspots.polygons.plan.shapes import dissolve, polsby_popper

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]

FLOOR, CEILING = 10_000, 15_000
SHARED = Path(__file__).parents[2] / "shared" / "data"
MEAN = 2465.0
BLOCK = 60.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The time that a plan took, and its quality.

    Attributes
    ----------
    in_bounds, possible
        Share of the residents in polygons within the bounds, and the most that is proven
        possible (NaN of a peer, which proves nothing).
    contiguous
        Share of the polygons that hang together.
    """

    seconds: float
    polygons: int
    in_bounds: float
    possible: float
    contiguous: float
    compactness: float
    gigabytes: float


def manchester() -> gpd.GeoDataFrame:
    """Return Greater Manchester's census units."""
    return hs.read_units(SHARED / "manchester/lsoa.gpkg", population="pop_usual", id="code")


def monterrey() -> gpd.GeoDataFrame:
    """Return Monterrey's neighborhoods."""
    return hs.read_units(SHARED / "monterrey/colonias.gpkg", population="POBTOT", id="ID_COL")


def grid(side: int, sigma: float, mean: float = MEAN) -> gpd.GeoDataFrame:
    """Return squares of 500 m with lognormal residents."""
    draws = np.random.default_rng(0).lognormal(-(sigma**2) / 2, sigma, side * side)
    row, column = np.divmod(np.arange(side * side), side)
    x, y = column * 500.0, row * 500.0
    names = [f"{number:07d}" for number in range(side * side)]
    return gpd.GeoDataFrame(
        {"population": np.round(draws * mean)},
        geometry=shapely.box(x, y, x + 500.0, y + 500.0),
        index=pd.Index(names, name="unit_id"),
        crs=32613,
    )


# Title, units, target in seconds (None: no target), and the peers that run as well.
CASES: dict[str, tuple[str, Callable[[], gpd.GeoDataFrame], float | None, tuple[str, ...]]] = {
    "manchester": ("Greater Manchester, 282 units", manchester, 1, ("spopt",)),
    "monterrey": ("Monterrey, 3,136 neighborhoods", monterrey, 10, ()),
    "blocks20k": ("19,881 blocks of 60", lambda: grid(141, 0.6, BLOCK), 5, ()),
    "blocks1m": ("1,000,000 blocks of 60", lambda: grid(1000, 0.6, BLOCK), 180, ()),
    "grid60": ("60×60 squares, σ .6", lambda: grid(60, 0.6), None, ("pymetis", "spopt", "tree")),
    "grid60_wide": ("60×60 squares, σ 1.0", lambda: grid(60, 1.0), None, ("pymetis",)),
    "grid150": ("150×150 squares, σ .6", lambda: grid(150, 0.6), None, ()),
    "grid150_wide": ("150×150 squares, σ 1.0", lambda: grid(150, 1.0), None, ()),
}
PEERS = {
    "hotspots": "build_polygons",
    "pymetis": "pymetis, contiguous, ufactor 100",
    "spopt": "spopt MaxP, 20 iterations",
    "tree": "gerrychain recursive_tree_part, ε .2",
}


def text() -> list[str]:
    """Measure every case, each in its own process, and return the lines of the section."""
    rows = []
    for name, (title, _, target, peers) in CASES.items():
        if name in ("manchester", "monterrey") and not SHARED.exists():
            rows.append((title, "data not available", *[""] * 7))
            continue
        for who in ("hotspots", *peers):
            rows.append((title, *cells(who, measured(name, who), target)))
            print(" | ".join(map(str, rows[-1])), flush=True)
    head = (
        "units",
        "by",
        "time",
        "target",
        "polygons",
        "in bounds",
        "possible",
        "whole",
        "compact",
    )
    return [
        f"{FLOOR:,}–{CEILING:,} residents. Each plan is drawn once, in its own process. *In "
        "bounds* is the share of residents who live in polygons within the bounds, *possible* the "
        "proven maximum of any plan, *whole* the share of contiguous polygons, *compact* their "
        "mean Polsby–Popper score.",
        "",
        *table(head, "llrrrrrrr", rows),
    ]


def cells(who: str, drawn: Drawn | None, target: float | None) -> tuple[str, ...]:
    """Return the cells of a plan, or of a failure."""
    bound = f"under {target:g} s" if target and who == "hotspots" else ""
    if drawn is None:
        return (PEERS[who], "failed", bound, *[""] * 5)
    possible = "" if np.isnan(drawn.possible) else f"{drawn.possible:.2%}"
    return (
        PEERS[who],
        f"{drawn.seconds:.2f} s" + (f", {drawn.gigabytes:.1f} GB" if drawn.seconds > 60 else ""),
        bound,
        f"{drawn.polygons:,}",
        f"{drawn.in_bounds:.2%}",
        possible,
        f"{drawn.contiguous:.1%}",
        f"{drawn.compactness:.3f}",
    )


def measured(name: str, who: str) -> Drawn | None:
    """Return one plan, drawn in its own process; None if that failed."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.plans", name, who], capture_output=True, text=True
    )
    return Drawn(**json.loads(done.stdout)) if done.returncode == 0 else None


def draw(name: str, who: str) -> Drawn:
    """Draw one plan in this process."""
    units = CASES[name][1]()
    if who == "hotspots":
        # A first call, so that loading modules is not measured.
        hs.build_polygons(grid(5, 0.6))
        start = time.perf_counter()
        plan = hs.build_polygons(units)
        taken = time.perf_counter() - start
        labels = pd.factorize(plan.membership.reindex(units.index))[0].astype(np.int64)
        quality = plan.quality
        possible = 1 - quality.residents_impossible / quality.residents
    else:
        run = {"pymetis": _pymetis, "spopt": _spopt, "tree": _tree}[who]
        start = time.perf_counter()
        labels = run(units)
        taken, possible = time.perf_counter() - start, float("nan")
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    return judged(units, labels, taken, possible, peak)


def judged(
    units: gpd.GeoDataFrame, labels: Labels, taken: float, possible: float, peak: float
) -> Drawn:
    """Return the quality of a plan, ours or a peer's, by the same measures."""
    count = int(labels.max()) + 1
    population = units["population"].to_numpy()
    residents = np.bincount(labels, weights=population, minlength=count)
    good = (residents >= FLOOR) & (residents <= CEILING)
    shapes = dissolve(units.geometry.to_numpy(), labels, count, clean=False)
    inside = polsby_popper(shapes)[good]
    return Drawn(
        taken,
        count,
        float(residents[good].sum() / residents.sum()),
        possible,
        _whole(units, labels, count),
        float(inside.mean()) if good.any() else float("nan"),
        peak,
    )


def _whole(units: gpd.GeoDataFrame, labels: Labels, count: int) -> float:
    graph = hs.neighbors(units, method="rook").adjacency
    place = pd.Series(np.arange(len(units)), index=units.index)
    linked = graph[graph > 0].index
    focal = place[linked.get_level_values(0)].to_numpy()
    other = place[linked.get_level_values(1)].to_numpy()
    same = labels[focal] == labels[other]
    links = coo_array((np.ones(same.sum()), (focal[same], other[same])), shape=(len(units),) * 2)
    pieces, piece = connected_components(links, directed=False)
    per_label = np.bincount(labels[np.unique(piece, return_index=True)[1]], minlength=count)
    assert per_label.sum() == pieces
    return float((per_label == 1).mean())


def _pymetis(units: gpd.GeoDataFrame) -> Labels:
    import pymetis

    graph = hs.neighbors(units, method="rook").sparse.tocsr()
    population = units["population"].to_numpy()
    parts = round(population.sum() / ((FLOOR + CEILING) / 2))
    options = pymetis.Options(contig=1, ufactor=100)
    _, found = pymetis.part_graph(
        parts,
        xadj=graph.indptr.tolist(),
        adjncy=graph.indices.tolist(),
        vweights=population.astype(int).tolist(),
        options=options,
    )
    return np.array(found, dtype=np.int64)


def _spopt(units: gpd.GeoDataFrame) -> Labels:
    from libpysal.weights import Rook
    from spopt.region import MaxPHeuristic

    np.random.seed(0)  # noqa: NPY002 - spopt knows no other generator
    frame = units.reset_index(drop=True).assign(area=units.area.to_numpy())
    model = MaxPHeuristic(
        frame,
        Rook.from_dataframe(frame, use_index=False),
        ["area"],
        "population",
        FLOOR,
        2,
        max_iterations_construction=20,
    )
    model.solve()
    return pd.factorize(np.asarray(model.labels_))[0].astype(np.int64)


def _tree(units: gpd.GeoDataFrame) -> Labels:
    import random

    from gerrychain import Graph
    from gerrychain.tree import recursive_tree_part

    random.seed(0)
    frame = units.reset_index(drop=True)
    graph = Graph.from_geodataframe(frame)
    parts = round(frame["population"].sum() / ((FLOOR + CEILING) / 2))
    found = recursive_tree_part(
        graph, range(parts), frame["population"].sum() / parts, "population", 0.2
    )
    return pd.factorize(pd.Series(found).sort_index())[0].astype(np.int64)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(asdict(draw(*sys.argv[1:3]))))
