"""The tokens of an address are dealt out to its parts, each keyword opening what it announces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hotspots.geocoding.address_numbers import (
    FIGURE,
    leads_with_house,
    names_no_road,
    split_house,
)
from hotspots.geocoding.address_tokens import BREAKS, CODE
from hotspots.geocoding.names import (
    KEYWORDS,
    NEIGHBOURHOOD_WORDS,
    TYPES_BEFORE,
    UNITS,
    figure_of,
    has_name,
    is_ordinal,
)

_VALUE = re.compile(r"\d{1,5}[a-z]{0,2}|[a-xz]")
_SHORT_VALUE = re.compile(r"\d{1,4}|\d{1,3}[a-z]|[a-z]\d{0,3}|[a-z]{1,2}\d")
_AREA_WORDS = frozenset({*NEIGHBOURHOOD_WORDS, *KEYWORDS["areas"]})
_FLOORS = frozenset({"piso", "floor"})
_FIGURES_ONLY = frozenset({"of", "in", "fl", "rm", "cs", "lc"})
_ANNOUNCING = (
    "between corner crossings landmark block lot parcel kilometre hundred areas city streets"
)
# Every other word goes where the word before it went.
_KEYS = frozenset(
    {
        *_AREA_WORDS,
        *UNITS,
        *BREAKS,
        *(word for key in _ANNOUNCING.split() for word in KEYWORDS[key]),
        *("s/n", "cp", "pb", "p", "m", "l", "y", "#", "/", "--", CODE),
    }
)


@dataclass(slots=True)
class Draft:
    """The words of an address, laid out by what they belong to."""

    street: list[str] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    corner: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    landmark: list[str] = field(default_factory=list)
    neighbourhood: list[str] = field(default_factory=list)
    city: list[str] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    building: list[str] = field(default_factory=list)
    rest: list[list[str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    joined: bool = False


def lay_out(words: list[str], *, boxed: bool = False) -> Draft:
    """Return the tokens of an address dealt out to its parts.

    ``boxed`` says that a mail box stood where the street stands otherwise.
    """
    dealer = _Dealer(words, Draft())
    if boxed:
        dealer.open_rest()
    dealer.deal()
    return _gathered(dealer.draft)


class _Dealer:
    """Walks along the tokens; a word that announces nothing goes to ``part``."""

    __slots__ = ("draft", "fresh", "part", "place", "tail", "words")

    def __init__(self, words: list[str], draft: Draft) -> None:
        self.words = words
        self.draft = draft
        self.part = draft.street
        self.tail: list[str] | None = None
        self.fresh = True
        self.place = 0

    def deal(self) -> None:
        last = len(self.words)
        while self.place < last:
            word = self.words[self.place]
            if word not in _KEYS and not (word.isdigit() and len(word) > 3):
                self.part.append(word)
                self.fresh = False
                self.place += 1
            elif word in BREAKS or (word == "--" and self._parts_names()):
                self._break()
            else:
                self._announced(word)
                self.fresh = False

    def open_rest(self) -> None:
        self.draft.rest.append([])
        self.part = self.draft.rest[-1]

    @property
    def _ahead(self) -> str:
        """The next token, "" at a break and at the end."""
        ahead = self.words[self.place + 1] if self.place + 1 < len(self.words) else ""
        return "" if ahead in BREAKS else ahead

    def _announced(self, word: str) -> None:
        if (word == CODE or word[0].isdigit()) and self._takes_code(word):
            self.place += 1
            return
        taken = self._value(word)
        if taken:
            self.place += taken
            return
        opened = self._opened(word)
        self.place += 1
        if opened is None:
            self.part.append("-" if word == "--" else word)
            return
        self.part = opened
        skipped = KEYWORDS["links"] if opened is not self.draft.street or not opened else ()
        corner = KEYWORDS["crossings"] if opened is self.draft.corner else ()
        last = len(self.words) - 1
        while self.place < last and (
            self.words[self.place] in skipped or self.words[self.place] in corner
        ):
            self.place += 1

    def _parts_names(self) -> bool:
        """Return whether a hyphen between spaces is a comma: not in a number, nor in a road."""
        ahead = self._ahead
        road = self.draft.street and TYPES_BEFORE.get(self.draft.street[0]) in KEYWORDS["ways"]
        return (
            len(ahead) > 1 and ahead[0].isalpha() and not (road and self.part is self.draft.street)
        )

    def _break(self) -> None:
        self.place += 1
        self.fresh = True
        draft = self.draft
        if not draft.street and (not self._any() or self._starts_street()):
            self.part = draft.street
        else:
            self.open_rest()

    def _any(self) -> bool:
        draft = self.draft
        return bool(
            draft.street
            or draft.neighbourhood
            or draft.values
            or draft.landmark
            or draft.unit
            or draft.number
            or draft.rest
        )

    def _until_break(self, place: int) -> list[str]:
        end = place
        while end < len(self.words) and self.words[end] not in BREAKS:
            end += 1
        return self.words[place:end]

    def _starts_street(self) -> bool:
        """Return whether the part behind a break is the street that is still missing."""
        part = self._until_break(self.place)
        if len(part) < 2 or part[0] in _AREA_WORDS or part[0] in KEYWORDS["city"]:
            return False
        if part[0] in TYPES_BEFORE or leads_with_house(part):
            return True
        settled = not self.draft.neighbourhood or "block" in self.draft.values
        numbered = part[-1] == "s/n" or (len(part[-1]) < 5 and FIGURE.fullmatch(part[-1]))
        return bool(numbered) and not settled and part[0] not in _KEYS

    def _is_rest(self) -> bool:
        return any(self.part is each for each in self.draft.rest)

    def _takes_code(self, word: str) -> bool:
        """Take a postcode, and the city beside it."""
        rest = self._is_rest()
        if word != CODE:
            if not self._may_be_code(word, rest):
                return False
            self.draft.values.setdefault("postcode", word)
        city = self.draft.city
        if rest and self.part and not city:
            city += self.part
            self.part.clear()
        elif self._ahead and self.part is not self.draft.street and not city:
            self.part = city
        elif word == CODE and rest and not city:
            before = [part for part in self.draft.rest if part]
            if before:
                city += before[-1]
                before[-1].clear()
        return True

    def _may_be_code(self, word: str, rest: bool) -> bool:
        draft = self.draft
        if not (
            word.isdigit() and (rest or self.part is draft.neighbourhood or self.part is draft.city)
        ):
            return False
        ahead = self._ahead
        if len(word) == 4:
            followed = ahead.isalpha() and ahead not in TYPES_BEFORE
            return rest and not self.part and followed and self._has_house()
        return 5 <= len(word) <= 7 and (bool(self.part) or bool(ahead) or self._has_house())

    def _has_house(self) -> bool:
        draft = self.draft
        return bool(draft.number or draft.values) or any(
            word[0].isdigit() for word in draft.street[1:]
        )

    def _leave_street(self) -> None:
        """Let what stands behind the house be no part of the street's name."""
        draft = self.draft
        if self.part is draft.number or (self.part is draft.street and has_name(draft.street)):
            self.open_rest()
            self.tail = self.part

    def _value(self, word: str) -> int:
        """Take a keyword with the value behind it; return how many tokens that were."""
        if word == "#":
            return self._sign()
        taken = self._house_value(word) or self._unit(word)
        if taken:
            self._leave_street()
        return taken

    def _house_value(self, word: str) -> int:
        values, ahead = self.draft.values, self._ahead
        short = _SHORT_VALUE.fullmatch(ahead) is not None
        street = self.draft.street
        if word == "s/n":
            values["number"] = "none"
            return 1
        if short and (word in KEYWORDS["block"] or (word == "m" and not street)):
            values["block"], taken = self._glued(ahead)
            return taken
        settled = self.fresh or "block" in values or has_name(street)
        lot = word in KEYWORDS["lot"] or word in KEYWORDS["parcel"]
        if short and ((lot and settled) or (word == "l" and "block" in values)):
            values["lot"] = ahead
            return 2
        if word in KEYWORDS["kilometre"] and re.fullmatch(r"\d{1,5}(\.\d+)?", ahead):
            values["kilometre"] = ahead
            return 2
        if word == "cp" and re.fullmatch(r"\d{4,5}", ahead):
            values["postcode"] = ahead
            return 2
        return self._hundred(ahead) if word in KEYWORDS["hundred"] else 0

    def _glued(self, value: str) -> tuple[str, int]:
        """Return a value with what a hyphen ties to it, "h1" for "H-1", and the tokens taken."""
        behind = self.words[self.place + 2 : self.place + 4]
        if behind[:1] == ["-"] and len(behind) > 1 and re.fullmatch(r"\d{1,2}|[a-z]", behind[1]):
            apart = value[-1].isdigit() and behind[1].isdigit()
            return f"{value}-{behind[1]}" if apart else value + behind[1], 4
        return value, 2

    def _hundred(self, ahead: str) -> int:
        """Take "cuadra 4", and "4ta cuadra" whose figure is already in the street."""
        if ahead.isdigit() and len(ahead) < 3:
            self.draft.values["hundred"] = ahead
            return 2
        figure = figure_of(self.part[-1]) if len(self.part) > 1 else ""
        if figure and len(figure) < 3 and is_ordinal(self.part[-1]):
            self.draft.values["hundred"] = figure
            self.part.pop()
            return 1
        return 0

    def _unit(self, word: str) -> int:
        """Take a flat, a floor or the like: "Piso 3 B", "6o piso", "planta baja"."""
        kind = UNITS.get(word, "")
        behind = self.part[-1] if self.part else ""
        if word == "pb":
            self.draft.unit.append("planta baja")
            return 1
        if word == "p" or (kind in _FLOORS and not self._ahead[:1].isdigit()):
            figure = figure_of(behind)
            if figure and len(figure) < 3 and (kind or is_ordinal(behind)):
                self.part.pop()
                self.draft.unit += [kind or "piso", figure]
                return 1
        if not kind or not (self.fresh or has_name(self.draft.street) or self._any_but_street()):
            return 0
        return self._unit_value(kind, word)

    def _any_but_street(self) -> bool:
        draft = self.draft
        return not draft.street and bool(draft.values or draft.unit or draft.neighbourhood)

    def _unit_value(self, kind: str, word: str) -> int:
        ahead = self._ahead
        figure = figure_of(ahead) if is_ordinal(ahead) else ahead
        if not _VALUE.fullmatch(figure) or (word in _FIGURES_ONLY and not ahead[0].isdigit()):
            return 0
        figure, taken = self._glued(figure)
        behind = self.words[self.place + 2 : self.place + 3]
        if taken > 2:
            pass
        elif (
            len(figure) == 1 and figure.isalpha() and behind and re.fullmatch(r"\d{1,3}", behind[0])
        ):
            figure, taken = figure + behind[0], 3
        elif behind and (behind[0] == "bis" or re.fullmatch("[a-df-w]", behind[0])):
            figure, taken = f"{figure} {behind[0]}", 3
        if kind == "casa" and figure.isdigit():
            self.draft.values["house"] = figure
        self.draft.unit += [kind, figure]
        return taken

    def _sign(self) -> int:
        """Let a number sign open the house number, unless a road or a street is called so."""
        draft, ahead = self.draft, self._ahead
        if draft.street and leads_with_house(draft.street) and _VALUE.fullmatch(ahead):
            draft.unit.append(ahead)
            return 2
        unnumbered = not draft.number and ahead[:1].isdigit()
        named = has_name(draft.street) and not names_no_road(draft.street)
        if unnumbered and (named or (self.part is draft.neighbourhood and not draft.street)):
            self.part = draft.number
        return 1

    def _opened(self, word: str) -> list[str] | None:
        """Return the part that a keyword opens; None where the word is one like any other."""
        draft, part = self.draft, self.part
        if not self._ahead or part is draft.landmark:
            return None
        if word in _AREA_WORDS and self._opens_area(word):
            if word in KEYWORDS["areas"]:
                draft.neighbourhood.append(word)
            return draft.neighbourhood
        if word in KEYWORDS["streets"] and self._opens_street():
            draft.street.append(word)
            return draft.street
        if self.fresh and word in KEYWORDS["city"] and self._any() and not draft.city:
            if word in ("cd", "ciudad"):
                draft.city.append(word)
            return draft.city
        if not draft.street and part is draft.street:
            if word in KEYWORDS["landmark"]:
                return draft.landmark
            return draft.street if word in KEYWORDS["crossings"] else None
        return self._crossing(word) if has_name(draft.street) else None

    def _crossing(self, word: str) -> list[str] | None:
        """Return the part for what crosses a street that is named, or stands beside it."""
        draft, ahead = self.draft, self._ahead
        if word in KEYWORDS["between"]:
            return draft.between
        on_street = self.part is draft.street or self.part is draft.number
        if not on_street and self.part is not self.tail:
            return None
        if word in KEYWORDS["landmark"]:
            return draft.landmark
        if word in ("x", "por"):
            return draft.between if word == "x" or ahead[0].isdigit() else None
        if word in KEYWORDS["corner"] or (word == "/" and not ahead[0].isdigit()):
            return draft.corner
        if word == "y" and on_street:
            draft.joined = ahead not in KEYWORDS["crossings"]
            return draft.corner
        return None

    def _opens_area(self, word: str) -> bool:
        """Return whether a word such as "Col." or "barrio" opens a neighbourhood here."""
        draft = self.draft
        if draft.neighbourhood or self.part is draft.city:
            return False
        if self.fresh:
            return word not in KEYWORDS["areas"] or self._any() or self._house_ahead()
        if word in NEIGHBOURHOOD_WORDS and word not in KEYWORDS["after_comma"]:
            return has_name(draft.street) or bool(draft.values)
        settled = draft.number or draft.values or draft.unit
        return bool(settled) or (draft.street[-1:] != [] and draft.street[-1][0].isdigit())

    def _house_ahead(self) -> bool:
        words = self._until_break(self.place + 1)
        return any(
            word in KEYWORDS["streets"] or word in KEYWORDS["block"] or word in UNITS
            for word in words
        )

    def _opens_street(self) -> bool:
        """Return whether a street begins behind a neighbourhood: "Villa Sol Pasaje 3"."""
        name, street = self.draft.neighbourhood, self.draft.street
        return self.part is name and bool(name) and not street and name[-1] not in KEYWORDS["small"]


def _gathered(draft: Draft) -> Draft:
    """Bring a number or a floor that stands behind a comma back to its house."""
    # "A un costado de": words that only lead to a landmark are no street.
    if draft.landmark and all(word in KEYWORDS["links"] for word in draft.street):
        draft.street.clear()
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
