"""Find the house number among the words of a street, with its suffix, range or offset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hotspots.geocoding.address.names import figure_of, has_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.geocoding.address.lexicon import Lexicon

FIGURE = re.compile(r"(\d{1,6})(xx)?([a-z]?)")
FARTHEST_CROSSING = 300
"""Numbers above this are not numbered streets: "745-749" is a range of houses."""

_GRID = re.compile(r"([nsew]\d+[nsew])(\d+)")
_FLOOR = re.compile(r"\d{1,2}[a-z]?")
_COMPASS = ("n", "s", "e", "w")
_FRACTION = re.compile(r"\d/\d")
_LEAST_INNER = 100
_SECTIONS = frozenset({"seccion", "sector", "etapa", "poniente", "oriente", "avenida", "calle"})


class House(NamedTuple):
    """A house number: 12 with the suffix "a", 12 to 14, or the hundred-block from 1200."""

    number: int | None = None
    last: int | None = None
    span: int = 0
    prefix: str = ""
    suffix: str = ""


NO_HOUSE = House()


class Split(NamedTuple):
    """The words of a street without its number, the house, and words that belong to neither."""

    street: list[str]
    house: House = NO_HOUSE
    beyond: Sequence[str] = ()


class Offset(NamedTuple):
    """Colombia's "20-30": the words of the crossing, the distance from it, the quadrant."""

    crossing: list[str]
    meters: float
    quadrant: str = ""
    beyond: Sequence[str] = ()


def starts_with_house(words: list[str], lexicon: Lexicon, *, english: bool = False) -> bool:
    """Return whether a house number comes first: "4137 W 62nd St", not "5 de mayo".

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> starts_with_house("4137 w 62nd st".split(), words)
    True
    >>> starts_with_house("5 de mayo".split(), words)
    False
    """
    return _leading(words, english, lexicon) is not None


def split_house(words: list[str], lexicon: Lexicon, *, english: bool = False) -> Split:
    """Return a street's words and the house number that was among them.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> split = split_house(["av", "juarez", "123", "norte"], words)
    >>> split.street, split.house.number
    (['av', 'juarez', 'norte'], 123)
    """
    words = [word for word in words if word not in "&/@#"]
    leading = _leading(words, english, lexicon)
    if leading is not None:
        return leading
    trailing = _trailing(words, lexicon) or _inner(words, lexicon)
    return trailing or Split([word for word in words if word != "-"])


def signed_house(street: list[str], tokens: list[str], lexicon: Lexicon) -> Split:
    """Return the house whose tokens follow a number sign, "123-A" or "123 Norte"."""
    match = FIGURE.fullmatch(tokens[0])
    if match is None:
        return Split(street, beyond=tokens)
    return _with_extras(street, match, tokens[1:], lexicon)


def signed_offset(tokens: list[str], lexicon: Lexicon) -> Offset | None:
    """Return the crossing and the distance after a number sign, None if there are none.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> signed_offset(["22", "bis", "a", "-", "12", "sur"], words)
    Offset(crossing=['22', 'bis', 'a'], meters=12.0, quadrant='sur', beyond=[])
    """
    dash = _dash(tokens)
    if dash is None:
        return None
    crossing, behind = tokens[:dash], tokens[dash + (tokens[dash] == "-") :]
    if not behind or not behind[0].isdigit() or not _is_numbered(crossing, lexicon):
        return None
    quadrant = (
        lexicon.directions.get(behind[1], "") if len(behind) > 1 and len(behind[1]) > 1 else ""
    )
    return Offset(crossing, float(behind[0]), quadrant, behind[2:] if quadrant else behind[1:])


def _dash(tokens: list[str]) -> int | None:
    """Return where the distance begins after the crossing: "45-23", "45 B 23"."""
    if "-" in tokens[1:]:
        return tokens.index("-")
    figure = next((at for at, word in enumerate(tokens) if at and word.isdigit()), None)
    lettered = figure is not None and (figure > 1 or tokens[0][-1].isalpha())
    return figure if lettered else None


def bare_offset(words: list[str], lexicon: Lexicon) -> tuple[list[str], Offset] | None:
    """Return street and offset of an unpunctuated Colombian address, "KR 7 71 21".

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> bare_offset(["kr", "7", "71", "21"], words)
    (['kr', '7'], Offset(crossing=['71'], meters=21.0, quadrant='', beyond=[]))
    """
    if len(words) < 4 or lexicon.types_before.get(words[0]) not in lexicon.keywords["gridded"]:
        return None
    starts = [place for place, word in enumerate(words) if word[0].isdigit()]
    if len(starts) != 3 or starts[0] != 1 or not words[starts[2]].isdigit():
        return None
    offset = signed_offset([*words[starts[1] : starts[2]], "-", *words[starts[2] :]], lexicon)
    if offset is None or offset.beyond or not _is_numbered(words[1 : starts[1]], lexicon):
        return None
    return words[: starts[1]], offset


def names_no_road(words: list[str], lexicon: Lexicon) -> bool:
    """Return whether a road still lacks its number: "Ruta Nacional", "Carretera Federal".

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> names_no_road(["ruta", "nacional"], words), names_no_road(["ruta", "nacional", "3"], words)
    (True, False)
    """
    return lexicon.types_before.get(words[0]) in lexicon.keywords["roads"] and all(
        word in lexicon.keywords["road_owners"] for word in words[1:]
    )


def _is_numbered(words: list[str], lexicon: Lexicon) -> bool:
    match = FIGURE.fullmatch(words[0])
    return (
        match is not None
        and int(match[1]) <= FARTHEST_CROSSING
        and all(word == "bis" or word in lexicon.directions or len(word) == 1 for word in words[1:])
    )


def _leading(words: list[str], english: bool, lexicon: Lexicon) -> Split | None:
    if len(words) < 2:
        return None
    if grid := _GRID.fullmatch(words[0]):
        return Split(words[1:], House(int(grid[2]), prefix=grid[1]))
    if (
        len(words) > 2
        and len(words[0]) == 1
        and words[1].isdigit()
        and words[2] in lexicon.types_before
    ):
        return Split(words[2:], House(int(words[1]), prefix=words[0]))
    match = FIGURE.fullmatch(words[0])
    if match is None:
        return None
    found = _with_extras([], match, words[1:], lexicon, directions=False)
    street = list(found.beyond)
    if not street or not (_is_american(street, lexicon) or (english and street[0] != "de")):
        return None
    return Split(street, found.house)


def _is_american(words: list[str], lexicon: Lexicon) -> bool:
    """Return whether the words after a number are a street, and the number its house."""
    first, last = words[0], words[-1]
    if first == "de":
        return False
    if first in _COMPASS:
        return len(words) != 2 or not last.isdigit()
    if first in lexicon.keywords["english_before"]:
        return True
    if len(words) < 2:
        return False
    if first in lexicon.types_before:
        return (
            lexicon.types_before[first] in lexicon.keywords["number_first"] or not last[0].isdigit()
        )
    return last in lexicon.types_after or words[-2] in lexicon.types_after


def _trailing(words: list[str], lexicon: Lexicon) -> Split | None:
    """Return the house whose number ends the words, followed by a letter or a direction."""
    place = len(words) - 1
    while place > 1 and _is_extra(words, place, lexicon):
        place -= 1
    if place < 1 or not _may_be_house(words, place, lexicon):
        return None
    if (
        place > 1
        and _is_floor(words[place - 1], words[place])
        and _may_be_house(words, place - 1, lexicon)
    ):
        # "Belgrano 1234 1° B": floor and flat follow the house number.
        house = _with_extras(words[: place - 1], FIGURE.fullmatch(words[place - 1]), [], lexicon)
        return house._replace(beyond=words[place:])
    if place > 2 and words[place - 1] == "-" and words[place - 2].isdigit():
        place -= 2
    match = FIGURE.fullmatch(words[place])
    if match is None or not _may_be_house(words, place, lexicon):
        return None
    # "Santa Fe N 1000": a number sign without its point.
    signed = words[place - 1] == "n" and has_name(words[: place - 1], lexicon)
    end = place - 1 if signed else place
    return _with_extras(words[:end], match, words[place + 1 :], lexicon)


def _is_floor(house: str, floor: str) -> bool:
    return house.isdigit() and len(house) > 2 and _FLOOR.fullmatch(floor) is not None


def _inner(words: list[str], lexicon: Lexicon) -> Split | None:
    """Return the house whose number is followed by more words: "Juárez 1234 Centro"."""
    for place in range(len(words) - 2, 0, -1):
        word, behind = words[place], words[place + 1]
        if (
            word.isdigit()
            and (int(word) >= _LEAST_INNER or _named_before(words[:place], behind, lexicon))
            and len(word) <= 5
            and (behind.isalpha() or figure_of(behind, lexicon) != behind)
            and behind != "de"
            and _may_be_house(words, place, lexicon)
        ):
            return _with_extras(words[:place], FIGURE.fullmatch(word), words[place + 1 :], lexicon)
    return None


def _named_before(words: list[str], behind: str, lexicon: Lexicon) -> bool:
    """Return whether a small number can be a house: "Calle Lerdo 45 Centro", not "28 Julio"."""
    keywords = lexicon.keywords
    typed = (
        words[0] in lexicon.types_before
        and has_name(words[1:], lexicon)
        and words[-1] not in keywords["small"]
    )
    known = (
        *keywords["months"],
        *lexicon.directions,
        *keywords["phases"],
        "bis",
        "y",
        "o",
    )
    return typed and len(behind) > 2 and behind not in known and behind not in _SECTIONS


def _is_extra(words: list[str], place: int, lexicon: Lexicon) -> bool:
    word = words[place]
    return (
        word == "-"
        or word == "bis"
        or word in lexicon.directions
        or (len(word) == 1 and word.isalpha())
        or _FRACTION.fullmatch(word) is not None
    )


def _may_be_house(words: list[str], place: int, lexicon: Lexicon) -> bool:
    """Return whether a number can be a house: a name precedes it, and no "de"."""
    keywords = lexicon.keywords
    before = words[:place]
    if FIGURE.fullmatch(words[place]) is None or _is_year(before, lexicon):
        return False
    if before[-1] in keywords["english_roads"] or names_no_road(before, lexicon):
        return False
    if lexicon.types_before.get(before[-1]) in keywords["numbered_roads"]:
        return False
    if has_name([word for word in before if word not in lexicon.directions], lexicon):
        return True
    # "Calle Norte 12" is called so; "Periférico Sur 4333" and "Alameda 1449" are houses.
    kind = lexicon.types_before.get(before[0], "calle")
    return kind not in keywords["plain_types"] and (len(before) > 1 or kind in keywords["alone"])


def _is_year(before: list[str], lexicon: Lexicon) -> bool:
    """Return whether a number after these words is a year: "17 de octubre de"."""
    return (
        len(before) > 1 and before[-1] in ("de", "del") and before[-2] in lexicon.keywords["months"]
    )


def _with_extras(
    street: list[str],
    match: re.Match[str] | None,
    behind: list[str],
    lexicon: Lexicon,
    *,
    directions: bool = True,
) -> Split:
    """Return the house of a number, with its suffix or range from the words after it."""
    assert match is not None
    number = int(match[1])
    if match[2]:
        return Split(street, House(number * 100, span=100), behind)
    last: int | None = None
    suffix, place = match[3], 0
    while place < len(behind):
        word = behind[place]
        ahead = behind[place + 1] if place + 1 < len(behind) else ""
        if word == "-" and ahead.isdigit():
            if int(ahead) > number:
                last = int(ahead)
            else:
                suffix = ahead
            place += 2
        elif word == "-" and len(ahead) == 1:
            suffix, place = ahead, place + 2
        elif (
            word == "bis" or _FRACTION.fullmatch(word) or (directions and _is_letter(word, suffix))
        ):
            suffix, place = f"{suffix} {word}".strip(), place + 1
        elif directions and len(word) > 1 and word in lexicon.directions:
            street, place = [*street, word], place + 1
        else:
            break
    beyond = [word for word in behind[place:] if word != "-"]
    # In Chile 050 and 50 are different houses.
    prefix = "0" if match[1][0] == "0" and number else ""
    return Split(street, House(number, last, 0, prefix, suffix), beyond)


def _is_letter(word: str, suffix: str) -> bool:
    return not suffix and len(word) == 1 and word.isalpha() and word not in "xy"
