"""The posterior of risk on simulated cities: how often its intervals hold the true risk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from libpysal.graph import Graph

import hotspots as hs
from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.posterior.bym2 import fit_bym2

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

MANCHESTER = Path("../shared/data/manchester/lsoa.gpkg")
TRUTHS = {"neighbors alike": 0.7, "half alike": 0.4, "exchangeable": 0.0}
"""The share of the variance of log risk that neighbors have in common."""
CITIES = ((1.0, 0.6), (5.0, 0.6), (20.0, 0.9))
"""Mean count and standard deviation of log risk."""
INTERVAL = 0.9


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


@cache
def geography() -> tuple[Floats, Integers, Integers]:
    """Return the residents of Greater Manchester's census units, and their links."""
    units = gpd.read_file(MANCHESTER)
    graph: Graph = hs.neighbors(units)
    focal, neighbor = links_between(graph, units.index, np.ones(len(units), dtype=bool))
    return units["pop_usual"].to_numpy(dtype=float), focal, neighbor


def coverage(shared: float, mean: float, sigma: float, cities: int, seed: int) -> Coverage:
    """Return the coverage over simulated cities on Greater Manchester's units."""
    residents, focal, neighbor = geography()
    exposure = residents * mean / residents.mean()
    places = np.arange(exposure.size)
    way = _shared_field(exposure.size, focal, neighbor)
    hits = np.zeros((cities, 6))
    for city in range(cities):
        generator = np.random.default_rng([seed, city, round(100 * shared), round(100 * sigma)])
        own, field = generator.standard_normal((2, exposure.size))
        log_ratio = sigma * (np.sqrt(1 - shared) * own + np.sqrt(shared) * (way @ field))
        counts = generator.poisson(exposure * np.exp(log_ratio)).astype(float)
        risks = fit_bym2(counts, exposure, focal, neighbor, places)
        (low, high), (ratio_low, ratio_high) = risks.quantiles(_TAILS)
        known = risks.hyperparameters(_TAILS)
        claimed = risks.probability_above(1.5) >= 0.95
        ratio = np.exp(log_ratio)
        hits[city] = (
            ((low <= ratio) & (ratio <= high)).mean(),
            ((ratio_low <= ratio) & (ratio <= ratio_high)).mean(),
            known["typical"][1] <= 1 <= known["typical"][2],
            known["spread"][1] <= sigma <= known["spread"][2],
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
