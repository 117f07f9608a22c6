"""Maps without a pattern, and the false alarms of the tests on them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import hotspots as hs
from benchmarks.calibrate.cities import ROOT, SAMPLE, ground
from benchmarks.calibrate.run import SEED, section

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from libpysal.graph import Graph

    from benchmarks.calibrate.run import Run

    Values = npt.NDArray[np.float64]

# Ties make a permutation p conservative: the fewer distinct values, the more so.
VALUES: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "normal": lambda generator, places: generator.normal(size=places),
    "Poisson(3)": lambda generator, places: generator.poisson(3, places).astype(float),
    "Poisson(0.1)": lambda generator, places: generator.poisson(0.1, places).astype(float),
    "10% non-zero": lambda generator, places: np.where(
        generator.permutation(places) < places // 10, generator.integers(1, 5, places), 0.0
    ),
}
TESTS: dict[str, Callable[..., hs.LocalResult]] = {
    "Gi*": hs.getis_ord,
    "Gi": lambda values, graph, **options: hs.getis_ord(values, graph, star=False, **options),
    "local Moran": hs.local_moran,
    "bivariate Moran": lambda values, graph, **options: hs.local_moran_bivariate(
        values, shuffled(values), graph, **options
    ),
    "local Geary": hs.local_geary,
    "join counts": lambda values, graph, **options: hs.local_join_counts(
        (values > values.mean()).astype(float), graph, **options
    ),
}

# Gi is left out: two-sided, its p is that of local Moran.
# On 900 places 99,999 permutations reach below the .05/900 that a single label needs.
CASES: list[tuple[str, str, int, int | str]] = [
    *(
        (test, place, 1000, 99_999 if place == "30×30" else "auto")
        for place in ("10×10", "30×30", SAMPLE, "10×10 and 5 islands", "10×10, kernel of 12")
        for test in ("Gi*", "local Moran")
    ),
    ("bivariate Moran", "10×10", 1000, "auto"),
    ("join counts", "10×10", 1000, "auto"),
    ("local Geary", "10×10", 200, "auto"),
]
"""Tests and maps: how many maps, with how many permutations."""


def shuffled(values: pd.Series) -> pd.Series:
    """Return a random permutation of the values: a second map without a pattern."""
    order = np.random.default_rng(len(values)).permutation(len(values))
    return pd.Series(values.to_numpy()[order], index=values.index, name="others")


@dataclass(frozen=True, slots=True)
class Alarms:
    """The result of one setting: shares over its maps, with the standard error of the first."""

    maps: int
    small_p: float
    small_p_error: float
    labeled: float
    islands: int


def lattice(rows: int, columns: int, *, islands: int = 0, side: float = 1000.0) -> gpd.GeoDataFrame:
    """Return square cells row by row, and as many islands."""
    number = np.arange(rows * columns)
    x, y = number % columns * side, number // columns * side
    x = np.append(x, np.arange(islands) * 3 * side)
    y = np.append(y, np.full(islands, (rows + 5) * side))
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + side, y + side), crs=32613)


def patternless(
    test: str, kind: str, graph: Graph, maps: int, *, permutations: int | str, seed: int
) -> Alarms:
    """Return how often a test finds p ≤ .05, and any label at FDR 5%, without a pattern."""
    generator = np.random.default_rng(seed)
    alone = graph.cardinalities.to_numpy() == 0
    small, labeled, islands = [], 0, 0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*least p that")
        for number in range(maps):
            values = pd.Series(VALUES[kind](generator, graph.n), index=graph.unique_ids)
            table = TESTS[test](values, graph, permutations=permutations, seed=number).table
            p = table["p"][~alone].dropna()
            # Join counts test only places that have something, and on some maps none does.
            small.append(float((p <= 0.05).mean()) if len(p) else 0.0)
            labeled += bool((table["q"] <= 0.05).any())
            islands += int((table["label"][alone] != "isolate").sum())
    return Alarms(
        maps, float(np.mean(small)), float(np.std(small)) / maps**0.5, labeled / maps, islands
    )


def graph_of(place: str) -> Graph:
    """Return the neighbors of a lattice or of the sample's units."""
    if place == SAMPLE:
        return ground(SAMPLE, ROOT).graph
    if place == "10×10, kernel of 12":
        return hs.neighbors(lattice(10, 10), method="kernel", k=12)
    side, islands = (30, 0) if place == "30×30" else (10, 5 * ("islands" in place))
    return hs.neighbors(lattice(side, side, islands=islands))


def permutations(run: Run) -> Callable[[], str]:
    """Start the permutation tests on maps without a pattern."""
    graphs = {place: graph_of(place) for _, place, _, _ in CASES}
    jobs = {
        (test, place, kind): run.pool.submit(
            patternless, test, kind, graphs[place], run.maps(maps), permutations=draws, seed=SEED
        )
        for (test, place, maps, draws), kind in product(CASES, VALUES)
    }

    def write() -> str:
        rows, islands = [], 0
        for test, place, maps, _ in CASES:
            alarms = [jobs[test, place, kind].result() for kind in VALUES]
            cells = (f"{one.small_p:.1%} / {one.labeled:.1%}" for one in alarms)
            rows.append([place, test, run.maps(maps), *cells])
            islands += sum(one.islands for one in alarms)
        return section(
            "Permutation tests on maps without a pattern",
            "For values of any kind. Each cell: the share of places with p ≤ .05, two-sided "
            "(join counts: for more joins only) / the share of maps with any label at FDR 5%. "
            "Both should be at most 5%; ties make them smaller. "
            f"Islands that bore another label than *isolate*: {islands}.",
            ["map", "test", "maps", *VALUES],
            rows,
            2,
        )

    return write
