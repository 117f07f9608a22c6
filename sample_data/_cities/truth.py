"""The planted places' units, and the events that each unit draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from _cities.chance import largest_remainder, pick, steady, stream

if TYPE_CHECKING:
    from _cities.plan import CityPlan
    from _cities.units import Units

VICTIMS = {1: 0.885, 2: 0.085, 3: 0.02, 4: 0.006, 5: 0.004}


@dataclass(frozen=True, eq=False)
class Events:
    """One entry per event: its category (a number), year, unit and victims."""

    categories: tuple[str, ...]
    category: np.ndarray
    year: np.ndarray
    unit: np.ndarray
    victims: np.ndarray

    def counts(self, units: int) -> dict[str, np.ndarray]:
        """Return for each category the events in each unit."""
        return {
            name: np.bincount(self.unit[self.category == k], minlength=units)
            for k, name in enumerate(self.categories)
        }


def planted_units(plan: CityPlan, units: Units) -> list[np.ndarray]:
    """Return for each planted place its units: the nearest to its center, up to its size."""
    found, taken = [], set[tuple[str, int]]()
    for place in plan.places:
        order = np.argsort(steady(np.hypot(*(units.center - place.center).T), 3), kind="stable")
        order = np.array([k for k in order if (place.category, int(k)) not in taken])
        living = np.cumsum(units.residents[order])
        inside = order[: 1 + int(np.searchsorted(living, place.residents))]
        if abs(living[len(inside) - 1] - place.residents) > abs(
            living[len(inside) - 2] - place.residents
        ):
            inside = inside[:-1]
        taken |= {(place.category, int(k)) for k in inside}
        found.append(np.sort(inside))
    return found


def draw_events(plan: CityPlan, units: Units, risks: dict[str, np.ndarray], seed: int) -> Events:
    """Return the events of a city: yearly totals fixed, places drawn.

    A unit's share is its residents times its true risk of that year (``risk.true_risks``).
    """
    categories = tuple(plan.incidents)
    parts: list[tuple[int, int, np.ndarray, np.ndarray]] = []
    for k, category in enumerate(categories):
        rng = stream(seed, f"events {category}")
        for now, year in enumerate(plan.years):
            weight = units.residents * risks[category][now]
            total = plan.incidents[category][now]
            victims = _victims(rng, total, several=category == plan.multiple_victims)
            parts.append((k, year, pick(rng, weight, len(victims)), victims))
    return Events(
        categories=categories,
        category=np.repeat([part[0] for part in parts], [len(part[2]) for part in parts]),
        year=np.repeat([part[1] for part in parts], [len(part[2]) for part in parts]),
        unit=np.concatenate([part[2] for part in parts]),
        victims=np.concatenate([part[3] for part in parts]),
    )


def _victims(rng: np.random.Generator, total: int, *, several: bool) -> np.ndarray:
    """Return the victims of each event, adding up to the total."""
    if not several:
        return np.ones(total, dtype=int)
    sizes = np.array(list(VICTIMS))
    share = np.array(list(VICTIMS.values()))
    events = largest_remainder(share, round(total / float(np.sum(share * sizes))))
    victims = np.repeat(sizes, events)
    spare = total - int(victims.sum())
    victims = np.concatenate([victims, np.ones(max(spare, 0), dtype=int)])
    victims = victims[: len(victims) + min(spare, 0)] if spare < 0 else victims
    short = total - int(victims.sum())
    victims = np.concatenate([victims, np.ones(short, dtype=int)]) if short > 0 else victims
    return victims[np.argsort(rng.random(len(victims)), kind="stable")]
