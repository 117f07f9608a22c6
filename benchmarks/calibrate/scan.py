"""The spatial scan on maps without a pattern, under its two nulls."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hotspots as hs
from benchmarks.calibrate.cities import spread
from benchmarks.calibrate.patternless import lattice
from benchmarks.calibrate.run import SEED, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.calibrate.run import Run

ROWS, COLUMNS = 10, 11
MEANS, SIGMAS = (5, 20, 80), (0.0, 0.3, 0.6)
NULLS = ("spread", "binomial")
MAPS = 200


def alarms(null: str, mean: float, sigma: float, maps: int) -> float:
    """Return the share of maps on which the scan's most likely cluster has p ≤ .05."""
    generator = np.random.default_rng([SEED, int(mean), round(100 * sigma), 2])
    areas, found = lattice(ROWS, COLUMNS), 0
    places = len(areas)
    for number in range(maps):
        residents = pd.Series(generator.uniform(10_000, 15_000, places))
        risks = spread(generator, places, sigma)
        count = pd.Series(generator.poisson(mean * residents / 12_500 * risks))
        scan = hs.spatial_scan(count, residents, areas, null=null, simulations=99, seed=number)
        found += bool((scan.clusters["p"] <= 0.05).any())
    return found / maps


def patternless(run: Run) -> Callable[[], str]:
    """Start the scan under both nulls."""
    maps = run.maps(MAPS)
    jobs = {key: run.pool.submit(alarms, *key, maps) for key in product(NULLS, MEANS, SIGMAS)}

    def write() -> str:
        rows = [
            [mean, sigma, *(f"{jobs[null, mean, sigma].result():.1%}" for null in NULLS)]
            for mean, sigma in product(MEANS, SIGMAS)
        ]
        return section(
            "The spatial scan on maps without a pattern",
            f"{ROWS * COLUMNS} polygons whose risk varies lognormally by σ, without a pattern: the "
            f"share of {maps} maps on which the most likely cluster has p ≤ .05 (99 simulations). "
            "Kulldorff's own null, one risk everywhere (binomial), takes ordinary variation for "
            "a cluster.",
            ["mean count", "σ", "spread (ours)", "binomial (Kulldorff)"],
            rows,
            0,
        )

    return write
