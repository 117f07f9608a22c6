"""What is decided by hand about a city before chance fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Field = Callable[[np.ndarray], np.ndarray]
"""A smooth function of (n, 2) positions on the plan: metres along and away from the river."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words from which a country's names are made."""

    themes: Mapping[str, Sequence[str]]
    avenues: Sequence[str]
    titles: Sequence[str]
    given: Sequence[str]
    family: Sequence[str]
    colonias: Sequence[str]
    colonia_heads: Mapping[str, Sequence[str]]
    avenue_kinds: Mapping[str, float]
    street_kinds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MainLine:
    """A street that crosses the whole plan: its two ends, kind and name."""

    start: tuple[float, float]
    end: tuple[float, float]
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class PlantedPlace:
    """A compact district where one category has ``risk`` times the rate in some years."""

    name: str
    category: str
    centre: tuple[float, float]
    residents: int
    years: tuple[int, ...]
    risk: float = 3.0


@dataclass(frozen=True, slots=True)
class CityPlan:
    """A city on the drawing board; ``u`` runs along its river, ``v`` away from it (metres)."""

    key: str
    seed: int
    residents: int
    units: int
    unit_code: str
    utm_zone: int
    south: bool
    words: Words
    main_lines: Sequence[MainLine]
    to_metres: Field
    built_up: Field
    density: Field
    poverty: Field
    age: Field
    colonia_residents: float
    factories: Sequence[tuple[float, float, str]]
    parks: int
    places: Sequence[PlantedPlace]
    years: tuple[int, ...]
    incidents: Mapping[str, Sequence[int]]
    multiple_victims: str
    landmarks: Sequence[tuple[str, str, float, float]] = ()
    services: Mapping[str, int] = field(default_factory=dict)

    @property
    def epsg(self) -> int:
        """Return the code of the UTM zone on WGS 84."""
        return (32700 if self.south else 32600) + self.utm_zone
