"""Names of streets and places brought to one spelling, so that equal names compare equal."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from hotspots._text import fold

_LEXICON = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8"))


def _inverted(section: str) -> dict[str, str]:
    return {
        written: standard
        for standard, spellings in _LEXICON[section].items()
        for written in spellings.split()
    }


TYPES_BEFORE = _inverted("street_types_before")
TYPES_AFTER = _inverted("street_types_after")
DIRECTIONS = _inverted("directions")
NEIGHBORHOOD_WORDS = _inverted("neighborhoods")
UNITS = _inverted("units")
_ENGLISH_DIRECTIONS = DIRECTIONS | _inverted("directions_english")
_WORDS = _inverted("words")
_NUMBERS = _inverted("numbers")
KEYWORDS = {key: frozenset(words.split()) for key, words in _LEXICON["keywords"].items()}
_SMALL = KEYWORDS["small"]
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na|o)")
_NUMBERED = re.compile(r"(\d+)([a-np-z]?)([ns]?)")
_COMPASS = frozenset("nsew")
_SIGNS = re.compile(r"[^0-9a-z]+")
_ENGLISH_TYPES = frozenset(TYPES_AFTER.values())
# "AA.HH.", "P.J." and the like, their dots taken away.
_AREA_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "aa hh",
        "a h",
        "pp jj",
        "p j",
        "u h",
        "unidad habitacional",
        "unidad hab",
        "asentamiento humano",
        "pueblo joven",
    )
)


class StreetName(NamedTuple):
    """A street's type ("" where none is stated) and its name in the one spelling."""

    kind: str
    name: str


PLAIN_TYPES = frozenset({"calle", "avenida", "privada", "cerrada", "callejon", "carrera"})
NO_STREET = StreetName("", "")


def plain_words(text: str) -> list[str]:
    """Return the folded words of a text, signs aside.

    Examples
    --------
    >>> plain_words("Av. 16 de Septiembre")
    ['av', '16', 'de', 'septiembre']
    """
    return _SIGNS.sub(" ", fold(text)).split()


def street_name(text: str) -> StreetName:
    """Return a street's type and name, abbreviations written out and small words left away.

    Examples
    --------
    >>> street_name("Av. Gral. Rodolfo Fierro")
    StreetName(kind='avenida', name='general rodolfo fierro')
    >>> street_name("W 62ND ST")
    StreetName(kind='street', name='poniente 62')
    >>> street_name("Calle Dieciséis de Septiembre") == street_name("C. 16 Septiembre")
    True
    >>> street_name("")
    StreetName(kind='', name='')
    """
    return street_of(plain_words(text))


def street_of(words: list[str]) -> StreetName:
    """Return type and name of a street whose words are folded and hold letters and figures only.

    Examples
    --------
    >>> street_of(["av", "gral", "fierro"])
    StreetName(kind='avenida', name='general fierro')
    """
    kind, words, english = _parted(words)
    name = "" if english else numbered_name(words, typed=bool(kind))
    return StreetName(kind, name or standard_name(words, initials_are_directions=english))


def _parted(words: list[str]) -> tuple[str, list[str], bool]:
    """Return a street's type, the words of its name, and whether it is named in English."""
    if len(words) < 2:
        return "", words, False
    first, last = words[0], words[-1]
    if first in TYPES_BEFORE:
        return *_typed(TYPES_BEFORE[first], words[1:]), False
    if words[1] in TYPES_BEFORE and is_ordinal(first):
        # "1a. Privada de Guerrero" is "Privada 1a de Guerrero".
        return TYPES_BEFORE[words[1]], [figure_of(first), *words[2:]], False
    if last in TYPES_AFTER:
        return TYPES_AFTER[last], words[:-1], True
    named = len(words) > 2 and not _COMPASS.issuperset(words[:-2])
    if named and last in _ENGLISH_DIRECTIONS and words[-2] in TYPES_AFTER:
        return TYPES_AFTER[words[-2]], [*words[:-2], last], True
    if any(word in KEYWORDS["english_roads"] for word in words) and _ends_in_figure(words):
        road = next(word for word in words if word in KEYWORDS["english_roads"])
        return TYPES_AFTER[road], [word for word in words if word != road], True
    # "842 E 1700 S" stands on a grid of Utah.
    grid = first in _COMPASS and last in _COMPASS and words[1][0].isdigit()
    return "", words, grid


def _typed(kind: str, words: list[str]) -> tuple[str, list[str]]:
    """Return the type that counts, and the words of the name behind it."""
    second = TYPES_BEFORE.get(words[0]) if len(words) > 1 else None
    if kind == "avenida" and second in ("calle", "carrera") and words[1][0].isdigit():
        # Bogotá's "Avenida Calle 26" is Calle 26, and nothing else is.
        return second, words[1:]
    plain = ("calle", "avenida", "jiron")
    if second in plain and kind not in plain and words[0] != "calles":
        words = words[1:]
    while len(words) > 1 and words[0] in _SMALL:
        words = words[1:]
    if kind in KEYWORDS["ways"] and len(words) > 1 and words[0] in ("a", "al"):
        words = words[1:]
    return kind, words


def is_ordinal(word: str) -> bool:
    """Return whether a word is a Spanish number in letters or an ordinal, such as 4ta.

    Examples
    --------
    >>> is_ordinal("4ta"), is_ordinal("segundo"), is_ordinal("4"), is_ordinal("4th")
    (True, True, False, False)
    """
    english = word in KEYWORDS["english_ordinals"] or word.endswith(("st", "nd", "rd", "th"))
    return word in _NUMBERS and not english


def figure_of(word: str) -> str:
    """Return the figure that a number or an ordinal means, "" where it is none.

    Examples
    --------
    >>> figure_of("4ta"), figure_of("5th"), figure_of("12"), figure_of("lerdo")
    ('4', '5', '12', '')
    """
    figure = _standard(word)
    return figure if figure.isdigit() else ""


def _ends_in_figure(words: list[str]) -> bool:
    last = words[-2] if words[-1] in _ENGLISH_DIRECTIONS and len(words) > 2 else words[-1]
    return last[0].isdigit()


def numbered_name(words: list[str], *, typed: bool = True) -> str:
    """Return the name of a street that is a number, "" where it is none.

    Letters and *bis* belong to the number, as in Colombia and in Mérida: 60-A is another street
    than 60. Only without a type before it is 5a the fifth.

    Examples
    --------
    >>> numbered_name(["60", "a"]), numbered_name(["15", "bis", "a"]), numbered_name(["23n"])
    ('60a', '15 bis a', '23 norte')
    >>> numbered_name(["16", "de", "septiembre"])
    ''
    """
    match = _NUMBERED.fullmatch(words[0]) if words else None
    if match is None or (len(words) == 1 and not typed and words[0] in _NUMBERS):
        return ""
    figure, letter = str(int(match[1])), match[2]
    kept = [DIRECTIONS[match[3]]] if match[3] else []
    for word in words[1:]:
        if word in DIRECTIONS and (len(word) > 1 or word in ("n", "s")):
            kept.append(DIRECTIONS[word])
        elif len(word) == 1 and word.isalpha() and not letter and not kept:
            letter = word
        elif word == "bis" or (len(word) == 1 and word.isalpha()):
            kept.append(word)
        else:
            return ""
    if letter in ("n", "s"):
        letter, kept = "", [DIRECTIONS[letter], *kept]
    return " ".join([figure + letter, *kept])


def standard_name(words: list[str], *, initials_are_directions: bool = False) -> str:
    """Return words as one name: abbreviations and numbers written one way, small words left away.

    Examples
    --------
    >>> standard_name(["cinco", "de", "mayo"])
    '5 mayo'
    """
    kept = [word for word in words if word not in _SMALL] or words
    if initials_are_directions:
        return " ".join(_ENGLISH_DIRECTIONS.get(word) or _standard(word) for word in kept)
    # "E. Zapata" is Emiliano, "E 79th St" is east.
    return " ".join(word if word in _COMPASS else _standard(word) for word in kept)


def neighborhood_name(text: str) -> str:
    """Return a neighborhood's name in the one spelling, without "Col." and the like.

    Examples
    --------
    >>> neighborhood_name("Col. Sta. María la Ribera")
    'santa maria ribera'
    """
    return neighborhood_of(plain_words(text))


def neighborhood_of(words: list[str]) -> str:
    """Return a neighborhood's name whose words are folded and hold letters and figures only.

    Examples
    --------
    >>> neighborhood_of(["asoc", "de", "viv", "los", "jardines"])
    'jardines'
    """
    whole = len(words)
    while len(words) > 1:
        # "Asociación de Vivienda": a small word between two that are left away.
        between = len(words) < whole and words[0] in _SMALL and words[1] in NEIGHBORHOOD_WORDS
        pair = len(words) > 2 and (between or (words[0], words[1]) in _AREA_PAIRS)
        if not pair and words[0] not in NEIGHBORHOOD_WORDS:
            break
        words = words[2:] if pair else words[1:]
    return standard_name(words)


def sorted_words(name: str) -> str:
    """Return a name with its words in alphabetical order: equal where words were swapped."""
    return " ".join(sorted(name.split()))


def has_name(words: list[str]) -> bool:
    """Return whether there is a name among a street's words, and not just its type.

    Examples
    --------
    >>> has_name(["calle"]), has_name(["calle", "lerdo"]), has_name(["boulevard", "malecon"])
    (False, True, True)
    """
    place, last = 0, len(words)
    if last > 1 and words[0] in ("los", "las"):
        # "Los Carrera" are no carrera.
        return True
    if last and words[0] in TYPES_BEFORE:
        place = 1
    while place < last and (
        words[place] in _SMALL or TYPES_BEFORE.get(words[place]) in PLAIN_TYPES
    ):
        place += 1
    return place < last


def name_variants(street: StreetName) -> tuple[str, ...]:
    """Return the names that a street may be listed under: a rare type may be part of its name.

    Examples
    --------
    >>> name_variants(StreetName("via", "lactea")), name_variants(StreetName("calle", "lerdo"))
    (('lactea', 'via lactea'), ('lerdo',))
    """
    if not street.kind or street.kind in PLAIN_TYPES or street.kind in _ENGLISH_TYPES:
        return (street.name,)
    return (street.name, f"{street.kind} {street.name}")


def direction_of(name: str) -> str:
    """Return the word of a name that says north, south, east or west, "" without one.

    Examples
    --------
    >>> direction_of("poniente 62"), direction_of("juarez norte"), direction_of("lerdo")
    ('poniente', 'norte', '')
    """
    words = name.split()
    return next((word for word in (*words[:1], *words[-1:]) if word in _LEXICON["directions"]), "")


def base_name(name: str) -> str:
    """Return a name without the word that says north, south, east or west.

    Examples
    --------
    >>> base_name("poniente 62"), base_name("norte")
    ('62', 'norte')
    """
    direction = direction_of(name)
    rest = [word for word in name.split() if word != direction]
    return " ".join(rest) or name


def numbers_in(name: str) -> tuple[str, ...]:
    """Return the words of a name that hold a digit, sorted; they must agree exactly."""
    return tuple(sorted(word for word in name.split() if any(sign.isdigit() for sign in word)))


def _standard(word: str) -> str:
    if word in _NUMBERS:
        return _NUMBERS[word]
    if word in _WORDS:
        return _WORDS[word]
    if word in DIRECTIONS:
        return DIRECTIONS[word]
    if match := _ORDINAL.fullmatch(word):
        return str(int(match[1]))
    return word.lstrip("0") or word if word.isdigit() else word
