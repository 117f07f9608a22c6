"""The tokens of an address are dealt out to its parts, each keyword opening what it announces."""

from __future__ import annotations

from hotspots.geocoding.address.cursor import Draft, Walk
from hotspots.geocoding.address.keywords import take_code, take_value
from hotspots.geocoding.address.names import (
    KEYWORDS,
    NEIGHBORHOOD_WORDS,
    TYPES_BEFORE,
    UNITS,
    figure_of,
    has_name,
    is_ordinal,
)
from hotspots.geocoding.address.numbers import FIGURE, leads_with_house, split_house
from hotspots.geocoding.address.scene import STREET_WORDS
from hotspots.geocoding.address.tokens import BREAKS, CODE

_AREA_WORDS = frozenset({*NEIGHBORHOOD_WORDS, *KEYWORDS["areas"]})
_HOUSE_WORDS = frozenset({*KEYWORDS["streets"], *KEYWORDS["block"], *UNITS})
_CROSSED = frozenset({"esq", "esquina", "entre", "#"})
_CROSSING = KEYWORDS["between"] | KEYWORDS["corner"]
_LEADING_TO = frozenset({"ubicado", "ubicada", "en", "sobre"})
_ANNOUNCING = (
    *("between", "corner", "crossings", "landmark", "block", "lot", "parcel", "kilometer"),
    *("hundred", "areas", "city", "districts", "streets"),
)
# Every other word goes where the word before it went.
_KEYS = frozenset(
    {
        *_AREA_WORDS,
        *STREET_WORDS,
        *UNITS,
        *BREAKS,
        *(word for key in _ANNOUNCING for word in KEYWORDS[key]),
        *("s/n", "cp", "pb", "p", "m", "l", "y", "e", "#", "/", "--", CODE),
    }
)


def lay_out(words: list[str], *, boxed: bool = False) -> Draft:
    """Return the tokens of an address dealt out to its parts.

    ``boxed`` says that a mail box stood where the street stands otherwise.

    Examples
    --------
    >>> draft = lay_out(["lerdo", "5", "esq", "ocampo", ",", "col", "centro"])
    >>> draft.street, draft.corner, draft.neighborhood
    (['lerdo', '5'], ['ocampo'], ['centro'])
    """
    walk = Walk(words)
    if boxed:
        walk.open_rest()
    while walk.place < len(words):
        word = words[walk.place]
        if word not in _KEYS and not (word.isdigit() and len(word) > 3):
            walk.part.append(word)
            walk.fresh = False
            walk.place += 1
        elif word in BREAKS or (word == "--" and _parts_names(walk)):
            _break(walk)
        else:
            _announced(walk, word)
            walk.fresh = False
    return _gathered(walk.draft)


def _announced(walk: Walk, word: str) -> None:
    """Take a value, open a part, or let the word be one like any other."""
    taken = take_code(walk, word) or take_value(walk, word)
    if taken:
        walk.place += taken
        return
    opened = _opened(walk, word)
    walk.place += 1
    if opened is None:
        walk.part.append("-" if word == "--" else word)
        return
    walk.part = opened
    draft = walk.draft
    skipped = KEYWORDS["links"]
    if opened is draft.street and opened:
        skipped = frozenset()
    elif opened is draft.landmark:
        skipped -= KEYWORDS["streets"] | {"calles"}
    elif opened is draft.corner:
        skipped |= KEYWORDS["crossings"]
    while walk.place < len(walk.words) - 1 and walk.words[walk.place] in skipped:
        walk.place += 1


def _parts_names(walk: Walk) -> bool:
    """Return whether a hyphen between spaces is a comma: not in a number, nor in a road."""
    ahead = walk.ahead
    road = walk.draft.street and TYPES_BEFORE.get(walk.draft.street[0]) in KEYWORDS["ways"]
    return len(ahead) > 1 and ahead[0].isalpha() and not (road and walk.part is walk.draft.street)


def _break(walk: Walk) -> None:
    walk.place += 1
    walk.fresh = True
    draft = walk.draft
    if walk.part is draft.street and _names_place(draft.street) and _types_street(walk):
        # "Parque Central, calle Lerdo": what stood before was no street.
        draft.rest.append(draft.street.copy())
        draft.street.clear()
        walk.part = draft.street
    elif not draft.street and (not walk.begun or _starts_street(walk)):
        walk.part = draft.street
    else:
        walk.open_rest()


def _names_place(street: list[str]) -> bool:
    """Return whether words before a break can be a place's: without a type and a figure."""
    return bool(street) and street[0] not in TYPES_BEFORE and all(map(str.isalpha, street))


def _types_street(walk: Walk) -> bool:
    """Return whether the part behind a break is the street: by its type, house or crossing."""
    part = walk.until_break(walk.place)
    if len(part) < 2 or part[0] in STREET_WORDS:
        return len(part) > 1
    if part[0] in _KEYS or part[0] in KEYWORDS["phases"] or not part[0].isalpha():
        return False
    if any(word in _CROSSED for word in part):
        return True
    return part[-1] == "s/n" or (len(part[-1]) < 5 and FIGURE.fullmatch(part[-1]) is not None)


def _starts_street(walk: Walk) -> bool:
    """Return whether the part behind a break is the street that is still missing."""
    part = walk.until_break(walk.place)
    if len(part) < 2 or part[0] in _AREA_WORDS or part[0] in KEYWORDS["city"]:
        return False
    if part[0] in TYPES_BEFORE or leads_with_house(part):
        return True
    settled = not walk.draft.neighborhood or "block" in walk.draft.values
    numbered = part[-1] == "s/n" or (len(part[-1]) < 5 and FIGURE.fullmatch(part[-1]))
    return bool(numbered) and not settled and part[0] not in _KEYS


def _opened(walk: Walk, word: str) -> list[str] | None:
    """Return the part that a keyword opens; None where the word is one like any other."""
    draft, part = walk.draft, walk.part
    if not walk.ahead:
        return None
    opener = word in KEYWORDS["streets"] or (part is draft.landmark and word in STREET_WORDS)
    if opener and _opens_street(walk):
        draft.street.append(word)
        return draft.street
    if part is draft.landmark:
        return None
    if word in KEYWORDS["districts"] and part and part is draft.neighborhood:
        walk.open_rest()
        return walk.part
    if word in _AREA_WORDS and _opens_area(walk, word):
        if word in KEYWORDS["areas"]:
            draft.neighborhood.append(word)
        return draft.neighborhood
    if walk.fresh and word in KEYWORDS["city"] and walk.begun and not draft.city:
        if word in ("cd", "ciudad"):
            draft.city.append(word)
        return draft.city
    if not draft.street and part is draft.street:
        if word in KEYWORDS["landmark"]:
            return draft.landmark
        if word == "entre" and walk.ahead != "rios" and "y" in walk.until_break(walk.place + 2):
            # "Entre Begonias y Azucenas": no street is named but those that cross.
            return draft.street
        return draft.street if word in KEYWORDS["crossings"] else None
    return _crossing(walk, word) if has_name(draft.street) else None


def _crossing(walk: Walk, word: str) -> list[str] | None:
    """Return the part for what crosses a street that is named, or stands beside it."""
    draft, part, ahead = walk.draft, walk.part, walk.ahead
    if word in KEYWORDS["between"]:
        # "Córdoba y Entre Ríos", "entre Entre Ríos y Mitre".
        crossing = part is draft.corner or part is draft.between
        named = crossing and (not part or part[-1] in KEYWORDS["joints"])
        return None if named else draft.between
    on_street = part is draft.street or part is draft.number
    if not (on_street or walk.fresh or part is walk.tail):
        return None
    if word in KEYWORDS["landmark"]:
        # "Carretera Federal a la altura del km 12".
        while len(draft.street) > 1 and draft.street[-1] in KEYWORDS["links"] - {"calle"}:
            draft.street.pop()
        # "A un lado de": words that only lead to a landmark are no street.
        if KEYWORDS["links"].issuperset(draft.street):
            draft.street.clear()
        return draft.landmark
    if word in ("x", "por"):
        return draft.between if word == "x" or ahead[0].isdigit() else None
    if word in KEYWORDS["corner"] or (word == "/" and not ahead[0].isdigit()):
        return draft.corner
    joins = word == "y" or (word == "e" and len(ahead) > 2 and ahead.startswith(("i", "hi", "y")))
    if joins and (on_street or not part):
        draft.joined = ahead not in KEYWORDS["crossings"]
        return draft.corner
    return None


def _opens_area(walk: Walk, word: str) -> bool:
    """Return whether a word such as "Col." or "barrio" opens a neighborhood here."""
    draft = walk.draft
    strong = word in NEIGHBORHOOD_WORDS and word not in KEYWORDS["after_comma"]
    if draft.neighborhood or (walk.part is draft.city and not strong):
        return False
    if walk.fresh:
        return word not in KEYWORDS["areas"] or walk.begun or _house_ahead(walk)
    if strong:
        return has_name(draft.street) or bool(draft.values)
    if walk.part is draft.between or walk.part is draft.corner:
        return False
    settled = draft.number or draft.values or draft.unit
    return bool(settled) or (draft.street[-1:] != [] and draft.street[-1][0].isdigit())


def _house_ahead(walk: Walk) -> bool:
    """Return whether "Residencial Sol Mz. A" or "Villa Sol Pasaje 3" begins here."""
    house = KEYWORDS["streets"] if walk.words[walk.place] == "villa" else _HOUSE_WORDS
    for word in walk.until_break(walk.place + 1):
        if word in house:
            return True
        if word in KEYWORDS["between"] or word in KEYWORDS["corner"] or word in ("s/n", "#", "y"):
            return False
    return False


def _opens_street(walk: Walk) -> bool:
    """Return whether a street begins behind another part: "Villa Sol Pasaje 3"."""
    draft, part = walk.draft, walk.part
    if draft.street:
        return False
    if part is draft.number or part is draft.landmark:
        # "Frente al número 123 de la calle Lerdo", "afuera de un bar en Av. Juárez".
        if part is draft.number or all(word in KEYWORDS["small"] for word in part):
            while part and part[-1] in KEYWORDS["small"]:
                part.pop()
            return True
        if _leads_here(part):
            return True
        if walk.words[walk.place] != "c" and part[-1] not in KEYWORDS["small"] | _CROSSING:
            # "Frente al mercado Av. Lerdo": nothing ties the street to the landmark's name.
            return True
        return _addressed(walk)
    return part is draft.neighborhood and bool(part) and part[-1] not in KEYWORDS["small"]


def _addressed(walk: Walk) -> bool:
    """Return whether a landmark's end is a whole address: "la tienda de calle Lerdo #12".

    The words that tie it to the landmark are taken from the landmark's end.
    """
    part = walk.part
    if part[-1] not in KEYWORDS["small"]:
        return False
    behind = walk.until_break(walk.place + 1)
    if not any(word in _CROSSED or (word.isdigit() and len(word) > 2) for word in behind):
        return False
    while part and part[-1] in KEYWORDS["small"]:
        part.pop()
    return bool(part)


def _leads_here(landmark: list[str]) -> bool:
    """Take the words that lead to a street from a landmark's end: "un bar ubicado en la"."""
    end = len(landmark)
    while end and landmark[end - 1] in KEYWORDS["small"]:
        end -= 1
    known = end
    while end and landmark[end - 1] in _LEADING_TO:
        end -= 1
    if end == known:
        return False
    del landmark[end:]
    return True


def _gathered(draft: Draft) -> Draft:
    """Bring a number or a floor that stands behind a comma back to its house."""
    # "Av. Lerdo frente al 120".
    if len(draft.landmark) == 1 and draft.landmark[0].isdigit() and _lacks_house(draft):
        draft.number += draft.landmark
        draft.landmark.clear()
    for part in draft.rest:
        if not part or not part[0][0].isdigit():
            continue
        few = len(part) == 1 or all(len(word) == 1 or word == "bis" for word in part[1:])
        if few and is_ordinal(part[0]):
            draft.unit += [figure_of(part[0]), *part[1:]]
            part.clear()
        elif few and FIGURE.fullmatch(part[0]) and not draft.number and _lacks_house(draft):
            draft.number += part
            part.clear()
    return draft


def _lacks_house(draft: Draft) -> bool:
    return "block" not in draft.values and split_house(draft.street).house.number is None
