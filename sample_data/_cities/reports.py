"""Reports: every event at its true spot, with an address, a moment and a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities import addresses, labels
from _cities.addresses import Site, Written
from _cities.chance import pick, stream
from _cities.moments import days_of, minutes_of
from _cities.spots import Spots, spots_in_units

if TYPE_CHECKING:
    from _cities.services import Service
    from _cities.spots import City
    from _cities.truth import Events

_LANDMARK_REACH_M = 140.0


@dataclass(frozen=True, eq=False)
class Reports:
    """One entry per event, in order of time."""

    category: list[str]
    day: np.ndarray
    minute: np.ndarray
    unit: np.ndarray
    victims: np.ndarray
    spots: Spots
    label: np.ndarray
    means: np.ndarray
    written: list[Written]
    colonia: list[str]


def report(city: City, events: Events, landmarks: list[Service], seed: int) -> Reports:
    """Return what was reported of each event."""
    order, day, minute = _in_time(events, seed)
    category = [events.categories[k] for k in events.category[order]]
    unit = events.unit[order]
    rng = stream(seed, "forms")
    country = city.ground.plan.country
    shares = addresses.FORMS[country]
    form = np.array(list(shares))[pick(rng, np.array(list(shares.values())), len(unit))]
    spots = spots_in_units(city, unit, stream(seed, "spots"), corner=form == addresses.CORNER)
    label, means = _labels(events, order, seed, country)
    near = _near_landmark(city, spots, unit, landmarks)
    named = (rng.random(len(unit)) < addresses.LANDMARK_SHARE) & np.array([bool(x) for x in near])
    form = np.where(named, addresses.LANDMARK, form)
    sites = _sites(city, spots, unit, near)
    rng = stream(seed, "addresses")
    return Reports(
        category=category,
        day=day,
        minute=minute,
        unit=unit,
        victims=events.victims[order],
        spots=spots,
        label=label,
        means=means,
        written=[
            addresses.write(site, str(kind), rng, country=country)
            for site, kind in zip(sites, form, strict=True)
        ],
        colonia=[site.colonia for site in sites],
    )


def _in_time(events: Events, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    day, minute = np.zeros(len(events.unit), dtype=int), np.zeros(len(events.unit), dtype=int)
    for k, category in enumerate(events.categories):
        rng = stream(seed, f"moments {category}")
        for year in np.unique(events.year):
            mine = np.flatnonzero((events.category == k) & (events.year == year))
            day[mine] = days_of(category, int(year), len(mine), rng)
            minute[mine] = minutes_of(category, len(mine), rng)
    order = np.lexsort((events.category, minute, day))
    return order, day[order], minute[order]


def _labels(
    events: Events, order: np.ndarray, seed: int, country: str
) -> tuple[np.ndarray, np.ndarray]:
    label = np.full(len(order), "", dtype=object)
    means = label.copy()
    words = labels.LABELS[country]
    for k, category in enumerate(events.categories):
        rng = stream(seed, f"labels {category}")
        mine = np.flatnonzero(events.category == k)
        label[mine] = labels.draw(words[category], events.year[mine], rng)
        if country == "mexico":
            means[mine] = labels.draw(labels.MEANS[category], events.year[mine], rng)
    return label[order], means[order]


def _near_landmark(
    city: City, spots: Spots, unit: np.ndarray, landmarks: list[Service]
) -> list[str]:
    """Return the nearest landmark in the same unit within reach of each spot, or nothing."""
    if not landmarks:
        return [""] * len(unit)
    scale = np.array([np.cos(np.radians(spots.degrees[0, 1])), 1.0]) * 111_000.0
    tree = shapely.STRtree(shapely.points(np.array([one.degrees for one in landmarks]) * scale))
    which, nearest = tree.query_nearest(
        shapely.points(spots.degrees * scale), max_distance=_LANDMARK_REACH_M, all_matches=False
    )
    found = [""] * len(unit)
    for k, mark in zip(which, nearest, strict=True):
        if landmarks[mark].unit == unit[k]:
            found[k] = landmarks[mark].name
    return found


def _sites(city: City, spots: Spots, unit: np.ndarray, near: list[str]) -> list[Site]:
    streets, units = city.streets, city.units
    number = house_numbers(city, spots)
    sites = []
    for k, edge in enumerate(spots.edge):
        before, after = int(streets.before[edge]), int(streets.after[edge])
        stretch = int(streets.edge_stretch[edge])
        a, b = streets.edge_from[edge], streets.edge_to[edge]
        ahead = (spots.share[k] > 0.5) == (b > a)
        ends = (after, before) if ahead else (before, after)
        nearer = next((other for other in ends if other >= 0), -1)
        sites.append(
            Site(
                street=_named(city, stretch),
                number=int(number[k]),
                before=_named(city, before) if before >= 0 else None,
                after=_named(city, after) if after >= 0 else None,
                nearer=_named(city, nearer) if nearer >= 0 else None,
                colonia=units.colonia_names[int(units.colonia[unit[k]])],
                landmark=near[k],
            )
        )
    return sites


def _named(city: City, stretch: int) -> tuple[str, str, bool]:
    streets = city.streets
    return streets.kind[stretch], streets.name[stretch], bool(streets.known[stretch])


def house_numbers(city: City, spots: Spots) -> np.ndarray:
    """Return the number of each spot's house: odd on the left of the stretch, even right."""
    streets, ground = city.streets, city.ground
    edge = spots.edge
    a, b = streets.edge_from[edge], streets.edge_to[edge]
    stretch = streets.edge_stretch[edge]
    share = (a + (b - a) * spots.share) / streets.length[stretch]
    first, last = streets.numbers[stretch].T
    number = np.floor(first + share * (last - first)).astype(int)
    ends = ground.meters[ground.edges[edge]]
    along = np.where((b > a)[:, None], ends[:, 1] - ends[:, 0], ends[:, 0] - ends[:, 1])
    beside = ground.block_middle[spots.block] - ends.mean(axis=1)
    left = along[:, 0] * beside[:, 1] - along[:, 1] * beside[:, 0] > 0
    odd = number % 2 == 1
    return np.where(left == odd, number, number + 1)
