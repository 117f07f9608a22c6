"""Gi* of events and residents on the units of real cities: false alarms where nothing clusters."""

from __future__ import annotations

import warnings
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

import hotspots as hs
from benchmarks.calibrate.cities import SAMPLE, events, ground, spread
from benchmarks.calibrate.run import SEED, limit, section

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.calibrate.run import Run

TOTALS, SIGMAS = (300, 2_000, 20_000), (0.0, 0.15, 0.3, 0.6)
FAMILY = 6
"""Categories of a family: as many of each total."""
MAPS = 500


def alarms(name: str, data: Path, sigma: float, maps: int) -> list[float]:
    """Return the share of maps with a hot unit at each total, and of families of six.

    A family's six maps are the same ones, two of each total, corrected together.
    """
    city = ground(name, data)
    generator = np.random.default_rng([SEED, round(100 * sigma)])
    alone = np.zeros((maps, len(TOTALS)))
    families = []
    waiting: dict[str, hs.LocalResult] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HotspotsWarning)
        for number in range(maps):
            for column, total in enumerate(TOTALS):
                risks = spread(generator, len(city.residents), sigma)
                counts = events(generator, city.residents, total, risks)
                found = hs.getis_ord(
                    counts, city.graph, exposure=city.residents, alternative="greater"
                )
                alone[number, column] = _hot(found)
                waiting[f"{number}, {total}"] = found
            if len(waiting) == FAMILY:
                families.append(any(map(_hot, hs.correct_family(waiting).values())))
                waiting = {}
    return [*alone.mean(axis=0).tolist(), float(np.mean(families))]


def _hot(found: hs.LocalResult) -> bool:
    return bool((found.table["label"] == "hot").any())


def patternless(run: Run) -> Callable[[], str]:
    """Start the maps without a pattern."""
    there, absent = run.cities("Mexico City", "Monterrey", SAMPLE)
    maps = run.maps(MAPS)
    jobs = {
        key: run.pool.submit(alarms, key[0], run.data, key[1], maps)
        for key in product(there, SIGMAS)
    }

    def write() -> str:
        shares = {key: future.result() for key, future in jobs.items()}
        rows = [[*key, *(f"{share:.1%}" for share in row)] for key, row in shares.items()]
        means = np.mean(list(shares.values()), axis=0).tolist()
        rows.append(["all", "", *(f"{share:.1%}" for share in means)])
        families = maps * len(TOTALS) // FAMILY
        return section(
            "Hot units where nothing clusters",
            "The units of real cities with their residents; risk varies lognormally by σ from "
            "unit to unit, without any pattern. The share of maps on which Gi\\* with residents "
            f"labels any unit *hot* at 5%: {maps} maps a cell, by their number of events, and "
            f"{families} families of six categories (two of each number). A share within two "
            f"standard errors of 5% is at most {limit(maps)}, and {limit(families)} of families."
            f"{absent}",
            ["units of", "σ", *(f"{total:,} events" for total in TOTALS), "six categories"],
            rows,
            1,
        )

    return write
