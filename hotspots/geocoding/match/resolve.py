"""One parsed address against the gazetteer: candidates, their scores, the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from hotspots._notes import Note, joined, note
from hotspots.geocoding.gazetteer.neighborhoods import clear_hit
from hotspots.geocoding.match.candidates import candidates, stretches
from hotspots.schema import LocationPrecision, LocationStatus

if TYPE_CHECKING:
    from hotspots.geocoding.address.parse import Address
    from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
    from hotspots.geocoding.gazetteer.streets import Spot
    from hotspots.geocoding.match.candidates import Candidate, Likenesses

LEAST_SCORE = 0.65
"""Below this an answer is not given."""

LEAST_SCORE_ALONE = 0.78
"""The same where no neighborhood is known: the whole city holds many names that are alike."""

STRETCH_BELOW = 0.75
"""Where no house or crossing scores this much, the street as a whole is a candidate, too."""

AMBIGUOUS_MARGIN = 0.035
"""A second candidate this near to the best one makes the answer ambiguous."""

SAME_PLACE_M = 75.0
"""Candidates this near to each other are one place."""

WIDEST_BLOCK_M = 250.0
"""So is any other place with a wider radius, such as a very long block."""

# How the distance between a candidate and the neighborhood that the row states counts.
_CONTEXT = ((15.0, 1.0), (60.0, 0.96), (250.0, 0.92), (800.0, 0.78))
_FAR = 0.60
_NO_CONTEXT = 0.97
# How often an answer of a likeness is right, measured (docs/guide/geocoding.md): likeness, share.
_RELIABILITY = (
    *((0.0, 0.0), (0.65, 0.4), (0.70, 0.5), (0.75, 0.75), (0.78, 0.83), (0.82, 0.90)),
    *((0.86, 0.935), (0.90, 0.97), (0.95, 0.99), (1.0, 1.0)),
)


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


def locate(address: Address, stated: str, gazetteer: Gazetteer, likenesses: Likenesses) -> Answer:
    """Return the place of an address, given the neighborhood that its row states ("" if none)."""
    areas = _stated_areas(address, stated, gazetteer, likenesses)
    found = [
        _in_context(candidate, areas, gazetteer)
        for candidate in candidates(address, stated, gazetteer, likenesses)
    ]
    if max((each.score for each in found), default=0.0) < STRETCH_BELOW:
        whole = stretches(address, areas, gazetteer, likenesses)
        found += [_in_context(candidate, areas, gazetteer) for candidate in whole]
    found.sort(key=lambda each: (-each.score, each.reckoned, each.match, each.spot))
    least = LEAST_SCORE if areas else LEAST_SCORE_ALONE
    if not found or found[0].score < least:
        return _fallback(address, areas, gazetteer, road_found=bool(found))
    answer = _verdict(found)
    if found[0].approximate and address.kilometer is not None:
        answer = replace(answer, problem=joined(answer.problem, note(Note.KILOMETER_UNKNOWN)))
    if found[0].approximate and answer.status == LocationStatus.AMBIGUOUS and areas:
        # Of two guesses at a street, the neighborhood that holds both says as much.
        return _fallback(address, areas, gazetteer, road_found=True)
    return answer


def reliability(likeness: float) -> float:
    """Return how often a matched answer of this likeness is right, from 0 to 1.

    Examples
    --------
    >>> round(reliability(0.84), 4), reliability(1.05)
    (0.9175, 1.0)
    """
    for (low, least), (high, most) in pairwise(_RELIABILITY):
        if likeness < high:
            return least + (likeness - low) / (high - low) * (most - least)
    return 1.0


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
            reliability(best.score) / 2,
            best.spot,
            f"{best.match} | {rivals[0].match}",
            rivals[0].spot,
            note(Note.SEVERAL_PLACES, len(rivals) + 1),
        )
    wide = best.approximate or best.spot.radius > WIDEST_BLOCK_M
    status = LocationStatus.APPROXIMATE if wide else LocationStatus.MATCHED
    return Answer(status, best.precision, reliability(best.score), best.spot, best.match)


def _fallback(
    address: Address, areas: tuple[int, ...], gazetteer: Gazetteer, *, road_found: bool
) -> Answer:
    """Return the neighborhood's disc where one is known, and otherwise say what was missing."""
    sought = address.street.name or address.landmark
    problem = note(Note.ADDRESS_NOT_FOUND, sought) if sought else note(Note.STREET_MISSING)
    if address.kilometer is not None and road_found:
        problem = note(Note.KILOMETER_UNKNOWN)
    if not areas or gazetteer.areas is None:
        return Answer(LocationStatus.UNMATCHED, problem=problem)
    discs = [gazetteer.areas.disc(area) for area in areas]
    if len(discs) > 1:
        problem = joined(problem, note(Note.SEVERAL_NEIGHBORHOODS, len(discs)))
        return Answer(LocationStatus.UNMATCHED, problem=problem)
    return Answer(
        LocationStatus.APPROXIMATE,
        LocationPrecision.NEIGHBORHOOD,
        0.5,
        discs[0],
        gazetteer.areas.titles[areas[0]],
        problem=joined(problem, note(Note.PLACED_IN_NEIGHBORHOOD)),
    )


def _stated_areas(
    address: Address, stated: str, gazetteer: Gazetteer, likenesses: Likenesses
) -> tuple[int, ...]:
    """Return the neighborhoods that the address or its row names, the address first."""
    if gazetteer.areas is None:
        return ()
    for name in (address.neighborhood, stated, *address.rest):
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


def _apart(one: Spot, other: Spot) -> bool:
    return hypot(one.x - other.x, one.y - other.y) > SAME_PLACE_M
