"""Two years of cities in which nothing changed, and the tests for change on them."""

from __future__ import annotations

import warnings
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hotspots as hs
from benchmarks.calibrate.run import SEED, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.calibrate.run import Run

TREND = 1.3
"""The common change of the city, which is no area's own."""
HALVED = 0.1
"""The share of areas whose rate is halved, for what is found."""
AREAS = {13: 200, 110: 60, 700: 10}
"""Areas of the cities: how many maps."""
MEANS, SIGMAS = (3, 20, 80), (0.0, 0.3)


def change_alarms(
    dispersion: str, places: int, mean: float, sigma: float, maps: int, seed: int
) -> tuple[float, float, float]:
    """Return how often p ≤ .05 where nothing changed, maps with a label, and the halved found.

    Risks vary between areas by σ = .5, and each year of each area by ``sigma``. For Poisson
    counts, which take the common change for everybody's own, the trend is left out.
    """
    generator = np.random.default_rng([seed, places, round(mean), round(100 * sigma)])
    small = labeled = found = 0.0
    for _ in range(maps):
        for halved in (0, max(1, round(HALVED * places))):
            table = _changes(generator, dispersion, places, mean, sigma, halved)
            if halved:
                found += float((table["p"][:halved] <= 0.05).mean())
            else:
                small += float((table["p"] <= 0.05).mean())
                labeled += float(table["label"].isin(["rise", "fall"]).any())
    return small / maps, labeled / maps, found / maps


def _changes(
    generator: np.random.Generator,
    dispersion: str,
    places: int,
    mean: float,
    sigma: float,
    halved: int,
) -> pd.DataFrame:
    usual = mean * np.exp(0.5 * generator.normal(size=places) - 0.125)
    year = np.exp(sigma * generator.normal(size=(2, places)) - sigma**2 / 2)
    factor = np.where(np.arange(places) < halved, 0.5, 1.0)
    trend = 1.0 if dispersion == "poisson" else TREND
    before, after = (
        pd.DataFrame({"events": generator.poisson(rate), "years": 1.0})
        for rate in (usual * year[0], usual * year[1] * factor * trend)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HotspotsWarning)
        return hs.rate_change(
            before, after, pd.Series(12_000.0, before.index), dispersion=dispersion
        )


def unchanged(run: Run) -> Callable[[], str]:
    """Start the tests for change on cities in which nothing changed but all together."""
    settings = list(product(AREAS, MEANS, SIGMAS))
    jobs = {
        (*key, dispersion): run.pool.submit(
            change_alarms, dispersion, *key, run.maps(AREAS[key[0]]), SEED
        )
        for key in settings
        for dispersion in ("estimated", "poisson")
    }

    def write() -> str:
        rows = []
        for key in settings:
            ours, poisson = (jobs[*key, name].result() for name in ("estimated", "poisson"))
            shares = (*ours, poisson[0], poisson[2])
            rows.append([*key, run.maps(AREAS[key[0]]), *(f"{one:.1%}" for one in shares)])
        return section(
            "Change where nothing changed",
            "Areas whose risk varies by .5 between them and, in each year, by σ; all of them "
            f"rise by {TREND - 1:.0%}. The share of areas with p ≤ .05, the share of maps with "
            "any label at FDR 5%, and of a tenth of areas whose rate was halved the share with "
            "p ≤ .05; beside it the E-test for Poisson counts, without the rise.",
            [
                *("areas", "mean count", "σ", "maps", "p ≤ .05", "any label", "halved found"),
                *("E-test: p ≤ .05", "E-test: halved found"),
            ],
            rows,
            0,
        )

    return write
