"""What is decided by hand about a city before chance fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from _cities.words import Words

Field = Callable[[np.ndarray], np.ndarray]
"""A smooth function of (n, 2) positions on the plan: meters along and away from the river."""


@dataclass(frozen=True, slots=True)
class MainLine:
    """A street that crosses the whole plan: its two ends, kind and name."""

    start: tuple[float, float]
    end: tuple[float, float]
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Estate:
    """A whole colonia where nobody lives: the one nearest to (u, v)."""

    u: float
    v: float
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How much the risk of one category varies: standard deviations of its logarithm over units.

    ``smooth`` is the part that near units share, ``own`` the part of each unit alone.
    """

    smooth: float
    own: float


@dataclass(frozen=True, slots=True)
class PlantedPlace:
    """A compact district where one category has ``risk`` times the typical risk in some years."""

    name: str
    category: str
    center: tuple[float, float]
    residents: int
    years: tuple[int, ...]
    risk: float = 3.0


@dataclass(frozen=True, slots=True)
class CityPlan:
    """A city on the drawing board; ``u`` runs along its river, ``v`` away from it (meters).

    ``built_up`` is True inside the city, ``density`` gives residents per km², ``block`` the
    short side of a block in meters, ``poverty`` per cent, ``age`` how crooked streets are
    (0 to 1). ``incidents`` gives each category's events per year (victims for
    ``multiple_victims``), ``spread`` how much its risk varies,
    ``pile_ups`` how many buildings stand for all that is sent to them.
    """

    key: str
    seed: int
    incidents_seed: int
    residents: int
    units: int
    country: str
    unit_code: str
    utm_zone: int
    south: bool
    words: Words
    main_lines: Sequence[MainLine]
    to_meters: Field
    built_up: Field
    density: Field
    block: Field
    poverty: Field
    age: Field
    colonia_residents: float
    colonia_km2: float
    estates: Sequence[Estate]
    parks: int
    places: Sequence[PlantedPlace]
    years: tuple[int, ...]
    incidents: Mapping[str, Sequence[int]]
    spread: Mapping[str, Spread]
    pile_ups: int
    multiple_victims: str
    services: Mapping[str, int]

    @property
    def epsg(self) -> int:
        """Return the code of the UTM zone on WGS 84."""
        return (32700 if self.south else 32600) + self.utm_zone
