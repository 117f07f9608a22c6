"""Reports say where it was before they name the street: "Lote baldío en calle Lerdo"."""

from __future__ import annotations

from hotspots.geocoding.names import KEYWORDS, TYPES_BEFORE

STREET_WORDS = frozenset({*KEYWORDS["streets"], "calles", "avenidas"}) | {
    word for word, kind in TYPES_BEFORE.items() if kind in KEYWORDS["opening"]
}
"""Types that say, wherever they stand, that a street's name follows."""

_SCENE = KEYWORDS["scene"] | KEYWORDS["small"]
_TOWARDS = frozenset({"en", "sobre"})


def without_lead(words: list[str]) -> list[str]:
    """Return tokens without the words that only lead to the street.

    Words that name a scene and no place of its own (a vacant lot, the public way) are left
    away as far as a street's type; without one, "en" and "sobre" alone.

    Examples
    --------
    >>> without_lead("lote baldio ubicado en la calle lerdo 12".split())
    ['calle', 'lerdo', '12']
    >>> without_lead("en el cruce de lerdo y mina".split())
    ['cruce', 'de', 'lerdo', 'y', 'mina']
    >>> without_lead("bosque de la calle 5".split())
    ['bosque', 'de', 'la', 'calle', '5']
    """
    if not words or words[0] not in _SCENE:
        return words
    place = 1 if words[0] != "via" else 2 if words[1:2] == ["publica"] else 0
    while 0 < place < len(words) - 1:
        if words[place] in STREET_WORDS and words[place + 1][0].isalnum():
            return words[place:] if KEYWORDS["scene"].intersection(words[:place]) else words
        if words[place] not in _SCENE:
            break
        place += 1
    place = 0
    if words[0] in _TOWARDS:
        place = 1
        while place < len(words) - 1 and words[place] in KEYWORDS["small"]:
            place += 1
    return words[place:]
