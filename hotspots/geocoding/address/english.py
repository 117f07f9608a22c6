"""English addresses put the house first and the city last: their parts brought into our order."""

from __future__ import annotations

from typing import NamedTuple

from hotspots.geocoding.address.names import (
    DIRECTIONS,
    KEYWORDS,
    NEIGHBORHOOD_WORDS,
    TYPES_AFTER,
    TYPES_BEFORE,
    UNITS,
)
from hotspots.geocoding.address.numbers import FIGURE
from hotspots.geocoding.address.tokens import BREAKS, CODE

_MOST_PARTS = 6
_SIDES = frozenset({*DIRECTIONS, "ne", "nw", "se", "sw"})


class Ordered(NamedTuple):
    """Tokens that begin with the street; the unit and the building that stood before it."""

    words: list[str]
    unit: list[str]
    building: list[str]


def street_first(words: list[str], *, english: bool) -> Ordered:
    """Return the tokens of an address with its street first, unchanged where it is not English.

    Examples
    --------
    >>> street_first("flat 2 , 14 high street , london ~".split(), english=True)
    Ordered(words=['14', 'high', 'street', ',', 'london', '~'], unit=['flat', '2'], building=[])
    """
    if not english and "," not in words:
        return Ordered(words, [], [])
    parts = _parts(words)
    place = _street_part(parts, english)
    if place is None:
        return Ordered(words, [], [])
    unit: list[str] = []
    building: list[str] = []
    later: list[list[str]] = []
    for part in parts[:place]:
        if part[0] in NEIGHBORHOOD_WORDS:
            later.append(part)
        elif part[0] in UNITS or not any(word.isalpha() for word in part):
            unit += [*(UNITS[word] for word in part[:1] if word in UNITS), _glued(part)]
        else:
            building += [word for word in part if word != "-"]
    street = _city_apart(parts[place])
    ordered = [word for part in [street, *parts[place + 1 :], *later] for word in [",", *part]]
    return Ordered(ordered[1:], unit, building)


def _parts(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in BREAKS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _glued(part: list[str]) -> str:
    """Return the figures of a unit as one word: "3-4", "2/1"."""
    return "".join(word for word in part if word not in UNITS)


def _street_part(parts: list[list[str]], english: bool) -> int | None:
    """Return which part is the street: with a number and a type, with a type, with a number."""
    candidates = list(enumerate(parts[:_MOST_PARTS]))
    for place, part in candidates:
        if _has_number_and_type(part):
            return place if place or CODE in part else None
    whole = KEYWORDS["english_whole"]
    for place, part in candidates:
        named = len(part) > 1 and (part[-1] in whole or (part[-1] in _SIDES and part[-2] in whole))
        if named and (english or not _is_spanish([part, *parts[:place]])):
            return place or None
    if english:
        return next((place for place, part in candidates if place and _is_figure(part)), None)
    return None


def _has_number_and_type(part: list[str]) -> bool:
    if not _is_figure(part) or part[1] == "de":
        return False
    first = part[1] in ("n", "s", "e", "w") or part[1] in KEYWORDS["english_before"]
    return first or any(word in TYPES_AFTER for word in part[2:])


def _is_figure(part: list[str]) -> bool:
    return len(part) > 1 and FIGURE.fullmatch(part[0]) is not None


def _is_spanish(parts: list[list[str]]) -> bool:
    return any(
        word[0].isdigit() or word in NEIGHBORHOOD_WORDS or word in KEYWORDS["areas"]
        for part in parts
        for word in part
    ) or any(part[0] in TYPES_BEFORE for part in parts)


def _city_apart(street: list[str]) -> list[str]:
    """Return a street's part with a comma before the city that stands behind its type."""
    if CODE not in street:
        return street
    for place in range(2, street.index(CODE)):
        if street[place] in KEYWORDS["english_strong"]:
            end = place + 1
            while end < len(street) and street[end] in _SIDES:
                end += 1
            if street[end : end + 1] not in ([CODE], []):
                return [*street[:end], ",", *street[end:]]
    return street
