"""Maps without a pattern, and the false alarms of the tests on them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import hotspots as hs

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from libpysal.graph import Graph

    Values = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

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


def city(
    generator: np.random.Generator,
    places: int,
    mean: float,
    sigma: float,
    *,
    hot: Booleans | None = None,
    risk: float = 1.0,
) -> tuple[pd.Series, pd.Series]:
    """Return counts and residents; risk varies lognormally, and is raised where ``hot``."""
    exposure = generator.uniform(10_000, 15_000, places)
    relative = np.exp(sigma * generator.standard_normal(places))
    if hot is not None:
        relative = np.where(hot, risk * relative, relative)
    count = generator.poisson(mean * exposure / 12_500 * relative)
    return pd.Series(count), pd.Series(exposure)


def excess_alarms(mean: float, sigma: float, maps: int, seed: int) -> tuple[float, float]:
    """Return the share of p ≤ .05 and of maps with a label, for excess risk on 110 polygons."""
    generator = np.random.default_rng([seed, int(mean), round(100 * sigma)])
    small, labeled = 0.0, 0
    for _ in range(maps):
        table = hs.excess_risk(*city(generator, 110, mean, sigma)).table
        small += float((table["p"] <= 0.05).mean())
        labeled += bool(table["label"].isin(["excess", "deficit"]).any())
    return small / maps, labeled / maps


def scan_alarms(null: str, mean: float, sigma: float, maps: int, seed: int) -> float:
    """Return the share of maps on which the scan's most likely cluster has p ≤ .05."""
    generator = np.random.default_rng([seed, int(mean), round(100 * sigma), 2])
    areas, found = lattice(10, 11), 0
    for number in range(maps):
        count, exposure = city(generator, 110, mean, sigma)
        scan = hs.spatial_scan(count, exposure, areas, null=null, simulations=99, seed=number)
        found += bool((scan.clusters["p"] <= 0.05).any())
    return found / maps
