"""Reports describe the scene before they name the street: "Lote baldío en calle Lerdo"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.geocoding.address.lexicon import SIGNS

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon


def without_scene(words: list[str], lexicon: Lexicon) -> list[str]:
    """Return tokens without a description of the scene before the street.

    Words that describe a scene but locate nothing (a vacant lot, the public way) are dropped up
    to a street's type, or to an "en" or "sobre" after them; so is a label such as "domicilio".

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> without_scene("lote baldio ubicado en la calle lerdo 12".split(), words)
    ['calle', 'lerdo', '12']
    >>> without_scene("casa en lerdo 12".split(), words)
    ['lerdo', '12']
    >>> without_scene("domicilio lerdo 12".split(), words)
    ['lerdo', '12']
    >>> without_scene("bosque de la calle 5".split(), words)
    ['bosque', 'de', 'la', 'calle', '5']
    """
    keywords = lexicon.keywords
    if not words or words[0] not in lexicon.scene_words | keywords["labels"]:
        return words
    place = _street_or_end(words, lexicon)
    scene = keywords["scene"].intersection(words[:place])
    if scene and words[place] in lexicon.street_words:
        return words[place:]
    if scene and words[place] in SIGNS:
        return words[place + 1 :]
    toward = max((at for at in range(place) if words[at] in keywords["toward"]), default=-1)
    if toward < 0:
        return words[1:] if words[0] in keywords["labels"] and len(words) > 1 else words
    place = toward + 1
    while place < len(words) - 1 and words[place] in keywords["small"]:
        place += 1
    return words[place:] or words


def _street_or_end(words: list[str], lexicon: Lexicon) -> int:
    """Return where the description of the scene ends: at a street's type or any other word."""
    place = 0
    while (
        place < len(words) - 1 and words[place] in lexicon.scene_words | lexicon.keywords["labels"]
    ):
        public = words[place : place + 2] == ["via", "publica"]
        if words[place] == "via" and not public:
            break
        place += 2 if public else 1
        named = place < len(words) - 1 and words[place + 1][0].isalnum()
        if named and words[place] in lexicon.street_words:
            break
    return min(place, len(words) - 1)
