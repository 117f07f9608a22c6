"""Keywords with a value behind them: block and lot, kilometer, floor and flat, postcode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hotspots.geocoding.address.names import (
    KEYWORDS,
    TYPES_BEFORE,
    UNITS,
    figure_of,
    has_name,
    is_ordinal,
)
from hotspots.geocoding.address.numbers import leads_with_house, names_no_road
from hotspots.geocoding.address.tokens import CODE

if TYPE_CHECKING:
    from hotspots.geocoding.address.cursor import Walk

_VALUE = re.compile(r"\d{1,5}[a-z]{0,2}|[a-xz]")
_SHORT_VALUE = re.compile(r"\d{1,4}|\d{1,3}[a-z]|[a-z]\d{0,3}|[a-z]{1,2}\d")
_TWO_LETTERS = re.compile(r"[a-z]{2}")
_LOT_WORDS = KEYWORDS["lot"] | KEYWORDS["parcel"]
_KILOMETER = re.compile(r"\d{1,5}(\.\d+)?")
_CODE = re.compile(r"\d{4,5}")
_FLAT = re.compile(r"bis|[a-df-w]")
_VALUED = frozenset(
    {
        *(
            word
            for key in ("block", "lot", "parcel", "kilometer", "hundred")
            for word in KEYWORDS[key]
        ),
        *("s/n", "m", "l"),
    }
)
_FLOORS = frozenset({"piso", "floor"})
_FIGURES_ONLY = frozenset({"of", "in", "fl", "rm", "cs", "lc"})


def take_value(walk: Walk, word: str) -> int:
    """Take a keyword with the value behind it; return how many tokens that were."""
    if word == "#":
        return _sign(walk)
    if word in _VALUED:
        taken = _house_value(walk, word)
    elif word in UNITS or word in ("pb", "p"):
        taken = _unit(walk, word)
    else:
        return 0
    if taken:
        walk.leave_street()
    return taken


def take_code(walk: Walk, word: str) -> int:
    """Take a postcode, and the city beside it; return how many tokens that were."""
    draft = walk.draft
    if word == "cp" and _CODE.fullmatch(walk.ahead):
        draft.values["postcode"] = walk.ahead
        walk.place += 1
        if walk.ahead and walk.begun and not draft.city:
            walk.part = draft.city
        return 1
    if word != CODE and not word[0].isdigit():
        return 0
    rest = walk.in_rest
    if word != CODE:
        if not _may_be_code(walk, word, rest):
            return 0
        draft.values.setdefault("postcode", word)
    if not draft.city:
        _take_city(walk, rest, marked=word == CODE)
    return 1


def _take_city(walk: Walk, rest: bool, *, marked: bool) -> None:
    """Let the words before a postcode be the city, or those behind it."""
    city = walk.draft.city
    if rest and walk.part:
        city += walk.part
        walk.part.clear()
    elif walk.ahead and walk.part is not walk.draft.street:
        walk.part = city
    elif marked and rest:
        before = [part for part in walk.draft.rest if part]
        if before:
            city += before[-1]
            before[-1].clear()


def _may_be_code(walk: Walk, word: str, rest: bool) -> bool:
    draft = walk.draft
    if not (
        word.isdigit() and (rest or walk.part is draft.neighborhood or walk.part is draft.city)
    ):
        return False
    ahead = walk.ahead
    if len(word) == 4:
        followed = ahead.isalpha() and ahead not in TYPES_BEFORE
        return rest and not walk.part and followed and _has_house(walk)
    return 5 <= len(word) <= 7 and (bool(walk.part) or bool(ahead) or _has_house(walk))


def _has_house(walk: Walk) -> bool:
    draft = walk.draft
    if draft.number or draft.values or any(word[0].isdigit() for word in draft.street[1:]):
        return True
    return leads_with_house(draft.street)


def _house_value(walk: Walk, word: str) -> int:
    values, ahead = walk.draft.values, walk.ahead
    paired = _TWO_LETTERS.fullmatch(ahead) is not None and walk.beyond in _LOT_WORDS
    short = paired or _SHORT_VALUE.fullmatch(ahead) is not None
    street = walk.draft.street
    if word == "s/n":
        values["number"] = "none"
        return 1
    if short and (word in KEYWORDS["block"] or (word == "m" and not street)):
        values["block"], taken = walk.tied(ahead)
        if taken == 2 and walk.joins_mark(ahead, _LOT_WORDS):
            values["block"], taken = ahead + walk.beyond, 3
        return taken
    settled = walk.fresh or "block" in values or has_name(street)
    lot = word in KEYWORDS["lot"] or word in KEYWORDS["parcel"]
    if short and ((lot and settled) or (word == "l" and "block" in values)):
        figure, taken = walk.tied(ahead)
        if "lot" in values:
            walk.draft.unit += ["lote", figure]
        values.setdefault("lot", figure)
        return taken
    if word in KEYWORDS["kilometer"] and _KILOMETER.fullmatch(ahead):
        values["kilometer"] = ahead
        return 2
    return _hundred(walk, ahead) if word in KEYWORDS["hundred"] else 0


def _hundred(walk: Walk, ahead: str) -> int:
    """Take "cuadra 4", and "4ta cuadra" whose figure is already in the street."""
    if ahead.isdigit() and len(ahead) < 3:
        walk.draft.values["hundred"] = ahead
        return 2
    figure = figure_of(walk.part[-1]) if len(walk.part) > 1 else ""
    if figure and len(figure) < 3 and is_ordinal(walk.part[-1]):
        walk.draft.values["hundred"] = figure
        walk.part.pop()
        return 1
    return 0


def _unit(walk: Walk, word: str) -> int:
    """Take a flat, a floor or the like: "Piso 3 B", "6o piso", "planta baja"."""
    kind = UNITS.get(word, "")
    behind = walk.part[-1] if walk.part else ""
    if word == "pb":
        walk.draft.unit.append("planta baja")
        return 1
    if word == "p" or (kind in _FLOORS and not walk.ahead[:1].isdigit()):
        figure = figure_of(behind)
        beyond_name = len(walk.part) > 2 or not behind.isdigit()
        if figure and len(figure) < 3 and beyond_name and (kind or is_ordinal(behind)):
            walk.part.pop()
            flat = [walk.ahead] if len(walk.ahead) == 1 and walk.ahead.isalpha() else []
            walk.draft.unit += [kind or "piso", figure, *flat]
            return 1 + len(flat)
    if not kind or not (walk.fresh or has_name(walk.draft.street) or _any_but_street(walk)):
        return 0
    return _unit_value(walk, kind, word)


def _any_but_street(walk: Walk) -> bool:
    draft = walk.draft
    return not draft.street and bool(draft.values or draft.unit or draft.neighborhood)


def _unit_value(walk: Walk, kind: str, word: str) -> int:
    ahead = walk.ahead
    figure = figure_of(ahead) if kind in _FLOORS and is_ordinal(ahead) else ahead
    if not _VALUE.fullmatch(figure) or (word in _FIGURES_ONLY and not ahead[0].isdigit()):
        return 0
    figure, taken = walk.tied(figure)
    behind = walk.words[walk.place + 2] if walk.place + 2 < len(walk.words) else ""
    if taken == 2 and figure.isalpha() and behind.isdigit() and len(behind) < 4:
        figure, taken = figure + behind, 3
    elif taken == 2 and _FLAT.fullmatch(behind):
        figure, taken = f"{figure} {behind}", 3
    if kind == "casa" and figure.isdigit():
        walk.draft.values["house"] = figure
    walk.draft.unit += [kind, figure]
    return taken


def _sign(walk: Walk) -> int:
    """Let a number sign open the house number, unless a road or a street is called so."""
    draft, ahead = walk.draft, walk.ahead
    if draft.street and leads_with_house(draft.street) and _VALUE.fullmatch(ahead):
        draft.unit.append(ahead)
        return 2
    last = walk.part[-1] if walk.part and walk.part is not draft.street else ""
    of_name = last in TYPES_BEFORE or last in KEYWORDS["road_owners"]
    unnumbered = not draft.number and ahead[:1].isdigit() and not of_name
    named = has_name(draft.street) and not names_no_road(draft.street)
    area = walk.part is draft.neighborhood or (walk.part is draft.landmark and not walk.part)
    if unnumbered and (named or (area and not draft.street)):
        walk.part = draft.number
    return 1
