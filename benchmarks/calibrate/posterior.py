"""The posterior of risk on simulated cities: how often its intervals hold the true risk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.calibrate.cities import ground
from benchmarks.calibrate.run import SEED, section
from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.posterior.bym2 import fit_bym2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from benchmarks.calibrate.run import Run

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

CITY = "Manchester"
TRUTHS = {"neighbors alike": 0.7, "half alike": 0.4, "exchangeable": 0.0}
"""The share of the variance of log risk that neighbors have in common."""
CITIES = ((1.0, 0.6), (5.0, 0.6), (20.0, 0.9))
"""Mean count and standard deviation of log risk."""
INTERVAL = 0.9
MAPS = 500


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of true values within their nominal 90% intervals, over all cities.

    Attributes
    ----------
    risks, ratios
        Of the places' risks, and of their ratios to the typical one.
    typical, spread
        Of the typical risk and of the standard deviation of log risk.
    claimed, false
        The mean share of places that are at least 95% likely to be above 1.5 times the
        typical risk, and the share of these that are not.
    """

    risks: float
    ratios: float
    typical: float
    spread: float
    claimed: float
    false: float


def coverage(data: Path, shared: float, mean: float, sigma: float, cities: int) -> Coverage:
    """Return the coverage over simulated cities on Greater Manchester's units."""
    units = ground(CITY, data)
    residents = units.residents.to_numpy()
    known = np.ones(residents.size, dtype=bool)
    focal, neighbor = links_between(units.graph, units.residents.index, known)
    exposure = residents * mean / residents.mean()
    places = np.arange(exposure.size)
    way = _shared_field(exposure.size, focal, neighbor)
    hits = np.zeros((cities, 6))
    for city in range(cities):
        generator = np.random.default_rng([SEED, city, round(100 * shared), round(100 * sigma)])
        own, field = generator.standard_normal((2, exposure.size))
        log_ratio = sigma * (np.sqrt(1 - shared) * own + np.sqrt(shared) * (way @ field))
        counts = generator.poisson(exposure * np.exp(log_ratio)).astype(float)
        risks = fit_bym2(counts, exposure, focal, neighbor, places)
        (low, high), (ratio_low, ratio_high) = risks.quantiles(_TAILS)
        around = risks.hyperparameters(_TAILS)
        claimed = risks.probability_above(1.5) >= 0.95
        ratio = np.exp(log_ratio)
        hits[city] = (
            ((low <= ratio) & (ratio <= high)).mean(),
            ((ratio_low <= ratio) & (ratio <= ratio_high)).mean(),
            around["typical"][1] <= 1 <= around["typical"][2],
            around["spread"][1] <= sigma <= around["spread"][2],
            claimed.mean(),
            (claimed & (ratio <= 1.5)).mean(),
        )
    *shares, claims, wrong = hits.mean(axis=0).tolist()
    return Coverage(*shares, claims, wrong / claims if claims else 0.0)


_TAILS = ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2)


def _shared_field(places: int, focal: Integers, neighbor: Integers) -> Floats:
    """Return the map from standard normal noise to the scaled autoregression, by dense algebra."""
    adjacent = np.zeros((places, places))
    adjacent[focal, neighbor] = adjacent[neighbor, focal] = 1.0
    values, vectors = np.linalg.eigh(np.diag(adjacent.sum(axis=1)) - adjacent)
    # Every unit is connected with every other, so one eigenvalue alone is 0.
    way = vectors[:, 1:] / np.sqrt(values[1:])
    way = way / np.exp(np.log((way**2).sum(axis=1)).mean() / 2)
    return np.asarray(np.hstack([way, np.zeros((places, 1))]))


def covered(run: Run) -> Callable[[], str]:
    """Start the posterior with neighbors on simulated cities."""
    there, absent = run.cities(CITY)
    cities = run.maps(MAPS)
    jobs = {
        (truth, *setting): run.pool.submit(coverage, run.data, shared, *setting, cities)
        for (truth, shared), setting in product(TRUTHS.items(), CITIES)
        if there
    }

    def write() -> str:
        rows = []
        for key, future in jobs.items():
            found = future.result()
            shares = (found.risks, found.ratios, found.typical, found.spread)
            claims = (found.claimed, found.false)
            rows.append([*key, *(f"{share:.1%}" for share in (*shares, *claims))])
        return section(
            "The posterior with neighbors on simulated cities",
            "Greater Manchester's 282 census units with counts drawn anew; BYM2 is fitted, "
            "also where risks are exchangeable. The shares of true values within nominal 90% "
            "intervals: of risks, of their ratios to the typical one, of the typical risk and "
            "of the spread. Claimed: places at least 95% likely to be above 1.5 times the "
            "typical risk; false: the share of these that are not. "
            f"{cities} cities a row.{absent}",
            [
                *("truth", "mean count", "σ", "risks", "ratios", "typical", "spread"),
                *("claimed", "false"),
            ],
            rows,
            1,
        )

    return write
