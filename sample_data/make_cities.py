"""Make the sample cities again, byte for byte: ``python sample_data/make_cities.py``."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from _cities.geography import lay_ground
from _cities.juarez import PLAN as JUAREZ
from _cities.output import city_files, incident_files
from _cities.risk import true_risks
from _cities.services import place_services
from _cities.spots import City
from _cities.streets import lay_streets
from _cities.truth import draw_events, planted_units
from _cities.tumbes import PLAN as TUMBES
from _cities.units import draw_units

HERE = Path(__file__).resolve().parent
PLANS = {plan.key: plan for plan in (JUAREZ, TUMBES)}


@functools.cache
def build_city(name: str) -> City:
    """Return the ground, streets, units and planted places of a city (seconds, then kept)."""
    ground = lay_ground(PLANS[name])
    units = draw_units(ground)
    return City(ground, lay_streets(ground), units, planted_units(PLANS[name], units))


def draw_incidents(
    city: str, seed: int, planted: bool = True, spread: bool = True
) -> dict[str, np.ndarray]:
    """Return the events of each category in each unit, as the file of that seed would hold.

    Arrays follow the rows of ``unidades.geojson``. Milliseconds a seed after the first call:
    no point is placed and no address is written.
    """
    made = build_city(city)
    risks = draw_risks(city, seed, planted, spread)
    return draw_events(made.ground.plan, made.units, risks, seed).counts(len(made.units.codes))


def draw_risks(
    city: str, seed: int, planted: bool = True, spread: bool = True
) -> dict[str, np.ndarray]:
    """Return the true risk of each category, years × units, from which that seed draws.

    1 is the risk of the median neighborhood. Without ``spread`` and planted places the city is
    patternless: every unit varies on its own, with σ = 0.15.
    """
    made = build_city(city)
    return true_risks(
        made.ground.plan, made.units, made.members, seed, planted=planted, spread=spread
    )


def unit_table(city: str) -> tuple[list[str], np.ndarray]:
    """Return the units' codes and residents, in the order of ``draw_incidents``."""
    units = build_city(city).units
    return list(units.codes), units.residents.copy()


def main(arguments: list[str] | None = None) -> None:
    """Write the files of the cities asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    parser.add_argument("--city", choices=list(PLANS), action="append", help="default: all")
    parser.add_argument("--seed", type=int, help="another draw: writes the incidents alone")
    parser.add_argument(
        "--no-places", action="store_true", help="no planted place; incidents alone"
    )
    parser.add_argument(
        "--no-spread", action="store_true", help="hardly any variation of risk; incidents alone"
    )
    chosen = parser.parse_args(arguments)
    incidents_only = chosen.seed is not None or chosen.no_places or chosen.no_spread
    for name in chosen.city or PLANS:
        city = build_city(name)
        seed = PLANS[name].incidents_seed if chosen.seed is None else chosen.seed
        services = place_services(city)
        files = incident_files(
            city, services, seed, planted=not chosen.no_places, spread=not chosen.no_spread
        )
        if not incidents_only:
            files |= city_files(city, services)
        for path, content in files.items():
            target = chosen.out / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


if __name__ == "__main__":
    main()
