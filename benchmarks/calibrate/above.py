"""At least 1.5 times the typical risk, on the polygons of real cities with planted high ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hotspots as hs
from benchmarks.calibrate.cities import polygon_residents, spread
from benchmarks.calibrate.run import SEED, section

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from benchmarks.calibrate.run import Run

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

CITIES = {"Mexico City": 120, "Monterrey": 240, "Manchester": 600}
"""How many maps: fewer where there are more polygons."""
MEANS, SIGMAS = (5, 20, 80), (0.3, 0.6, 0.9)
FEW = (0.3, 1, 5, 20)
"""Mean counts of the cities whose risks are all alike: there the fewest mislead most."""
AT_LEAST, RISK, PLANTED, LEVEL = 1.5, 3.0, 0.13, 0.05
RULES = ("posterior", "exact", "binomial")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule labeled, over all maps of a setting.

    Attributes
    ----------
    alarms
        Share of maps with any label.
    false
        Share of the labels at places whose risk is at or below 1.5 times the typical one, the
        median of the city's true risks.
    found, found_far
        Share labeled of the places truly above, and of those at three times the typical risk
        or more.
    """

    alarms: float
    false: float
    found: float
    found_far: float

    @property
    def cells(self) -> list[str]:
        """The shares of a row of the table."""
        return [f"{self.false:.1%}", f"{self.found:.0%}", f"{self.found_far:.0%}"]


def verdicts(
    name: str, data: Path, mean: float, sigma: float, planted: float, maps: int
) -> dict[str, Verdict]:
    """Return what each rule labels where a share ``planted`` has three times the risk."""
    residents = polygon_residents(name, data)
    places = len(residents)
    generator = np.random.default_rng([SEED, round(mean), round(100 * sigma), places])
    tallies: dict[str, list[list[int]]] = {rule: [] for rule in RULES}
    for _ in range(maps):
        raised = generator.permutation(places) < round(planted * places)
        risks = np.where(raised, RISK, 1.0) * spread(generator, places, sigma)
        expected = mean * residents / residents.mean()
        counts = pd.Series(generator.poisson(expected * risks).astype(float), residents.index)
        for rule, label in _labels(counts, residents).items():
            tallies[rule].append(_tally(label, risks / np.median(risks)))
    return {rule: _verdict(np.array(rows)) for rule, rows in tallies.items()}


def _labels(counts: pd.Series, residents: pd.Series) -> dict[str, Booleans]:
    found = hs.excess_risk(counts, residents, at_least=AT_LEAST)
    one_risk = hs.excess_risk(counts, residents, null="binomial")
    return {
        "posterior": (found.table["label"] == "above").to_numpy(),
        "exact": (found.table["q_exact"] <= LEVEL).to_numpy(),
        "binomial": (one_risk.table["label"] == "excess").to_numpy(),
    }


def _tally(label: Booleans, truth: Floats) -> list[int]:
    above, far = truth > AT_LEAST, truth >= RISK
    parts = (label, label & ~above, label & above, above, label & far, far)
    return [int(part.sum()) for part in parts]


def _verdict(tallies: Integers) -> Verdict:
    labels, false, found, above, found_far, far = tallies.sum(axis=0).tolist()
    return Verdict(
        alarms=float((tallies[:, 0] > 0).mean()),
        false=false / max(labels, 1),
        found=found / max(above, 1),
        found_far=found_far / max(far, 1),
    )


def alike(run: Run) -> Callable[[], str]:
    """Start the cities in which every polygon has the same risk."""
    there, absent = run.cities(*CITIES)
    jobs = {
        key: run.pool.submit(verdicts, key[0], run.data, key[1], 0.0, 0.0, run.maps(CITIES[key[0]]))
        for key in product(there, FEW)
    }

    def write() -> str:
        rows = [
            [
                *(*key, run.maps(CITIES[key[0]])),
                *(f"{future.result()[rule].alarms:.1%}" for rule in RULES),
            ]
            for key, future in jobs.items()
        ]
        return section(
            "Polygons above where all risks are alike",
            "The polygons of real cities, every one at the same risk. The share of maps on which "
            "any polygon is labeled at least 1.5 times the typical risk, by either rule; beside "
            f"them the binomial test of one risk everywhere, which asks for *any* excess.{absent}",
            ["polygons of", "mean count", "maps", *RULES],
            rows,
            1,
        )

    return write


def found(run: Run) -> Callable[[], str]:
    """Start the cities whose risks vary, with polygons planted above."""
    there, absent = run.cities(*CITIES)
    jobs = {
        key: run.pool.submit(
            verdicts, key[0], run.data, key[2], key[1], PLANTED, run.maps(CITIES[key[0]])
        )
        for key in product(there, SIGMAS, MEANS)
    }

    def write() -> str:
        rows = [
            [
                *key,
                run.maps(CITIES[key[0]]),
                *(cell for rule in RULES for cell in future.result()[rule].cells),
            ]
            for key, future in jobs.items()
        ]
        return section(
            "Polygons at least 1.5 times the typical risk",
            "The same polygons with a risk that varies lognormally by σ; 13% of them, anywhere, "
            "have three times the risk besides. *False*: of the labels, the share at polygons "
            "truly at or below 1.5 times the typical risk (the median of the true ones). "
            "*Above*: found of the polygons truly above that. *×3*: found of those truly at "
            "three times or more. The posterior rule is the headline; the exact one needs no "
            "distribution of risk; the binomial test takes all variation for excess."
            f"{absent}",
            [
                *("polygons of", "σ", "mean count", "maps"),
                *(f"{rule}: {what}" for rule in RULES for what in ("false", "above", "×3")),
            ],
            rows,
            1,
        )

    return write
