"""The true risk of every unit: a spread like that of real cities, and the planted places on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from _cities.chance import steady, stream
from _cities.plan import Spread

if TYPE_CHECKING:
    from _cities.plan import CityPlan
    from _cities.units import Units

REACH_M = 1_000.0
"""Half-width of the bumps that the smooth part is made of: 1.5 km apart, risks correlate by .57."""
EVEN = Spread(smooth=0.0, own=0.15)
"""Little variation and no pattern: a category, or a city, in which there is nothing to find."""


def true_risks(
    plan: CityPlan,
    units: Units,
    members: list[np.ndarray],
    seed: int,
    *,
    planted: bool = True,
    spread: bool = True,
) -> dict[str, np.ndarray]:
    """Return for each category the risk of each unit in each year (years × units).

    1 is the typical risk: that of the median neighborhood before any place is planted, by
    residents. The residents of a planted place have its multiple of that on average, and vary
    around it as all others do. With ``spread`` False every category is even.
    """
    found = {}
    for category in plan.incidents:
        ordinary = _ordinary(units, plan.spread[category] if spread else EVEN, seed, category)
        years = np.tile(ordinary, (len(plan.years), 1))
        for place, inside in zip(plan.places, members, strict=True):
            if planted and place.category == category:
                mean = np.average(ordinary[inside], weights=units.residents[inside])
                now = np.isin(plan.years, place.years)
                years[np.ix_(now, inside)] = ordinary[inside] * (place.risk / mean)
        found[category] = steady(years, 4)
    return found


def _ordinary(units: Units, spread: Spread, seed: int, category: str) -> np.ndarray:
    rng = stream(seed, f"risk {category}")
    noise = rng.standard_normal((2, len(units.codes)))
    gap = np.hypot(*(units.center[:, None, :] - units.center).transpose(2, 0, 1))
    bumps = steady(np.exp(-(gap**2) / (2 * REACH_M**2)))
    smooth = _standard(np.sum(bumps * noise[0], axis=1), units.residents)
    risk = np.exp(spread.smooth * smooth + spread.own * _standard(noise[1], units.residents))
    return steady(risk / _typical(units, steady(risk)))


def _standard(values: np.ndarray, residents: np.ndarray) -> np.ndarray:
    """Return the values with mean 0 and deviation 1 over the residents."""
    centered = values - np.average(values, weights=residents)
    return centered / np.sqrt(np.average(centered**2, weights=residents))


def _typical(units: Units, risk: np.ndarray) -> float:
    """Return the risk of the median neighborhood: half of the residents live in a lower one."""
    living = np.bincount(units.colonia, units.residents)
    lived = np.flatnonzero(living)
    mean = np.bincount(units.colonia, units.residents * risk)[lived] / living[lived]
    order = np.argsort(steady(mean), kind="stable")
    half = np.searchsorted(np.cumsum(living[lived][order]), living.sum() / 2)
    return float(mean[order[half]])
