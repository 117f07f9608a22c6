"""Match one parsed address: score its candidates, and decide."""

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
    from hotspots.geocoding.match.candidates import Candidate, SimilarNames

LEAST_SCORE = 0.65
"""Least score of an answer."""

LEAST_SCORE_ALONE = 0.78
"""The same if no neighborhood is known, since a city has many similar names."""

STRETCH_BELOW = 0.75
"""If no house or crossing scores this much, the whole street is a candidate as well."""

AMBIGUOUS_MARGIN = 0.035
"""A second candidate within this margin of the best makes the answer ambiguous."""

SAME_PLACE_M = 75.0
"""Candidates this close to each other are the same place."""

WIDEST_BLOCK_M = 250.0
"""A location with a larger radius, such as a very long block, is approximate."""

# Factor by the distance of a candidate from the stated neighborhood.
_CONTEXT = ((15.0, 1.0), (60.0, 0.96), (250.0, 0.92), (800.0, 0.78))
_FAR = 0.60
_NO_CONTEXT = 0.97
# Share of right answers by score, as measured in docs/guide/geocoding.md.
_RELIABILITY = (
    *((0.0, 0.0), (0.65, 0.4), (0.70, 0.5), (0.75, 0.75), (0.78, 0.83), (0.82, 0.90)),
    *((0.86, 0.935), (0.90, 0.97), (0.95, 0.99), (1.0, 1.0)),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one address.

    Attributes
    ----------
    status, precision, score, spot, match
        As the columns of the same name; ``spot`` is None if there is no location.
    alternative
        The second candidate of an ambiguous answer.
    problem
        Notes on why there is no better answer, "" if there are none.
    """

    status: LocationStatus
    precision: LocationPrecision = LocationPrecision.NONE
    score: float = 0.0
    spot: Spot | None = None
    match: str = ""
    alternative: Spot | None = None
    problem: str = ""


def match_address(
    address: Address, stated: str, gazetteer: Gazetteer, similar: SimilarNames
) -> Answer:
    """Return the location of an address, given its row's stated neighborhood ("" if none)."""
    areas = _stated_areas(address, stated, gazetteer, similar)
    found = [
        _in_context(candidate, areas, gazetteer)
        for candidate in candidates(address, stated, gazetteer, similar)
    ]
    if max((each.score for each in found), default=0.0) < STRETCH_BELOW:
        whole = stretches(address, areas, gazetteer, similar)
        found += [_in_context(candidate, areas, gazetteer) for candidate in whole]
    found.sort(key=lambda each: (-each.score, each.estimated, each.match, each.spot))
    least = LEAST_SCORE if areas else LEAST_SCORE_ALONE
    if not found or found[0].score < least:
        return _fallback(address, areas, gazetteer, road_found=bool(found))
    answer = _decide(found)
    if found[0].approximate and address.kilometer is not None:
        answer = replace(answer, problem=joined(answer.problem, note(Note.KILOMETER_UNKNOWN)))
    if found[0].approximate and answer.status == LocationStatus.AMBIGUOUS and areas:
        # Two approximate streets in one neighborhood say no more than the neighborhood.
        return _fallback(address, areas, gazetteer, road_found=True)
    return answer


def reliability(score: float) -> float:
    """Return the probability that a matched answer with this score is right.

    Examples
    --------
    >>> round(reliability(0.84), 4), reliability(1.05)
    (0.9175, 1.0)
    """
    for (low, least), (high, most) in pairwise(_RELIABILITY):
        if score < high:
            return least + (score - low) / (high - low) * (most - least)
    return 1.0


def _decide(candidates: list[Candidate]) -> Answer:
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
    """Return the neighborhood's disc if one is known, otherwise the reason for no match."""
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
    address: Address, stated: str, gazetteer: Gazetteer, similar: SimilarNames
) -> tuple[int, ...]:
    """Return the neighborhood named by the address or by its row, the address first."""
    if gazetteer.areas is None:
        return ()
    for name in (address.neighborhood, stated, *address.rest):
        hit = clear_hit(similar.areas.get(name, ()))
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
