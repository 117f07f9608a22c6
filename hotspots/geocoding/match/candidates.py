"""Candidates for a parsed address, each with its score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot
from typing import TYPE_CHECKING

import shapely
from rapidfuzz.distance import OSA

from hotspots.geocoding.address.names import (
    base_name,
    direction_of,
    name_variants,
    plain_words,
    standard_name,
)
from hotspots.geocoding.gazetteer.streets import Spot
from hotspots.geocoding.match.crossing_offsets import offset_spot
from hotspots.schema import LocationPrecision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hotspots.geocoding.address.lexicon import Lexicon
    from hotspots.geocoding.address.names import StreetName
    from hotspots.geocoding.address.parse import Address
    from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
    from hotspots.geocoding.gazetteer.name_index import Hit, NameIndex

WIDEST_STREET_M = 60.0
"""A street without number or crossing that reaches farther is an approximate location."""

_BLOCK_M = 150.0
_MISSPELLED_KIND = 0.95
# Clerks confuse avenues with streets, but seldom lanes with streets: "Privada Lerdo" and "Lerdo"
# differ. At a crossing half of the penalty counts, which must exceed the ambiguity margin.
_KIND_PENALTY = 0.08
_SIDE_STREET_PENALTY = 0.20
# On a grid "76th Place" is not "76th Street", but the street next to it.
_OTHER_KIND = 0.85
# An address that is only a landmark's name.
_BARE = 0.95
# What crossings named with a house add to its score if it is at them: nothing at 300 m, and a
# penalty beyond.
_NEAR_CROSSINGS = 0.10
_CROSSINGS_REACH_M = 300.0
# "km 12" is good to half a kilometer, "km 12.5" to fifty meters.
_WHOLE_KILOMETER_M = 500.0
_TENTH_KILOMETER_M = 50.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A location that an address may mean; ``estimated`` if the house itself is not known."""

    score: float
    spot: Spot
    precision: LocationPrecision
    match: str
    approximate: bool = False
    estimated: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class SimilarNames:
    """Query → similar names of the gazetteer: streets, numbered streets, areas and places."""

    streets: Mapping[str, tuple[Hit, ...]]
    numbering: Mapping[str, tuple[Hit, ...]]
    areas: Mapping[str, tuple[Hit, ...]]
    places: Mapping[str, tuple[Hit, ...]]


def candidates(
    address: Address, stated: str, gazetteer: Gazetteer, similar: SimilarNames
) -> Iterator[Candidate]:
    """Yield the candidates for an address, given the neighborhood that its row states."""
    if address.block:
        yield from _in_block(address, stated, gazetteer)
    if address.street.name:
        yield from _numbered(address, gazetteer, similar)
        for street, similarity in _streets(address.street, gazetteer, similar):
            yield from _on_street(address, street, similarity, gazetteer, similar)
        if address.joined:
            whole = address.street._replace(name=address.joined)
            for street, similarity in _streets(whole, gazetteer, similar):
                yield from _by_number(address, street, similarity, gazetteer)
    if address.landmark:
        yield from _landmarks(address.landmark, gazetteer, similar)
    elif not (address.crossings or address.block or address.street.kind):
        yield from _bare_landmarks(address, gazetteer)


def street_variants(street: StreetName, index: NameIndex, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the names that a street may be listed under, even if its type is misspelled.

    Examples
    --------
    >>> from hotspots.geocoding.gazetteer.name_index import NameIndex
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> from hotspots.geocoding.address.names import StreetName
    >>> words = lexicon_of("mx")
    >>> street_variants(StreetName("", "clle lerdo"), NameIndex.build(["lerdo"]), words)
    ('clle lerdo', 'lerdo')
    >>> street_variants(StreetName("", "valle hermoso"), NameIndex.build(["valle verde"]), words)
    ('valle hermoso',)
    """
    first, _, rest = street.name.partition(" ")
    if street.kind or not rest or len(first) < 4 or first in index.by_word:
        return name_variants(street, lexicon)
    # "ll" and "y" sound alike.
    heard = first.replace("y", "ll")
    if any(OSA.distance(heard, kind, score_cutoff=1) <= 1 for kind in lexicon.long_types):
        return (street.name, rest)
    return name_variants(street, lexicon)


def _streets(
    asked: StreetName, gazetteer: Gazetteer, similar: SimilarNames
) -> Iterator[tuple[int, float]]:
    """Yield the streets that a name may mean, with their similarity to it."""
    if gazetteer.streets is None:
        return
    for variant in street_variants(asked, gazetteer.streets.index, gazetteer.lexicon):
        # A word that only looks like a misspelled type may be part of the name.
        share = _MISSPELLED_KIND if not asked.kind and variant != asked.name else 1.0
        for hit in similar.streets.get(variant, ()):
            for street in gazetteer.streets.by_name[hit.name]:
                kind = gazetteer.streets.kinds[street]
                penalty = (
                    _kind_penalty(asked.kind, kind, gazetteer.lexicon)
                    if variant == asked.name
                    else 0.0
                )
                yield street, share * hit.similarity - penalty


def _kind_penalty(asked: str, known: str, lexicon: Lexicon) -> float:
    """Return the penalty for stating a different type than the street's."""
    if not asked or not known or asked == known:
        return 0.0
    side = {asked, known} & lexicon.keywords["side_streets"]
    return _SIDE_STREET_PENALTY if side else _KIND_PENALTY


def _on_street(
    address: Address,
    street: int,
    similarity: float,
    gazetteer: Gazetteer,
    similar: SimilarNames,
) -> Iterator[Candidate]:
    if address.kilometer is not None:
        yield from _at_kilometer(address.kilometer, street, similarity, gazetteer)
    met = _crossings(address, street, gazetteer, similar)
    found = list(_by_number(address, street, similarity, gazetteer))
    if found and met:
        yield from (_confirmed(candidate, met) for candidate in found)
        return
    yield from found
    if met:
        yield from _by_crossings(address, street, similarity, met, gazetteer)


def _by_number(
    address: Address, street: int, similarity: float, gazetteer: Gazetteer
) -> Iterator[Candidate]:
    streets = gazetteer.streets
    if streets is None or address.number is None:
        return
    number = address.number + address.number_span // 2
    for spot in streets.houses(street, number):
        spot = spot._replace(radius=address.number_span / 2)
        match = f"{streets.titles[street]} {number}"
        yield Candidate(similarity, spot, LocationPrecision.HOUSE, match)


def _by_crossings(
    address: Address,
    street: int,
    similarity: float,
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
            score = (similarity + first + second) / 3
            match = f"{title} entre {one} y {other}"
            yield Candidate(score, spot, LocationPrecision.INTERSECTION, match)
        return
    if address.relation == "offset" and address.offset_m is not None:
        yield from _offsets(address.offset_m, street, similarity, met, gazetteer)
        return
    # If only one of two crossings is known, the block may be on either side of it.
    half = address.relation != "corner"
    for spots in met:
        for spot, other_similarity, other in spots:
            score = (similarity + other_similarity) / 2
            yield Candidate(
                0.9 * score if half else score,
                spot._replace(radius=_BLOCK_M) if half else spot,
                LocationPrecision.INTERSECTION,
                f"{title} / {other}",
                approximate=half,
            )


def _crossings(
    address: Address, street: int, gazetteer: Gazetteer, similar: SimilarNames
) -> list[list[tuple[Spot, float, str]]]:
    """Return, for each crossing in the address, where the street meets streets named like it."""
    streets = gazetteer.streets
    if streets is None or not address.crossings:
        return []
    met = [
        [
            (spot, similarity, streets.titles[other])
            for other, similarity in _streets(crossing, gazetteer, similar)
            if other != street
            for spot in streets.crossing(street, other)
        ]
        for crossing in address.crossings
    ]
    return met if any(met) else []


def _confirmed(candidate: Candidate, met: list[list[tuple[Spot, float, str]]]) -> Candidate:
    """Return a house, its score raised if its crossings are near and lowered if they are far."""
    away = [
        min(hypot(spot.x - candidate.spot.x, spot.y - candidate.spot.y) for spot, _, _ in spots)
        for spots in met
        if spots
    ]
    bonus = _NEAR_CROSSINGS * (1.0 - sum(away) / len(away) / _CROSSINGS_REACH_M)
    return replace(candidate, score=candidate.score + max(bonus, -2 * _NEAR_CROSSINGS))


def stretches(
    address: Address, areas: tuple[int, ...], gazetteer: Gazetteer, similar: SimilarNames
) -> Iterator[Candidate]:
    """Yield the streets that the address may mean, clipped to its neighborhood."""
    streets = gazetteer.streets
    if streets is None:
        return
    within = None
    if areas and gazetteer.areas is not None:
        within = shapely.union_all(gazetteer.areas.rims[list(areas)])
    for street, similarity in _streets(address.street, gazetteer, similar):
        spot = streets.stretch(street, within)
        if spot is not None:
            wide = spot.radius > WIDEST_STREET_M
            title = streets.titles[street]
            yield Candidate(
                0.8 * similarity, spot, LocationPrecision.STREET, title, approximate=wide
            )


def _numbered(address: Address, gazetteer: Gazetteer, similar: SimilarNames) -> Iterator[Candidate]:
    """Yield houses known from the gazetteer's addresses, or estimated from them."""
    numbering = gazetteer.numbering
    if numbering is None or address.number is None:
        return
    number = address.number + address.number_span // 2
    name, kind = address.street.name, address.street.kind
    direction = direction_of(name)
    hits = similar.numbering.get(name, ())
    streets = [(known, hit.similarity) for hit in hits for known in numbering.by_name[hit.name]]
    if not streets:
        # The western half of a street continues the eastern one.
        streets = [(known, 1.0) for known in numbering.by_base.get(base_name(name), ())]
    alike = [each for each in streets if each[0].kind == kind] or streets
    for known, similarity in alike:
        sighting = numbering.find(known, number, direction)
        if sighting is not None:
            share = 1.0 if known.kind == kind or not kind else _OTHER_KIND
            yield Candidate(
                similarity * sighting.worth * share,
                sighting.spot._replace(radius=max(sighting.spot.radius, address.number_span / 2)),
                LocationPrecision.HOUSE,
                f"{known.title} {number}",
                estimated=sighting.worth < 1.0,
            )


def _landmarks(landmark: str, gazetteer: Gazetteer, similar: SimilarNames) -> Iterator[Candidate]:
    places = gazetteer.places
    if places is None:
        return
    for hit in similar.places.get(landmark, ()):
        for place in places.by_name[hit.name]:
            spot = Spot(float(places.x[place]), float(places.y[place]), 0.0)
            title = places.titles[place]
            yield Candidate(hit.similarity, spot, LocationPrecision.STREET, title)


def _bare_landmarks(address: Address, gazetteer: Gazetteer) -> Iterator[Candidate]:
    """Yield the landmarks whose exact name is the whole address.

    A street of that name takes precedence.
    """
    places, streets = gazetteer.places, gazetteer.streets
    name = standard_name(plain_words(address.text.partition(",")[0]), gazetteer.lexicon)
    if places is None or (streets is not None and name in streets.by_name):
        return
    for place in places.by_name.get(name, ()):
        spot = Spot(float(places.x[place]), float(places.y[place]), 0.0)
        yield Candidate(_BARE, spot, LocationPrecision.STREET, places.titles[place])


def _at_kilometer(
    kilometer: float, street: int, similarity: float, gazetteer: Gazetteer
) -> Iterator[Candidate]:
    streets, posts = gazetteer.streets, gazetteer.kilometers
    assert streets is not None
    spot = streets.mark(street, kilometer)
    if spot is None and posts is not None:
        spot = posts.find(street, kilometer)
    if spot is not None:
        reach = _WHOLE_KILOMETER_M if kilometer == int(kilometer) else _TENTH_KILOMETER_M
        match = f"{streets.titles[street]} km {kilometer:g}"
        yield Candidate(similarity, spot._replace(radius=reach), LocationPrecision.STREET, match)


def _offsets(
    meters: float,
    street: int,
    similarity: float,
    met: list[list[tuple[Spot, float, str]]],
    gazetteer: Gazetteer,
) -> Iterator[Candidate]:
    streets = gazetteer.streets
    assert streets is not None
    for crossing, other_similarity, other in (each for spots in met for each in spots):
        yield Candidate(
            (similarity + other_similarity) / 2,
            offset_spot(streets, street, other, crossing, meters, gazetteer.lexicon),
            LocationPrecision.HOUSE,
            f"{streets.titles[street]} / {other} + {meters:g} m",
        )


def _in_block(address: Address, stated: str, gazetteer: Gazetteer) -> Iterator[Candidate]:
    if gazetteer.lots is None:
        return
    areas = (address.neighborhood, stated, *address.rest, address.street.name)
    for spot, exact in gazetteer.lots.find(address.block, address.lot, areas):
        precision = LocationPrecision.HOUSE if exact else LocationPrecision.STREET
        lot = f" {address.lot}" if exact else ""
        yield Candidate(1.0, spot, precision, f"{address.block.upper()}{lot}")
