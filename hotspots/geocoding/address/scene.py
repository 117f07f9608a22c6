"""Reports say where it was before they name the street: "Lote baldío en calle Lerdo"."""

from __future__ import annotations

from hotspots.geocoding.address.names import KEYWORDS, TYPES_BEFORE
from hotspots.geocoding.address.tokens import BREAKS

STREET_WORDS = frozenset({*KEYWORDS["streets"], "calles", "avenidas"}) | {
    word for word, kind in TYPES_BEFORE.items() if kind in KEYWORDS["opening"]
}
"""Types that say, wherever they stand, that a street's name follows."""

_SCENE = KEYWORDS["scene"] | KEYWORDS["small"]
_TOWARD = frozenset({"en", "sobre"})


def without_lead(words: list[str]) -> list[str]:
    """Return tokens without the words that only lead to the street.

    Words that name a scene and no place of its own (a vacant lot, the public way) are left
    away as far as a street's type, or an "en" or "sobre" behind them; so is a label such as
    "domicilio".

    Examples
    --------
    >>> without_lead("lote baldio ubicado en la calle lerdo 12".split())
    ['calle', 'lerdo', '12']
    >>> without_lead("casa en lerdo 12".split()), without_lead("domicilio lerdo 12".split())
    (['lerdo', '12'], ['lerdo', '12'])
    >>> without_lead("bosque de la calle 5".split())
    ['bosque', 'de', 'la', 'calle', '5']
    """
    if not words or words[0] not in _SCENE | KEYWORDS["labels"]:
        return words
    place = _street_or_end(words)
    scene = KEYWORDS["scene"].intersection(words[:place])
    if scene and words[place] in STREET_WORDS:
        return words[place:]
    if scene and words[place] in BREAKS:
        return words[place + 1 :]
    toward = max((at for at in range(place) if words[at] in _TOWARD), default=-1)
    if toward < 0:
        return words[1:] if words[0] in KEYWORDS["labels"] and len(words) > 1 else words
    place = toward + 1
    while place < len(words) - 1 and words[place] in KEYWORDS["small"]:
        place += 1
    return words[place:] or words


def _street_or_end(words: list[str]) -> int:
    """Return where the words of the scene end: at a street's type or at a word of another kind."""
    place = 0
    while place < len(words) - 1 and words[place] in _SCENE | KEYWORDS["labels"]:
        public = words[place : place + 2] == ["via", "publica"]
        if words[place] == "via" and not public:
            break
        place += 2 if public else 1
        named = place < len(words) - 1 and words[place + 1][0].isalnum()
        if named and words[place] in STREET_WORDS:
            break
    return min(place, len(words) - 1)
