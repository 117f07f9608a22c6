"""Power: how much of what was planted our tests and the peers' find on the same maps."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import esda
import numpy as np
import pandas as pd
import pygeoda

import hotspots as hs
from benchmarks.calibrate.patternless import city, lattice

if TYPE_CHECKING:
    import numpy.typing as npt

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

ROWS, COLUMNS = 10, 11
BLOCKS = {
    "one district of 9": [(3, 4, 3, 3)],
    "two blocks of 4": [(1, 1, 2, 2), (6, 7, 2, 2)],
    "three blocks of 4, two single": [
        (1, 1, 2, 2),
        (1, 7, 2, 2),
        (6, 4, 2, 2),
        (8, 9, 1, 1),
        (8, 0, 1, 1),
    ],
    "one single": [(4, 5, 1, 1)],
    "nothing": [],
}
OURS = ("Gi* on polygons", "Gi* on units", "excess risk")
SLOW = ("spatial scan", "esda Gi*", "pygeoda Gi*")
PEER_DRAWS = 9999


def planted(scenario: str, times: int = 1) -> Booleans:
    """Return the raised cells of 10×11 polygons or (``times=2``) 20×22 units."""
    hot = np.zeros((ROWS * times, COLUMNS * times), dtype=bool)
    for top, left, high, wide in BLOCKS[scenario]:
        hot[top * times : (top + high) * times, left * times : (left + wide) * times] = True
    return hot.ravel()


class Bench:
    """The two lattices and their neighbors, built once per process."""

    def __init__(self) -> None:
        self.polygons = lattice(ROWS, COLUMNS)
        self.polygon_graph = hs.neighbors(self.polygons)
        self.unit_graph = hs.neighbors(lattice(2 * ROWS, 2 * COLUMNS, side=500.0))
        self.peer_weights = self.polygon_graph.to_W()
        self.geoda_weights = pygeoda.queen_weights(pygeoda.open(self.polygons))

    def ours(
        self, polygons: tuple[pd.Series, pd.Series], units: tuple[pd.Series, pd.Series]
    ) -> dict[str, pd.Series]:
        """Return the labels of each of our headline tests."""
        coarse, fine = hs.standardized_rates(*polygons), hs.standardized_rates(*units)
        return {
            "Gi* on polygons": hs.getis_ord(coarse, self.polygon_graph).table["label"],
            "Gi* on units": hs.getis_ord(fine, self.unit_graph).table["label"],
            "excess risk": hs.excess_risk(*polygons).table["label"],
        }

    def scan(self, polygons: tuple[pd.Series, pd.Series]) -> Booleans:
        """Return the polygons in a cluster of the robust scan."""
        found = hs.spatial_scan(*polygons, self.polygons, simulations=99)
        members: Booleans = found.membership.notna().to_numpy(dtype=bool)
        return members

    def peers(self, polygons: tuple[pd.Series, pd.Series]) -> dict[str, tuple[Floats, Booleans]]:
        """Return p of the peers' Gi* on the same values, and whether the sum is high."""
        values = hs.standardized_rates(*polygons).to_numpy()
        # Their G needs positive values; a shift changes no rank of a sum of k values.
        values = values - values.min() + 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = esda.G_Local(
                values, self.peer_weights, star=True, permutations=PEER_DRAWS, seed=1, n_jobs=1
            )
        geoda = pygeoda.local_gstar(
            self.geoda_weights,
            values.tolist(),
            permutations=PEER_DRAWS,
            permutation_method="lookup-table",
            seed=1,
            cpu_threads=1,
        )
        sums = np.array(geoda.lisa_values())
        return {
            "esda Gi*": (np.asarray(theirs.p_sim), np.asarray(theirs.Zs) > 0),
            "pygeoda Gi*": (np.array(geoda.lisa_pvalues()), sums > 1 / sums.size),
        }


def peers_levels(mean: float, sigma: float, maps: int, seed: int) -> dict[str, float]:
    """Return the p at which each peer labels something on 5% of maps without a pattern."""
    bench, generator = Bench(), np.random.default_rng([seed, int(mean), round(100 * sigma), 3])
    least: dict[str, list[float]] = {}
    for _ in range(maps):
        for name, (p, _) in bench.peers(city(generator, ROWS * COLUMNS, mean, sigma)).items():
            least.setdefault(name, []).append(float(p.min()))
    # Strictly below the 5% quantile: many maps are tied at the least p.
    return {name: float(np.quantile(p, 0.05, method="lower")) for name, p in least.items()}


def power(
    scenario: str,
    risk: float,
    mean: float,
    sigma: float,
    maps: int,
    slow_maps: int,
    levels: dict[str, float],
    seed: int,
) -> dict[str, tuple[float, float, float]]:
    """Return, per test, the shares of raised and other places labeled, and of maps with a label."""
    key = [seed, list(BLOCKS).index(scenario), int(risk), int(mean), round(100 * sigma)]
    generator, bench = np.random.default_rng(key), Bench()
    hot, hot_units = planted(scenario), planted(scenario, 2)
    shares: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(maps):
        polygons = city(generator, hot.size, mean, sigma, hot=hot, risk=risk)
        units = city(generator, hot_units.size, mean / 4, sigma, hot=hot_units, risk=risk)
        for name, label in bench.ours(polygons, units).items():
            raised = label.isin(["hot", "excess"]).to_numpy()
            either = raised | label.isin(["cold", "deficit"]).to_numpy()
            truth = hot_units if name == "Gi* on units" else hot
            shares.setdefault(name, []).append(_shares(raised, either, truth))
        if number < slow_maps:
            members = bench.scan(polygons)
            shares.setdefault("spatial scan", []).append(_shares(members, members, hot))
            for name, (p, high) in bench.peers(polygons).items():
                small = p < levels[name]
                shares.setdefault(name, []).append(_shares(small & high, small, hot))
    means = {name: np.nanmean(np.array(rows), axis=0) for name, rows in shares.items()}
    return {name: (float(row[0]), float(row[1]), float(row[2])) for name, row in means.items()}


def _shares(raised: Booleans, either: Booleans, hot: Booleans) -> tuple[float, float, float]:
    found = float(raised[hot].mean()) if hot.any() else 0.0
    return found, float(either[~hot].mean()), float(either.any())
