"""One parsed address against the gazetteer: candidates, their scores, the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot
from typing import TYPE_CHECKING

import shapely

from hotspots._notes import Note, joined, note
from hotspots.geocoding.areas import clear_hit
from hotspots.geocoding.names import base_name, direction_of, name_variants
from hotspots.geocoding.streets import Spot
from hotspots.schema import LocationPrecision, LocationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hotspots.geocoding.address import Address
    from hotspots.geocoding.gazetteer import Gazetteer
    from hotspots.geocoding.lookup import Hit
    from hotspots.geocoding.names import StreetName

LEAST_SCORE = 0.65
"""Below this an answer is not given."""

LEAST_SCORE_ALONE = 0.78
"""The same where no neighbourhood is known: the whole city holds many names that are alike."""

STRETCH_BELOW = 0.75
"""Where no house or crossing scores this much, the street as a whole is a candidate, too."""

AMBIGUOUS_MARGIN = 0.035
"""A second candidate this near to the best one makes the answer ambiguous."""

SAME_PLACE_M = 75.0
"""Candidates this near to each other are one place."""

WIDEST_STREET_M = 60.0
"""A street without a number or a crossing is an approximate place when it reaches further."""

WIDEST_BLOCK_M = 250.0
"""So is any other place with a wider radius, such as a very long block."""

_BLOCK_M = 150.0
_KIND_PENALTY = 0.03
# On a grid "76th Place" is not "76th Street", but the next street to it.
_OTHER_KIND = 0.85
# How the distance between a candidate and the neighbourhood that the row states counts.
_CONTEXT = ((15.0, 1.0), (60.0, 0.96), (250.0, 0.92), (800.0, 0.78))
_FAR = 0.60
# What crossings named with a house add to its score when it stands at them; nothing at 300 m,
# and they take away beyond.
_NEAR_CROSSINGS = 0.10
_CROSSINGS_REACH_M = 300.0
_NO_CONTEXT = 0.97


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that an address may mean."""

    score: float
    spot: Spot
    precision: LocationPrecision
    match: str
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one address.

    Attributes
    ----------
    status, precision, score, spot, match
        As the columns of the same name; ``spot`` is None where there is none.
    alternative
        The second candidate of an ambiguous answer.
    problem
        Notes on why there is no better answer; "" where there is nothing to say.
    """

    status: LocationStatus
    precision: LocationPrecision = LocationPrecision.NONE
    score: float = 0.0
    spot: Spot | None = None
    match: str = ""
    alternative: Spot | None = None
    problem: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Likenesses:
    """Asked name → names of the gazetteer, for streets, numbered streets, areas and places."""

    streets: Mapping[str, tuple[Hit, ...]]
    numbering: Mapping[str, tuple[Hit, ...]]
    areas: Mapping[str, tuple[Hit, ...]]
    places: Mapping[str, tuple[Hit, ...]]


def locate(address: Address, stated: str, gazetteer: Gazetteer, likenesses: Likenesses) -> Answer:
    """Return the place of an address, given the neighbourhood that its row states ("" if none)."""
    areas = _stated_areas(address, stated, gazetteer, likenesses)
    candidates = [
        _in_context(candidate, areas, gazetteer)
        for candidate in _candidates(address, gazetteer, likenesses)
    ]
    if max((each.score for each in candidates), default=0.0) < STRETCH_BELOW:
        stretches = _stretches(address, areas, gazetteer, likenesses)
        candidates += [_in_context(candidate, areas, gazetteer) for candidate in stretches]
    candidates.sort(key=lambda each: (-each.score, each.match, each.spot))
    least = LEAST_SCORE if areas else LEAST_SCORE_ALONE
    if not candidates or candidates[0].score < least:
        return _fallback(address, areas, gazetteer)
    answer = _verdict(candidates)
    if candidates[0].approximate and answer.status == LocationStatus.AMBIGUOUS and areas:
        # Of two guesses at a street, the neighbourhood that holds both says as much.
        return _fallback(address, areas, gazetteer)
    return answer


def _verdict(candidates: list[Candidate]) -> Answer:
    best = candidates[0]
    rivals = [
        other
        for other in candidates[1:]
        if other.score >= best.score - AMBIGUOUS_MARGIN and _apart(best.spot, other.spot)
    ]
    if rivals:
        return Answer(
            LocationStatus.AMBIGUOUS,
            best.precision,
            min(best.score, 1.0) / 2,
            best.spot,
            f"{best.match} | {rivals[0].match}",
            rivals[0].spot,
            note(Note.SEVERAL_PLACES, len(rivals) + 1),
        )
    wide = best.approximate or best.spot.radius > WIDEST_BLOCK_M
    status = LocationStatus.APPROXIMATE if wide else LocationStatus.MATCHED
    return Answer(status, best.precision, min(best.score, 1.0), best.spot, best.match)


def _fallback(address: Address, areas: tuple[int, ...], gazetteer: Gazetteer) -> Answer:
    """Return the neighbourhood's disc where one is known, and otherwise say what was missing."""
    sought = address.street.name or address.landmark
    problem = note(Note.ADDRESS_NOT_FOUND, sought) if sought else note(Note.STREET_MISSING)
    if not areas or gazetteer.areas is None:
        return Answer(LocationStatus.UNMATCHED, problem=problem)
    discs = [gazetteer.areas.disc(area) for area in areas]
    if len(discs) > 1:
        problem = joined(problem, note(Note.SEVERAL_NEIGHBOURHOODS, len(discs)))
        return Answer(LocationStatus.UNMATCHED, problem=problem)
    return Answer(
        LocationStatus.APPROXIMATE,
        LocationPrecision.NEIGHBOURHOOD,
        0.5,
        discs[0],
        gazetteer.areas.titles[areas[0]],
        problem=joined(problem, note(Note.PLACED_IN_NEIGHBOURHOOD)),
    )


def _stated_areas(
    address: Address, stated: str, gazetteer: Gazetteer, likenesses: Likenesses
) -> tuple[int, ...]:
    """Return the neighbourhoods that the address or its row names, the address first."""
    if gazetteer.areas is None:
        return ()
    for name in (address.neighbourhood, stated, *address.rest):
        hit = clear_hit(likenesses.areas.get(name, ()))
        if hit is not None:
            return gazetteer.areas.by_name[hit.name]
    return ()


def _in_context(candidate: Candidate, areas: tuple[int, ...], gazetteer: Gazetteer) -> Candidate:
    if not areas or gazetteer.areas is None:
        return replace(candidate, score=candidate.score * _NO_CONTEXT)
    away = gazetteer.areas.distance(areas, candidate.spot.x, candidate.spot.y)
    factor = next((share for limit, share in _CONTEXT if away <= limit), _FAR)
    spot = candidate.spot
    if candidate.precision == LocationPrecision.INTERSECTION:
        spot = gazetteer.areas.drawn_in(areas, spot)
    return replace(candidate, score=candidate.score * factor, spot=spot)


def _candidates(
    address: Address, gazetteer: Gazetteer, likenesses: Likenesses
) -> Iterator[Candidate]:
    if address.street.name:
        yield from _numbered(address, gazetteer, likenesses)
        for street, likeness in _streets(address.street, gazetteer, likenesses):
            yield from _on_street(address, street, likeness, gazetteer, likenesses)
        if address.joined:
            whole = address.street._replace(name=address.joined)
            for street, likeness in _streets(whole, gazetteer, likenesses):
                yield from _by_number(address, street, likeness, gazetteer)
    if address.landmark:
        yield from _landmarks(address.landmark, gazetteer, likenesses)


def _streets(
    asked: StreetName, gazetteer: Gazetteer, likenesses: Likenesses
) -> Iterator[tuple[int, float]]:
    """Yield the streets that a name may mean, and how like they are to it."""
    if gazetteer.streets is None:
        return
    for variant in name_variants(asked):
        for hit in likenesses.streets.get(variant, ()):
            for street in gazetteer.streets.by_name[hit.name]:
                kind = gazetteer.streets.kinds[street]
                other = variant == asked.name and bool(asked.kind and kind and asked.kind != kind)
                yield street, hit.similarity - (_KIND_PENALTY if other else 0.0)


def _on_street(
    address: Address,
    street: int,
    likeness: float,
    gazetteer: Gazetteer,
    likenesses: Likenesses,
) -> Iterator[Candidate]:
    met = _crossings(address, street, gazetteer, likenesses)
    found = list(_by_number(address, street, likeness, gazetteer))
    if found and met:
        yield from (_confirmed(candidate, met) for candidate in found)
        return
    yield from found
    if met:
        yield from _by_crossings(address, street, likeness, met, gazetteer)


def _by_number(
    address: Address, street: int, likeness: float, gazetteer: Gazetteer
) -> Iterator[Candidate]:
    streets = gazetteer.streets
    if streets is None or address.number is None:
        return
    number = address.number + address.number_span // 2
    for spot in streets.houses(street, number):
        spot = spot._replace(radius=address.number_span / 2)
        match = f"{streets.titles[street]} {number}"
        yield Candidate(likeness, spot, LocationPrecision.HOUSE, match)


def _by_crossings(
    address: Address,
    street: int,
    likeness: float,
    met: list[list[tuple[Spot, float, str]]],
    gazetteer: Gazetteer,
) -> Iterator[Candidate]:
    streets = gazetteer.streets
    assert streets is not None
    title = streets.titles[street]
    if address.relation == "between" and len(met) == 2 and met[0] and met[1]:
        for start, first, one in met[0]:
            end, second, other = min(
                met[1], key=lambda each: (hypot(each[0].x - start.x, each[0].y - start.y), each)
            )
            spot = streets.between(street, start, end)
            score = (likeness + first + second) / 3
            match = f"{title} entre {one} y {other}"
            yield Candidate(score, spot, LocationPrecision.INTERSECTION, match)
        return
    # Where only one of two crossings is known, the block on either side of it is meant.
    half = address.relation != "corner"
    for spots in met:
        for spot, other_likeness, other in spots:
            score = (likeness + other_likeness) / 2
            yield Candidate(
                0.9 * score if half else score,
                spot._replace(radius=_BLOCK_M) if half else spot,
                LocationPrecision.INTERSECTION,
                f"{title} / {other}",
                approximate=half,
            )


def _crossings(
    address: Address, street: int, gazetteer: Gazetteer, likenesses: Likenesses
) -> list[list[tuple[Spot, float, str]]]:
    """Return, for each crossing that the address names, where the street meets its likenesses."""
    streets = gazetteer.streets
    if streets is None or not address.crossings:
        return []
    met = [
        [
            (spot, likeness, streets.titles[other])
            for other, likeness in _streets(crossing, gazetteer, likenesses)
            if other != street
            for spot in streets.crossing(street, other)
        ]
        for crossing in address.crossings
    ]
    return met if any(met) else []


def _confirmed(candidate: Candidate, met: list[list[tuple[Spot, float, str]]]) -> Candidate:
    """Return a house whose crossings are known: surer the nearer they are, less so far off."""
    away = [
        min(hypot(spot.x - candidate.spot.x, spot.y - candidate.spot.y) for spot, _, _ in spots)
        for spots in met
        if spots
    ]
    bonus = _NEAR_CROSSINGS * (1.0 - sum(away) / len(away) / _CROSSINGS_REACH_M)
    return replace(candidate, score=candidate.score + max(bonus, -2 * _NEAR_CROSSINGS))


def _stretches(
    address: Address, areas: tuple[int, ...], gazetteer: Gazetteer, likenesses: Likenesses
) -> Iterator[Candidate]:
    """Yield the streets that the address may mean, as far as they run in its neighbourhood."""
    streets = gazetteer.streets
    if streets is None:
        return
    within = None
    if areas and gazetteer.areas is not None:
        within = shapely.union_all(gazetteer.areas.rims[list(areas)])
    for street, likeness in _streets(address.street, gazetteer, likenesses):
        spot = streets.stretch(street, within)
        if spot is not None:
            wide = spot.radius > WIDEST_STREET_M
            title = streets.titles[street]
            yield Candidate(0.8 * likeness, spot, LocationPrecision.STREET, title, approximate=wide)


def _numbered(
    address: Address, gazetteer: Gazetteer, likenesses: Likenesses
) -> Iterator[Candidate]:
    """Yield houses known from the gazetteer's addresses, or reckoned from them."""
    numbering = gazetteer.numbering
    if numbering is None or address.number is None:
        return
    number = address.number + address.number_span // 2
    name, kind = address.street.name, address.street.kind
    direction = direction_of(name)
    hits = likenesses.numbering.get(name, ())
    streets = [(known, hit.similarity) for hit in hits for known in numbering.by_name[hit.name]]
    if not streets:
        # The western half of a street runs on where the eastern one ends.
        streets = [(known, 1.0) for known in numbering.by_base.get(base_name(name), ())]
    alike = [each for each in streets if each[0].kind == kind] or streets
    for known, likeness in alike:
        sighting = numbering.find(known, number, direction)
        if sighting is not None:
            share = 1.0 if known.kind == kind or not kind else _OTHER_KIND
            yield Candidate(
                likeness * sighting.worth * share,
                sighting.spot._replace(radius=max(sighting.spot.radius, address.number_span / 2)),
                LocationPrecision.HOUSE,
                f"{known.title} {number}",
            )


def _landmarks(landmark: str, gazetteer: Gazetteer, likenesses: Likenesses) -> Iterator[Candidate]:
    places = gazetteer.places
    if places is None:
        return
    for hit in likenesses.places.get(landmark, ()):
        for place in places.by_name[hit.name]:
            spot = Spot(float(places.x[place]), float(places.y[place]), 0.0)
            title = places.titles[place]
            yield Candidate(hit.similarity, spot, LocationPrecision.STREET, title)


def _apart(one: Spot, other: Spot) -> bool:
    return hypot(one.x - other.x, one.y - other.y) > SAME_PLACE_M
