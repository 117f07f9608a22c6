"""Keywords that take a value: block and lot, kilometer, floor and flat, postcode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hotspots.geocoding.address.lexicon import CODE
from hotspots.geocoding.address.names import figure_of, has_name, is_ordinal
from hotspots.geocoding.address.numbers import names_no_road, starts_with_house

if TYPE_CHECKING:
    from hotspots.geocoding.address.cursor import Cursor

_VALUE = re.compile(r"\d{1,5}[a-z]{0,2}|[a-xz]")
_SHORT_VALUE = re.compile(r"\d{1,4}|\d{1,3}[a-z]|[a-z]\d{0,3}|[a-z]{1,2}\d")
_TWO_LETTERS = re.compile(r"[a-z]{2}")
_KILOMETER = re.compile(r"\d{1,5}(\.\d+)?")
_CODE = re.compile(r"\d{4,5}")
_FLAT = re.compile(r"bis|[a-df-w]")
_FLOORS = frozenset({"piso", "floor"})
_FIGURES_ONLY = frozenset({"of", "in", "fl", "rm", "cs", "lc"})


def take_value(cursor: Cursor, word: str) -> int:
    """Consume a keyword and its value; return how many tokens were consumed."""
    if word == "#":
        return _sign(cursor)
    if word in cursor.lexicon.valued_words:
        taken = _house_value(cursor, word)
    elif word in cursor.lexicon.units or word in ("pb", "p"):
        taken = _unit(cursor, word)
    else:
        return 0
    if taken:
        cursor.leave_street()
    return taken


def take_code(cursor: Cursor, word: str) -> int:
    """Consume a postcode, and the city beside it; return how many tokens were consumed."""
    draft = cursor.draft
    if word == "cp" and _CODE.fullmatch(cursor.ahead):
        draft.values["postcode"] = cursor.ahead
        cursor.place += 1
        if cursor.ahead and cursor.begun and not draft.city:
            cursor.part = draft.city
        return 1
    if word != CODE and not word[0].isdigit():
        return 0
    rest = cursor.in_rest
    if word != CODE:
        if not _may_be_code(cursor, word, rest):
            return 0
        draft.values.setdefault("postcode", word)
    if not draft.city:
        _take_city(cursor, rest, marked=word == CODE)
    return 1


def _take_city(cursor: Cursor, rest: bool, *, marked: bool) -> None:
    """Take the words before a postcode as the city, or those after it."""
    city = cursor.draft.city
    if rest and cursor.part:
        city += cursor.part
        cursor.part.clear()
    elif cursor.ahead and cursor.part is not cursor.draft.street:
        cursor.part = city
    elif marked and rest:
        before = [part for part in cursor.draft.rest if part]
        if before:
            city += before[-1]
            before[-1].clear()


def _may_be_code(cursor: Cursor, word: str, rest: bool) -> bool:
    draft = cursor.draft
    if not (
        word.isdigit() and (rest or cursor.part is draft.neighborhood or cursor.part is draft.city)
    ):
        return False
    ahead = cursor.ahead
    if len(word) == 4:
        followed = ahead.isalpha() and ahead not in cursor.lexicon.types_before
        return rest and not cursor.part and followed and _has_house(cursor)
    return 5 <= len(word) <= 7 and (bool(cursor.part) or bool(ahead) or _has_house(cursor))


def _has_house(cursor: Cursor) -> bool:
    draft = cursor.draft
    if draft.number or draft.values or any(word[0].isdigit() for word in draft.street[1:]):
        return True
    return starts_with_house(draft.street, cursor.lexicon)


def _house_value(cursor: Cursor, word: str) -> int:
    keywords = cursor.lexicon.keywords
    values, ahead = cursor.draft.values, cursor.ahead
    paired = _TWO_LETTERS.fullmatch(ahead) is not None and cursor.beyond in cursor.lexicon.lot_words
    short = paired or _SHORT_VALUE.fullmatch(ahead) is not None
    street = cursor.draft.street
    if word == "s/n":
        values["number"] = "none"
        return 1
    if short and (word in keywords["block"] or (word == "m" and not street)):
        values["block"], taken = cursor.tied(ahead)
        if taken == 2 and cursor.joins_mark(ahead, cursor.lexicon.lot_words):
            values["block"], taken = ahead + cursor.beyond, 3
        return taken
    settled = cursor.fresh or "block" in values or has_name(street, cursor.lexicon)
    lot = word in keywords["lot"] or word in keywords["parcel"]
    if short and ((lot and settled) or (word == "l" and "block" in values)):
        figure, taken = cursor.tied(ahead)
        if "lot" in values:
            cursor.draft.unit += ["lote", figure]
        values.setdefault("lot", figure)
        return taken
    if word in keywords["kilometer"] and _KILOMETER.fullmatch(ahead):
        values["kilometer"] = ahead
        return 2
    return _hundred(cursor, ahead) if word in keywords["hundred"] else 0


def _hundred(cursor: Cursor, ahead: str) -> int:
    """Consume "cuadra 4", or "4ta cuadra", whose number is already in the street."""
    if ahead.isdigit() and len(ahead) < 3:
        cursor.draft.values["hundred"] = ahead
        return 2
    figure = figure_of(cursor.part[-1], cursor.lexicon) if len(cursor.part) > 1 else ""
    if figure and len(figure) < 3 and is_ordinal(cursor.part[-1], cursor.lexicon):
        cursor.draft.values["hundred"] = figure
        cursor.part.pop()
        return 1
    return 0


def _unit(cursor: Cursor, word: str) -> int:
    """Consume a flat, a floor or the like: "Piso 3 B", "6o piso", "planta baja"."""
    kind = cursor.lexicon.units.get(word, "")
    behind = cursor.part[-1] if cursor.part else ""
    if word == "pb":
        cursor.draft.unit.append("planta baja")
        return 1
    if word == "p" or (kind in _FLOORS and not cursor.ahead[:1].isdigit()):
        figure = figure_of(behind, cursor.lexicon)
        beyond_name = len(cursor.part) > 2 or not behind.isdigit()
        if (
            figure
            and len(figure) < 3
            and beyond_name
            and (kind or is_ordinal(behind, cursor.lexicon))
        ):
            cursor.part.pop()
            flat = [cursor.ahead] if len(cursor.ahead) == 1 and cursor.ahead.isalpha() else []
            cursor.draft.unit += [kind or "piso", figure, *flat]
            return 1 + len(flat)
    if not kind or not (
        cursor.fresh or has_name(cursor.draft.street, cursor.lexicon) or _any_but_street(cursor)
    ):
        return 0
    return _unit_value(cursor, kind, word)


def _any_but_street(cursor: Cursor) -> bool:
    draft = cursor.draft
    return not draft.street and bool(draft.values or draft.unit or draft.neighborhood)


def _unit_value(cursor: Cursor, kind: str, word: str) -> int:
    ahead = cursor.ahead
    figure = (
        figure_of(ahead, cursor.lexicon)
        if kind in _FLOORS and is_ordinal(ahead, cursor.lexicon)
        else ahead
    )
    if not _VALUE.fullmatch(figure) or (word in _FIGURES_ONLY and not ahead[0].isdigit()):
        return 0
    figure, taken = cursor.tied(figure)
    behind = cursor.words[cursor.place + 2] if cursor.place + 2 < len(cursor.words) else ""
    if taken == 2 and figure.isalpha() and behind.isdigit() and len(behind) < 4:
        figure, taken = figure + behind, 3
    elif taken == 2 and _FLAT.fullmatch(behind):
        figure, taken = f"{figure} {behind}", 3
    if kind == "casa" and figure.isdigit():
        cursor.draft.values["house"] = figure
    cursor.draft.unit += [kind, figure]
    return taken


def _sign(cursor: Cursor) -> int:
    """Start the house number at a number sign, unless it belongs to a road's or street's name."""
    draft, ahead = cursor.draft, cursor.ahead
    if draft.street and starts_with_house(draft.street, cursor.lexicon) and _VALUE.fullmatch(ahead):
        draft.unit.append(ahead)
        return 2
    last = cursor.part[-1] if cursor.part and cursor.part is not draft.street else ""
    of_name = last in cursor.lexicon.types_before or last in cursor.lexicon.keywords["road_owners"]
    unnumbered = not draft.number and ahead[:1].isdigit() and not of_name
    named = has_name(draft.street, cursor.lexicon) and not names_no_road(
        draft.street, cursor.lexicon
    )
    area = cursor.part is draft.neighborhood or (cursor.part is draft.landmark and not cursor.part)
    if unnumbered and (named or (area and not draft.street)):
        cursor.part = draft.number
    return 1
