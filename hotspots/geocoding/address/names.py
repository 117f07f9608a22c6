"""Standardize the names of streets and places, so that equal names compare equal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hotspots._text import fold

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na|o)")
_NUMBERED = re.compile(r"(\d+)([a-np-z]?)([ns]?)")
_COMPASS = frozenset("nsew")
_DIRECTIONS = frozenset(
    ("norte", "sur", "oriente", "poniente", "noreste", "noroeste", "sureste", "suroeste")
)
_SIGNS = re.compile(r"[^0-9a-z]+")


class StreetName(NamedTuple):
    """A street's type ("" if not stated) and its standardized name."""

    kind: str
    name: str


NO_STREET = StreetName("", "")


def plain_words(text: str) -> list[str]:
    """Return the folded words of a text, without punctuation.

    Examples
    --------
    >>> plain_words("Av. 16 de Septiembre")
    ['av', '16', 'de', 'septiembre']
    """
    return _SIGNS.sub(" ", fold(text)).split()


def street_name(text: str, lexicon: Lexicon) -> StreetName:
    """Return a street's type and name, abbreviations written out and articles dropped.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> street_name("Av. Gral. Rodolfo Fierro", words)
    StreetName(kind='avenida', name='general rodolfo fierro')
    >>> street_name("W 62ND ST", words)
    StreetName(kind='street', name='poniente 62')
    >>> street_name("Calle Dieciséis de Septiembre", words)
    StreetName(kind='calle', name='16 septiembre')
    >>> street_name("", words)
    StreetName(kind='', name='')
    """
    return street_of(plain_words(text), lexicon)


def street_of(words: list[str], lexicon: Lexicon) -> StreetName:
    """Return the type and name of a street, given its folded, alphanumeric words.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> street_of(["av", "gral", "fierro"], words)
    StreetName(kind='avenida', name='general fierro')
    """
    kind, words, english = _parted(words, lexicon)
    name = "" if english else numbered_name(words, lexicon, typed=bool(kind))
    return StreetName(kind, name or standard_name(words, lexicon, initials_are_directions=english))


def _parted(words: list[str], lexicon: Lexicon) -> tuple[str, list[str], bool]:
    """Return a street's type, the words of its name, and whether its name is English."""
    if len(words) < 2:
        return "", words, False
    first, last = words[0], words[-1]
    if first in lexicon.types_before:
        return *_typed(lexicon.types_before[first], words[1:], lexicon), False
    if words[1] in lexicon.types_before and is_ordinal(first, lexicon):
        # "1a. Privada de Guerrero" is "Privada 1a de Guerrero".
        return lexicon.types_before[words[1]], [figure_of(first, lexicon), *words[2:]], False
    if last in lexicon.types_after:
        return lexicon.types_after[last], words[:-1], True
    named = len(words) > 2 and not _COMPASS.issuperset(words[:-2])
    if named and last in lexicon.english_directions and words[-2] in lexicon.types_after:
        return lexicon.types_after[words[-2]], [*words[:-2], last], True
    if any(word in lexicon.keywords["english_roads"] for word in words) and _ends_in_figure(
        words, lexicon
    ):
        road = next(word for word in words if word in lexicon.keywords["english_roads"])
        return lexicon.types_after[road], [word for word in words if word != road], True
    # "842 E 1700 S" stands on a grid of Utah.
    grid = first in _COMPASS and last in _COMPASS and words[1][0].isdigit()
    return "", words, grid


def _typed(kind: str, words: list[str], lexicon: Lexicon) -> tuple[str, list[str]]:
    """Return the type that counts, and the words of the name after it."""
    second = lexicon.types_before.get(words[0]) if len(words) > 1 else None
    if kind == "avenida" and second in ("calle", "carrera") and words[1][0].isdigit():
        # Bogotá's "Avenida Calle 26" is Calle 26, and nothing else is.
        return second, words[1:]
    plain = ("calle", "avenida", "jiron")
    if second in plain and kind not in plain and words[0] != "calles":
        words = words[1:]
    while len(words) > 1 and words[0] in lexicon.keywords["small"]:
        words = words[1:]
    if kind in lexicon.keywords["ways"] and len(words) > 1 and words[0] in ("a", "al"):
        words = words[1:]
    return kind, words


def is_ordinal(word: str, lexicon: Lexicon) -> bool:
    """Return whether a word is a spelled-out Spanish number or an ordinal such as 4ta.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> [is_ordinal(word, words) for word in ("4ta", "segundo", "4", "4th")]
    [True, True, False, False]
    """
    english = word in lexicon.keywords["english_ordinals"] or word.endswith(
        ("st", "nd", "rd", "th")
    )
    return word in lexicon.numbers and not english


def figure_of(word: str, lexicon: Lexicon) -> str:
    """Return the digits of a number or an ordinal, "" if the word is neither.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> [figure_of(word, words) for word in ("4ta", "5th", "12", "lerdo")]
    ['4', '5', '12', '']
    """
    figure = _standard(word, lexicon)
    return figure if figure.isdigit() else ""


def _ends_in_figure(words: list[str], lexicon: Lexicon) -> bool:
    last = words[-2] if words[-1] in lexicon.english_directions and len(words) > 2 else words[-1]
    return last[0].isdigit()


def numbered_name(words: list[str], lexicon: Lexicon, *, typed: bool = True) -> str:
    """Return the name of a numbered street, "" if the street is not numbered.

    Letters and *bis* are part of the number, as in Colombia and in Mérida: 60-A and 60 are
    different streets. Without a type before it, 5a is the ordinal.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> [numbered_name(name.split(), words) for name in ("60 a", "15 bis a", "23n")]
    ['60a', '15 bis a', '23 norte']
    >>> numbered_name(["16", "de", "septiembre"], words)
    ''
    """
    match = _NUMBERED.fullmatch(words[0]) if words else None
    if match is None or (len(words) == 1 and not typed and words[0] in lexicon.numbers):
        return ""
    figure, letter = str(int(match[1])), match[2]
    kept = [lexicon.directions[match[3]]] if match[3] else []
    for word in words[1:]:
        if word in lexicon.directions and (len(word) > 1 or word in ("n", "s")):
            kept.append(lexicon.directions[word])
        elif len(word) == 1 and word.isalpha() and not letter and not kept:
            letter = word
        elif word == "bis" or (len(word) == 1 and word.isalpha()):
            kept.append(word)
        else:
            return ""
    if letter in ("n", "s"):
        letter, kept = "", [lexicon.directions[letter], *kept]
    return " ".join([figure + letter, *kept])


def standard_name(
    words: list[str], lexicon: Lexicon, *, initials_are_directions: bool = False
) -> str:
    """Return words as one name: abbreviations and numbers standardized, articles dropped.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> standard_name(["cinco", "de", "mayo"], words)
    '5 mayo'
    """
    kept = [word for word in words if word not in lexicon.keywords["small"]] or words
    if initials_are_directions:
        return " ".join(
            lexicon.english_directions.get(word) or _standard(word, lexicon) for word in kept
        )
    # "E. Zapata" is Emiliano, "E 79th St" is east.
    return " ".join(word if word in _COMPASS else _standard(word, lexicon) for word in kept)


def neighborhood_name(text: str, lexicon: Lexicon) -> str:
    """Return a neighborhood's standardized name, without "Col." and the like.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> neighborhood_name("Col. Sta. María la Ribera", words)
    'santa maria ribera'
    """
    return neighborhood_of(plain_words(text), lexicon)


def neighborhood_of(words: list[str], lexicon: Lexicon) -> str:
    """Return a neighborhood's name, given its folded, alphanumeric words.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> neighborhood_of(["asoc", "de", "viv", "los", "jardines"], words)
    'jardines'
    """
    whole = len(words)
    while len(words) > 1:
        # "Asociación de Vivienda": a preposition between two words that are dropped.
        between = (
            len(words) < whole
            and words[0] in lexicon.keywords["small"]
            and words[1] in lexicon.neighborhood_words
        )
        pair = len(words) > 2 and (between or (words[0], words[1]) in lexicon.neighborhood_pairs)
        if not pair and words[0] not in lexicon.neighborhood_words:
            break
        words = words[2:] if pair else words[1:]
    return standard_name(words, lexicon)


def sorted_words(name: str) -> str:
    """Return a name with its words sorted, so that names with swapped words are equal."""
    return " ".join(sorted(name.split()))


def has_name(words: list[str], lexicon: Lexicon) -> bool:
    """Return whether a street's words hold a name, and not just its type.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> [has_name(name.split(), words) for name in ("calle", "calle lerdo", "boulevard malecon")]
    [False, True, True]
    """
    place, last = 0, len(words)
    if last > 1 and words[0] in ("los", "las"):
        # "Los Carrera" are no carrera.
        return True
    if last and words[0] in lexicon.types_before:
        place = 1
    while place < last and (
        words[place] in lexicon.keywords["small"]
        or lexicon.types_before.get(words[place]) in lexicon.keywords["plain_types"]
    ):
        place += 1
    return place < last


def name_variants(street: StreetName, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the names that a street may be listed under: an unusual type may belong to it.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> name_variants(StreetName("via", "lactea"), words)
    ('lactea', 'via lactea')
    >>> name_variants(StreetName("calle", "lerdo"), words)
    ('lerdo',)
    """
    if (
        not street.kind
        or street.kind in lexicon.keywords["plain_types"]
        or street.kind in lexicon.english_types
    ):
        return (street.name,)
    return (street.name, f"{street.kind} {street.name}")


def direction_of(name: str) -> str:
    """Return the compass direction in a name, "" if there is none.

    Examples
    --------
    >>> direction_of("poniente 62"), direction_of("juarez norte"), direction_of("lerdo")
    ('poniente', 'norte', '')
    """
    words = name.split()
    return next((word for word in (*words[:1], *words[-1:]) if word in _DIRECTIONS), "")


def base_name(name: str) -> str:
    """Return a name without its compass direction.

    Examples
    --------
    >>> base_name("poniente 62"), base_name("norte")
    ('62', 'norte')
    """
    direction = direction_of(name)
    rest = [word for word in name.split() if word != direction]
    return " ".join(rest) or name


def numbers_in(name: str) -> tuple[str, ...]:
    """Return the words of a name that contain a digit, sorted; these must match exactly."""
    return tuple(sorted(word for word in name.split() if any(sign.isdigit() for sign in word)))


def _standard(word: str, lexicon: Lexicon) -> str:
    standard = lexicon.standard_words.get(word)
    if standard is not None:
        return standard
    if word.isalpha():
        return word
    if match := _ORDINAL.fullmatch(word):
        return str(int(match[1]))
    return word.lstrip("0") or word if word.isdigit() else word
