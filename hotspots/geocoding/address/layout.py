"""Assign the tokens of an address to its parts; each keyword starts the part it announces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.geocoding.address.cursor import Cursor, Draft
from hotspots.geocoding.address.keywords import take_code, take_value
from hotspots.geocoding.address.lexicon import SIGNS
from hotspots.geocoding.address.names import figure_of, has_name, is_ordinal
from hotspots.geocoding.address.numbers import FIGURE, split_house, starts_with_house

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon

_CROSSED = frozenset({"esq", "esquina", "entre", "#"})


def lay_out(words: list[str], lexicon: Lexicon, *, boxed: bool = False) -> Draft:
    """Return the tokens of an address, assigned to its parts.

    ``boxed`` says that the address begins with a mailbox instead of a street.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = ["lerdo", "5", "esq", "ocampo", ",", "col", "centro"]
    >>> draft = lay_out(words, lexicon_of())
    >>> draft.street, draft.corner, draft.neighborhood
    (['lerdo', '5'], ['ocampo'], ['centro'])
    """
    cursor = Cursor(words, lexicon)
    announcing = lexicon.announcing
    if boxed:
        cursor.open_rest()
    while cursor.place < len(words):
        word = words[cursor.place]
        if word not in announcing and not (word.isdigit() and len(word) > 3):
            cursor.part.append(word)
            cursor.fresh = False
            cursor.place += 1
        elif word in SIGNS or (word == "--" and _parts_names(cursor)):
            _break(cursor)
        else:
            _announced(cursor, word)
            cursor.fresh = False
    return _gathered(cursor.draft, lexicon)


def _announced(cursor: Cursor, word: str) -> None:
    """Consume a value, start a part, or treat the word as ordinary."""
    keywords = cursor.lexicon.keywords
    taken = take_code(cursor, word) or take_value(cursor, word)
    if taken:
        cursor.place += taken
        return
    opened = _opened(cursor, word)
    cursor.place += 1
    if opened is None:
        cursor.part.append("-" if word == "--" else word)
        return
    cursor.part = opened
    draft = cursor.draft
    skipped = keywords["links"]
    if opened is draft.street and opened:
        skipped = frozenset()
    elif opened is draft.landmark:
        skipped -= keywords["streets"] | {"calles"}
    elif opened is draft.corner:
        skipped |= keywords["crossings"]
    while cursor.place < len(cursor.words) - 1 and cursor.words[cursor.place] in skipped:
        cursor.place += 1


def _parts_names(cursor: Cursor) -> bool:
    """Return whether a hyphen between spaces acts as a comma: not in a number or a road."""
    ahead = cursor.ahead
    road = (
        cursor.draft.street
        and cursor.lexicon.types_before.get(cursor.draft.street[0])
        in cursor.lexicon.keywords["ways"]
    )
    return (
        len(ahead) > 1 and ahead[0].isalpha() and not (road and cursor.part is cursor.draft.street)
    )


def _break(cursor: Cursor) -> None:
    cursor.place += 1
    cursor.fresh = True
    draft = cursor.draft
    if (
        cursor.part is draft.street
        and _names_place(draft.street, cursor.lexicon)
        and _types_street(cursor)
    ):
        # "Parque Central, calle Lerdo": what stood before was no street.
        draft.rest.append(draft.street.copy())
        draft.street.clear()
        cursor.part = draft.street
    elif not draft.street and (not cursor.begun or _starts_street(cursor)):
        cursor.part = draft.street
    else:
        cursor.open_rest()


def _names_place(street: list[str], lexicon: Lexicon) -> bool:
    """Return whether the words before a break can name a place: no street type, no number."""
    return bool(street) and street[0] not in lexicon.types_before and all(map(str.isalpha, street))


def _types_street(cursor: Cursor) -> bool:
    """Return whether the part after a break is the street, by its type, number or crossing."""
    part = cursor.until_break(cursor.place)
    if len(part) < 2 or part[0] in cursor.lexicon.street_words:
        return len(part) > 1
    if (
        part[0] in cursor.lexicon.announcing
        or part[0] in cursor.lexicon.keywords["phases"]
        or not part[0].isalpha()
    ):
        return False
    if any(word in _CROSSED for word in part):
        return True
    return part[-1] == "s/n" or (len(part[-1]) < 5 and FIGURE.fullmatch(part[-1]) is not None)


def _starts_street(cursor: Cursor) -> bool:
    """Return whether the part after a break is the street, none having been found so far."""
    part = cursor.until_break(cursor.place)
    if (
        len(part) < 2
        or part[0] in cursor.lexicon.area_words
        or part[0] in cursor.lexicon.keywords["city"]
    ):
        return False
    if part[0] in cursor.lexicon.types_before or starts_with_house(part, cursor.lexicon):
        return True
    settled = not cursor.draft.neighborhood or "block" in cursor.draft.values
    numbered = part[-1] == "s/n" or (len(part[-1]) < 5 and FIGURE.fullmatch(part[-1]))
    return bool(numbered) and not settled and part[0] not in cursor.lexicon.announcing


def _opened(cursor: Cursor, word: str) -> list[str] | None:
    """Return the part that a keyword starts; None if the word is ordinary."""
    keywords = cursor.lexicon.keywords
    draft, part = cursor.draft, cursor.part
    if not cursor.ahead:
        return None
    opener = word in keywords["streets"] or (
        part is draft.landmark and word in cursor.lexicon.street_words
    )
    if opener and _opens_street(cursor):
        draft.street.append(word)
        return draft.street
    if part is draft.landmark:
        return None
    if word in keywords["districts"] and part and part is draft.neighborhood:
        cursor.open_rest()
        return cursor.part
    if word in cursor.lexicon.area_words and _opens_area(cursor, word):
        if word in keywords["areas"]:
            draft.neighborhood.append(word)
        return draft.neighborhood
    if cursor.fresh and word in keywords["city"] and cursor.begun and not draft.city:
        if word in ("cd", "ciudad"):
            draft.city.append(word)
        return draft.city
    if not draft.street and part is draft.street:
        if word in keywords["landmark"]:
            return draft.landmark
        if (
            word == "entre"
            and cursor.ahead != "rios"
            and "y" in cursor.until_break(cursor.place + 2)
        ):
            # "Entre Begonias y Azucenas": no street is named but those that cross.
            return draft.street
        return draft.street if word in keywords["crossings"] else None
    return _crossing(cursor, word) if has_name(draft.street, cursor.lexicon) else None


def _crossing(cursor: Cursor, word: str) -> list[str] | None:
    """Return the part for what crosses a named street, or is beside it."""
    keywords = cursor.lexicon.keywords
    draft, part, ahead = cursor.draft, cursor.part, cursor.ahead
    if word in keywords["between"]:
        # "Córdoba y Entre Ríos", "entre Entre Ríos y Mitre".
        crossing = part is draft.corner or part is draft.between
        named = crossing and (not part or part[-1] in keywords["joints"])
        return None if named else draft.between
    on_street = part is draft.street or part is draft.number
    if not (on_street or cursor.fresh or part is cursor.tail):
        return None
    if word in keywords["landmark"]:
        # "Carretera Federal a la altura del km 12".
        while len(draft.street) > 1 and draft.street[-1] in keywords["links"] - {"calle"}:
            draft.street.pop()
        # "A un lado de": words that only lead to a landmark are no street.
        if keywords["links"].issuperset(draft.street):
            draft.street.clear()
        return draft.landmark
    if word in ("x", "por"):
        return draft.between if word == "x" or ahead[0].isdigit() else None
    if word in keywords["corner"] or (word == "/" and not ahead[0].isdigit()):
        return draft.corner
    joins = word == "y" or word in keywords["always_joints"]
    joins |= word == "e" and len(ahead) > 2 and ahead.startswith(("i", "hi", "y"))
    if joins and (on_street or not part):
        draft.joined = ahead not in keywords["crossings"]
        return draft.corner
    return None


def _opens_area(cursor: Cursor, word: str) -> bool:
    """Return whether a word such as "Col." or "barrio" starts a neighborhood here."""
    keywords = cursor.lexicon.keywords
    draft = cursor.draft
    strong = word in cursor.lexicon.neighborhood_words and word not in keywords["after_comma"]
    if draft.neighborhood or (cursor.part is draft.city and not strong):
        return False
    if cursor.fresh:
        return word not in keywords["areas"] or cursor.begun or _house_ahead(cursor)
    if strong:
        return has_name(draft.street, cursor.lexicon) or bool(draft.values)
    if cursor.part is draft.between or cursor.part is draft.corner:
        return False
    settled = draft.number or draft.values or draft.unit
    return bool(settled) or (draft.street[-1:] != [] and draft.street[-1][0].isdigit())


def _house_ahead(cursor: Cursor) -> bool:
    """Return whether "Residencial Sol Mz. A" or "Villa Sol Pasaje 3" begins here."""
    keywords = cursor.lexicon.keywords
    house = (
        keywords["streets"] if cursor.words[cursor.place] == "villa" else cursor.lexicon.house_words
    )
    for word in cursor.until_break(cursor.place + 1):
        if word in house:
            return True
        if word in keywords["between"] or word in keywords["corner"] or word in ("s/n", "#", "y"):
            return False
    return False


def _opens_street(cursor: Cursor) -> bool:
    """Return whether a street begins after another part: "Villa Sol Pasaje 3"."""
    keywords = cursor.lexicon.keywords
    draft, part = cursor.draft, cursor.part
    if draft.street:
        return False
    if part is draft.number or part is draft.landmark:
        # "Frente al número 123 de la calle Lerdo", "afuera de un bar en Av. Juárez".
        if part is draft.number or all(word in keywords["small"] for word in part):
            while part and part[-1] in keywords["small"]:
                part.pop()
            return True
        if _drop_leading_words(part, cursor.lexicon):
            return True
        if (
            cursor.words[cursor.place] != "c"
            and part[-1] not in keywords["small"] | cursor.lexicon.crossing_words
        ):
            # "Frente al mercado Av. Lerdo": nothing ties the street to the landmark's name.
            return True
        return _addressed(cursor)
    return part is draft.neighborhood and bool(part) and part[-1] not in keywords["small"]


def _addressed(cursor: Cursor) -> bool:
    """Return whether a landmark ends in a whole address: "la tienda de calle Lerdo #12".

    The words that link the two are removed from the landmark.
    """
    keywords = cursor.lexicon.keywords
    part = cursor.part
    if part[-1] not in keywords["small"]:
        return False
    behind = cursor.until_break(cursor.place + 1)
    if not any(word in _CROSSED or (word.isdigit() and len(word) > 2) for word in behind):
        return False
    while part and part[-1] in keywords["small"]:
        part.pop()
    return bool(part)


def _drop_leading_words(landmark: list[str], lexicon: Lexicon) -> bool:
    """Remove the words that lead to a street from a landmark's end: "un bar ubicado en la"."""
    end = len(landmark)
    while end and landmark[end - 1] in lexicon.keywords["small"]:
        end -= 1
    known = end
    while end and landmark[end - 1] in lexicon.keywords["leading_to"]:
        end -= 1
    if end == known:
        return False
    del landmark[end:]
    return True


def _gathered(draft: Draft, lexicon: Lexicon) -> Draft:
    """Move a number or a floor that follows a comma back to its house."""
    # "Av. Lerdo frente al 120".
    if len(draft.landmark) == 1 and draft.landmark[0].isdigit() and _lacks_house(draft, lexicon):
        draft.number += draft.landmark
        draft.landmark.clear()
    for part in draft.rest:
        if not part or not part[0][0].isdigit():
            continue
        few = len(part) == 1 or all(len(word) == 1 or word == "bis" for word in part[1:])
        if few and is_ordinal(part[0], lexicon):
            draft.unit += [figure_of(part[0], lexicon), *part[1:]]
            part.clear()
        elif (
            few and FIGURE.fullmatch(part[0]) and not draft.number and _lacks_house(draft, lexicon)
        ):
            draft.number += part
            part.clear()
    return draft


def _lacks_house(draft: Draft, lexicon: Lexicon) -> bool:
    return "block" not in draft.values and split_house(draft.street, lexicon).house.number is None
