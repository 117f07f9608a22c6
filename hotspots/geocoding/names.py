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
NEIGHBOURHOOD_WORDS = _inverted("neighbourhoods")
_WORDS = _inverted("words")
_NUMBERS = _inverted("numbers")
KEYWORDS = {key: frozenset(words.split()) for key, words in _LEXICON["keywords"].items()}
_SMALL = KEYWORDS["small"]
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na|o|a)")
_SIGNS = re.compile(r"[^0-9a-z]+")
_ENGLISH_TYPES = frozenset(TYPES_AFTER.values())


class StreetName(NamedTuple):
    """A street's type ("" where none is stated) and its name in the one spelling."""

    kind: str
    name: str


_PLAIN_TYPES = frozenset({"calle", "avenida", "privada", "cerrada", "callejon", "carrera"})
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
    words = plain_words(text)
    kind = ""
    if len(words) > 1 and words[0] in TYPES_BEFORE:
        kind = TYPES_BEFORE[words[0]]
        words = words[1:]
        if words[0] in _SMALL and len(words) > 1:
            words = words[1:]
    elif len(words) > 1 and words[-1] in TYPES_AFTER:
        kind = TYPES_AFTER[words[-1]]
        words = words[:-1]
    english = kind in _ENGLISH_TYPES
    return StreetName(kind, standard_name(words, initials_are_directions=english))


def standard_name(words: list[str], *, initials_are_directions: bool = False) -> str:
    """Return words as one name: abbreviations and numbers written one way, small words left away.

    Examples
    --------
    >>> standard_name(["cinco", "de", "mayo"])
    '5 mayo'
    """
    kept = [word for word in words if word not in _SMALL] or words
    return " ".join(
        # "E. Zapata" is Emiliano, "E 79th St" is east.
        word
        if len(word) == 1 and word in DIRECTIONS and not initials_are_directions
        else _standard(word)
        for word in kept
    )


def neighbourhood_name(text: str) -> str:
    """Return a neighbourhood's name in the one spelling, without "Col." and the like.

    Examples
    --------
    >>> neighbourhood_name("Col. Sta. María la Ribera")
    'santa maria ribera'
    """
    words = re.sub(r"\b(aa|pp)\W{0,2}(hh|jj)\b", r"\1\2", fold(text))
    listed = _SIGNS.sub(" ", words).split()
    while len(listed) > 1 and listed[0] in NEIGHBOURHOOD_WORDS:
        listed = listed[1:]
    return standard_name(listed)


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
    rest = list(words)
    if rest and rest[0] in TYPES_BEFORE:
        rest = rest[1:]
    while rest and (rest[0] in KEYWORDS["small"] or TYPES_BEFORE.get(rest[0]) in _PLAIN_TYPES):
        rest = rest[1:]
    return bool(rest)


def name_variants(street: StreetName) -> tuple[str, ...]:
    """Return the names that a street may be listed under: a rare type may be part of its name.

    Examples
    --------
    >>> name_variants(StreetName("via", "lactea")), name_variants(StreetName("calle", "lerdo"))
    (('lactea', 'via lactea'), ('lerdo',))
    """
    if not street.kind or street.kind in _PLAIN_TYPES or street.kind in _ENGLISH_TYPES:
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
