"""Schools, clinics, community centers, parks and street lights, fewer where it is poor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from _cities.chance import choose, pick, steady, stream
from _cities.spots import spots_in_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from _cities.spots import City

_LIGHTS = "alumbrado"


@dataclass(frozen=True, slots=True)
class Service:
    """One service point; ``unit`` is where it stands."""

    kind: str
    name: str
    capacity: int
    degrees: tuple[float, float]
    unit: int


def place_services(city: City) -> list[Service]:
    """Return all service points of a city, kind by kind."""
    plan, units = city.ground.plan, city.units
    found: list[Service] = []
    for kind, count in plan.services.items():
        rng = stream(plan.seed, f"services {kind}")
        bias = steady(np.exp(-(units.poverty - 30) / (22 if kind == _LIGHTS else 32)))
        unit = np.sort(pick(rng, (units.residents + 150) * bias, count))
        spots = spots_in_units(city, unit, rng)
        name = _NAMES[kind]
        low, high = _CAPACITY[kind]
        for k in range(count):
            size = low * (high / low) ** rng.random()
            step = 50 if kind == _LIGHTS else 1
            found.append(
                Service(
                    kind=kind,
                    name=name(city, int(unit[k]), rng),
                    capacity=max(1, round(size / step) * step),
                    degrees=(float(spots.degrees[k, 0]), float(spots.degrees[k, 1])),
                    unit=int(unit[k]),
                )
            )
    return _unlike(found)


def _unlike(services: list[Service]) -> list[Service]:
    """Return the services with a number behind every repeated name (lights have none)."""
    seen: dict[str, int] = {}
    found = []
    for service in services:
        name = service.name
        if name:
            seen[name] = seen.get(name, 0) + 1
            name = f"{name} {seen[name]}" if seen[name] > 1 else name
        found.append(Service(service.kind, name, service.capacity, service.degrees, service.unit))
    return found


def _colonia(city: City, unit: int) -> str:
    return city.units.colonia_names[int(city.units.colonia[unit])]


def _person(city: City, rng: np.random.Generator) -> str:
    words = city.ground.plan.words
    return f"{choose(rng, words.given)} {choose(rng, words.family)}"


def _school(city: City, unit: int, rng: np.random.Generator) -> str:
    level = choose(rng, ("Primaria", "Primaria", "Primaria", "Secundaria", "Preescolar"))
    return f"Escuela {level} {_person(city, rng)}"


def _clinic(city: City, unit: int, rng: np.random.Generator) -> str:
    head = choose(rng, ("Centro de Salud", "Centro de Salud", "Clínica", "Hospital"))
    return f"{head} {_colonia(city, unit)}"


def _center(city: City, unit: int, rng: np.random.Generator) -> str:
    return f"Centro Comunitario {_colonia(city, unit)}"


def _park(city: City, unit: int, rng: np.random.Generator) -> str:
    theme = choose(rng, tuple(city.ground.plan.words.themes.values()))
    return f"Parque {choose(rng, theme)}"


def _light(city: City, unit: int, rng: np.random.Generator) -> str:
    return ""


_NAMES: dict[str, Callable[[City, int, np.random.Generator], str]] = {
    "escuela": _school,
    "clinica": _clinic,
    "centro_comunitario": _center,
    "parque": _park,
    _LIGHTS: _light,
}
# Pupils, consulting rooms, places, visitors a day, watts.
_CAPACITY = {
    "escuela": (120, 900),
    "clinica": (1, 14),
    "centro_comunitario": (40, 300),
    "parque": (50, 1_500),
    _LIGHTS: (70, 250),
}
