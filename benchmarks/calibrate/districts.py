"""Power of Gi* on the units of real cities: what it and its peers find of planted districts."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import esda
import numpy as np
import pandas as pd
from scipy import stats

import hotspots as hs
from benchmarks.calibrate import spdep
from benchmarks.calibrate.cities import SAMPLE, events, ground, spread
from benchmarks.calibrate.run import SEED, section

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from benchmarks.calibrate.cities import Ground
    from benchmarks.calibrate.run import Run

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

DISTRICTS = {
    "one big": (1, 0.05, 20),
    "two medium": (2, 1 / 60, 10),
    "eight small": (8, 0.0, 6),
}
"""How many, and the units of each: a share of the city's, and no fewer than so many."""
SETTINGS = ((2_000, 0.3, 3.0), (20_000, 0.3, 2.0), (20_000, 0.6, 3.0))
"""Events, σ and the risk in the districts."""
OURS, SHARED, ESDA, SPDEP = "Gi* with residents", "permutation", "esda", "spdep"
DRAWS, PEER_DRAWS = 99_999, 9_999
LEVEL = 0.05
QUIET, LOUD = 200, 40


@dataclass(frozen=True, slots=True)
class Power:
    """What the tests label in one setting.

    Attributes
    ----------
    alarms
        Per test, the share of patternless maps on which it labels anything at FDR 5%.
    found
        Per kind of district and test, the share of the raised units labeled if the threshold
        is the one at which the test labels something on 5% of the patternless maps.
    as_is
        Per kind of district, the share labeled by ours at its own 5%.
    """

    alarms: dict[str, float]
    found: dict[str, dict[str, float]]
    as_is: dict[str, float]


def power_of(
    name: str, data: Path, setting: tuple[float, float, float], quiet: int, loud: int
) -> Power:
    """Return what is labeled where nothing is planted, and what is found where districts are."""
    city = ground(name, data, linked=True)
    total, sigma, risk = setting
    generator = np.random.default_rng([SEED, round(total), round(100 * sigma), round(risk)])
    plans: list[tuple[str, Booleans]] = [("", np.zeros(len(city.residents), dtype=bool))] * quiet
    plans += [(kind, districts(city, kind, generator)) for kind in DISTRICTS for _ in range(loud)]
    maps = []
    for _, raised in plans:
        risks = np.where(raised, risk, 1.0) * spread(generator, raised.size, sigma)
        maps.append(events(generator, city.residents, total, risks))
    adjusted = {test: q for test, q in _adjusted(city, maps).items() if q is not None}
    levels = {test: _level(q[:quiet].min(axis=1)) for test, q in adjusted.items()}

    def share(kind: str, labels: Booleans) -> float:
        chosen = [number for number, (planted, _) in enumerate(plans) if planted == kind]
        return float(np.mean([labels[one][plans[one][1]].mean() for one in chosen]))

    return Power(
        {test: float((q[:quiet].min(axis=1) <= LEVEL).mean()) for test, q in adjusted.items()},
        {
            kind: {test: share(kind, q < levels[test]) for test, q in adjusted.items()}
            for kind in DISTRICTS
        },
        {kind: share(kind, adjusted[OURS] <= LEVEL) for kind in DISTRICTS},
    )


def districts(city: Ground, kind: str, generator: np.random.Generator) -> Booleans:
    """Return the units of districts of one kind around random units."""
    number, part, least = DISTRICTS[kind]
    size = max(least, round(part * len(city.residents)))
    raised = np.zeros(len(city.residents), dtype=bool)
    for middle in generator.choice(raised.size, number, replace=False):
        away = ((city.centers - city.centers[middle]) ** 2).sum(axis=1)
        raised[np.argsort(away, kind="stable")[:size]] = True
    return raised


def _adjusted(city: Ground, maps: Sequence[pd.Series]) -> dict[str, Floats | None]:
    """Return the one-sided p of each test, adjusted after Benjamini & Hochberg: maps × units."""
    rates = [hs.standardized_rates(counts, city.residents) for counts in maps]
    shared = [
        hs.getis_ord(one, city.graph, alternative="greater", permutations=DRAWS) for one in rates
    ]
    ours = [
        hs.getis_ord(one, city.graph, exposure=city.residents, alternative="greater")
        for one in maps
    ]
    theirs = spdep.local_g(city.graph, np.array(rates))
    return {
        OURS: _by_map([one.table["p"].to_numpy() for one in ours]),
        SHARED: _by_map([one.table["p"].to_numpy() for one in shared]),
        ESDA: _by_map(_esda(city, rates)),
        SPDEP: None if theirs is None else _by_map(stats.norm.sf(theirs)),
    }


def _by_map(p: Sequence[Floats] | Floats) -> Floats:
    adjusted: Floats = stats.false_discovery_control(np.array(p), axis=1)
    return adjusted


def _esda(city: Ground, rates: Sequence[pd.Series]) -> list[Floats]:
    weights = city.graph.to_W()
    found = []
    for one in rates:
        # Its G needs positive values; a shift changes no rank of a sum of k values.
        values = one.to_numpy() - one.min() + 1.0
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            theirs = esda.G_Local(
                values, weights, star=True, permutations=PEER_DRAWS, seed=1, n_jobs=1
            )
        found.append(np.where(theirs.Zs > 0, theirs.p_sim, 1.0))
    return found


def _level(least: Floats) -> float:
    """Return the q below which at most 5% of the patternless maps have a label."""
    return float(np.sort(least)[int(LEVEL * least.size)])


def power(run: Run) -> Callable[[], str]:
    """Start the planted districts."""
    there, absent = run.cities("Mexico City", "Monterrey", SAMPLE)
    quiet, loud = run.maps(QUIET), run.maps(LOUD)
    if spdep.missing():
        absent += f" spdep: {spdep.missing()}."
    jobs = {
        key: run.pool.submit(power_of, key[0], run.data, key[1], quiet, loud)
        for key in product(there, SETTINGS)
    }

    def write() -> str:
        tests = [OURS, SHARED, ESDA, *([] if spdep.missing() else [SPDEP])]
        rows = []
        for (name, (total, sigma, risk)), future in jobs.items():
            result = future.result()
            alarms = " / ".join(f"{result.alarms[test]:.0%}" for test in tests)
            for kind, found in result.found.items():
                shares = [result.as_is[kind], *(found[test] for test in tests)]
                planted = f"{kind}, ×{risk:.0f}"
                cells = (f"{share:.0%}" for share in shares)
                rows.append([name, f"{total:,}", sigma, planted, *cells, alarms])
        return section(
            "Hot units found of planted districts",
            "One district of a twentieth of the units, two of a sixtieth each, or eight of six "
            "units, with two or three times the risk, around units drawn at random; risk varies "
            "by σ besides. The share of their units labeled: by Gi\\* with residents at its 5% (as "
            "it is), and by each test with the threshold at which it labels something on 5% of "
            f"{quiet} patternless maps (tuned, which nobody can do who does not know the truth). "
            f"*Permutation*: our permutation test on rates standardized after Assunção & Reis "
            f"({DRAWS:,} draws); on the same values esda's `G_Local` ({PEER_DRAWS:,} draws) and "
            "spdep's `localG`, both for high values only, corrected by FDR. The last column is "
            "the share of the patternless maps on which each of the tests, in this order, labels "
            f"something at 5% untuned. {loud} maps a row.{absent}",
            [
                *("units of", "events", "σ", "planted", f"{OURS}, as it is"),
                *(f"{test}, tuned" for test in tests),
                "false alarms untuned",
            ],
            rows,
            1,
        )

    return write
