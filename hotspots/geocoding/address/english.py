"""English addresses put the house number first and the city last: reorder their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hotspots.geocoding.address.lexicon import CODE, SIGNS
from hotspots.geocoding.address.numbers import FIGURE

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon

_MOST_PARTS = 6


class Ordered(NamedTuple):
    """Tokens that begin with the street, and the unit and the building that preceded it."""

    words: list[str]
    unit: list[str]
    building: list[str]


def street_first(words: list[str], lexicon: Lexicon, *, english: bool) -> Ordered:
    """Return the tokens of an address with the street first; unchanged if it is not English.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> street_first("flat 2 , 14 high street , london ~".split(), words, english=True)
    Ordered(words=['14', 'high', 'street', ',', 'london', '~'], unit=['flat', '2'], building=[])
    """
    if not english and "," not in words:
        return Ordered(words, [], [])
    parts = _parts(words)
    place = _street_part(parts, english, lexicon)
    if place is None:
        return Ordered(words, [], [])
    unit: list[str] = []
    building: list[str] = []
    later: list[list[str]] = []
    for part in parts[:place]:
        if part[0] in lexicon.neighborhood_words:
            later.append(part)
        elif part[0] in lexicon.units or not any(word.isalpha() for word in part):
            unit += [
                *(lexicon.units[word] for word in part[:1] if word in lexicon.units),
                _glued(part, lexicon),
            ]
        else:
            building += [word for word in part if word != "-"]
    street = _city_apart(parts[place], lexicon)
    ordered = [word for part in [street, *parts[place + 1 :], *later] for word in [",", *part]]
    return Ordered(ordered[1:], unit, building)


def _parts(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in SIGNS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _glued(part: list[str], lexicon: Lexicon) -> str:
    """Return the numbers of a unit as one word: "3-4", "2/1"."""
    return "".join(word for word in part if word not in lexicon.units)


def _street_part(parts: list[list[str]], english: bool, lexicon: Lexicon) -> int | None:
    """Return which part is the street: one with number and type, else with type, else number."""
    candidates = list(enumerate(parts[:_MOST_PARTS]))
    for place, part in candidates:
        if _has_number_and_type(part, lexicon):
            return place if place or CODE in part else None
    whole = lexicon.keywords["english_whole"]
    for place, part in candidates:
        named = len(part) > 1 and (
            part[-1] in whole or (part[-1] in lexicon.sides and part[-2] in whole)
        )
        if named and (english or not _is_spanish([part, *parts[:place]], lexicon)):
            return place or None
    if english:
        return next((place for place, part in candidates if place and _is_figure(part)), None)
    return None


def _has_number_and_type(part: list[str], lexicon: Lexicon) -> bool:
    if not _is_figure(part) or part[1] == "de":
        return False
    first = part[1] in ("n", "s", "e", "w") or part[1] in lexicon.keywords["english_before"]
    return first or any(word in lexicon.types_after for word in part[2:])


def _is_figure(part: list[str]) -> bool:
    return len(part) > 1 and FIGURE.fullmatch(part[0]) is not None


def _is_spanish(parts: list[list[str]], lexicon: Lexicon) -> bool:
    return any(
        word[0].isdigit() or word in lexicon.neighborhood_words or word in lexicon.keywords["areas"]
        for part in parts
        for word in part
    ) or any(part[0] in lexicon.types_before for part in parts)


def _city_apart(street: list[str], lexicon: Lexicon) -> list[str]:
    """Return a street's part with a comma before the city that follows its type."""
    if CODE not in street:
        return street
    for place in range(2, street.index(CODE)):
        if street[place] in lexicon.keywords["english_strong"]:
            end = place + 1
            while end < len(street) and street[end] in lexicon.sides:
                end += 1
            if street[end : end + 1] not in ([CODE], []):
                return [*street[:end], ",", *street[end:]]
    return street
