"""A cursor over the tokens of an address, and the parts that it has filled so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.geocoding.address.lexicon import SIGNS
from hotspots.geocoding.address.names import has_name

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon

_TIED = re.compile(r"\d{1,2}|[a-z]")


@dataclass(slots=True)
class Draft:
    """The tokens of an address, sorted by the part that they belong to."""

    street: list[str] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    corner: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    landmark: list[str] = field(default_factory=list)
    neighborhood: list[str] = field(default_factory=list)
    city: list[str] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    rest: list[list[str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    joined: bool = False


class Cursor:
    """A position among tokens; a token that announces nothing is appended to ``part``.

    Attributes
    ----------
    words, place
        The tokens, and the position of the current one.
    lexicon
        The words that they are read with.
    draft, part, tail
        The parts so far, the one being filled, and the one for what follows the house number.
    fresh
        Whether the current token is the first, or the first after a break.
    """

    __slots__ = ("draft", "fresh", "lexicon", "part", "place", "tail", "words")

    def __init__(self, words: list[str], lexicon: Lexicon) -> None:
        self.words = words
        self.lexicon = lexicon
        self.place = 0
        self.draft = Draft()
        self.part = self.draft.street
        self.tail: list[str] | None = None
        self.fresh = True

    @property
    def ahead(self) -> str:
        """The next token, "" at a break and at the end."""
        ahead = self.words[self.place + 1] if self.place + 1 < len(self.words) else ""
        return "" if ahead in SIGNS else ahead

    @property
    def beyond(self) -> str:
        """The token after the next one, "" at a break and at the end."""
        return next(iter(self.until_break(self.place + 1)[1:]), "")

    def joins_mark(self, value: str, ends: frozenset[str]) -> bool:
        """Return whether the token after a block's mark is part of it: "A 1 lt", "15 B lt"."""
        mark, behind = self.beyond, self.until_break(self.place + 1)[2:3]
        mixed = (value.isalpha() and mark.isdigit()) or (value.isdigit() and mark.isalpha())
        short = len(mark) <= (2 if mark.isdigit() else 1)
        return mixed and short and mark not in ends and (not behind or behind[0] in ends)

    @property
    def begun(self) -> bool:
        """Whether any part has been filled."""
        draft = self.draft
        return bool(
            draft.street
            or draft.neighborhood
            or draft.values
            or draft.landmark
            or draft.unit
            or draft.number
            or draft.rest
        )

    @property
    def in_rest(self) -> bool:
        """Whether the part being filled is one that does not say what it is."""
        return any(self.part is each for each in self.draft.rest)

    def until_break(self, place: int) -> list[str]:
        """Return the tokens from a position to the next break."""
        end = place
        while end < len(self.words) and self.words[end] not in SIGNS:
            end += 1
        return self.words[place:end]

    def tied(self, value: str) -> tuple[str, int]:
        """Return the next value with what a hyphen ties to it ("h1" in H-1), and where it ends."""
        behind = self.words[self.place + 2 : self.place + 4]
        if behind[:1] == ["-"] and len(behind) > 1 and _TIED.fullmatch(behind[1]):
            apart = value[-1].isdigit() and behind[1].isdigit()
            return f"{value}-{behind[1]}" if apart else value + behind[1], 4
        return value, 2

    def open_rest(self) -> None:
        """Start a new part that does not say what it is."""
        self.draft.rest.append([])
        self.part = self.draft.rest[-1]

    def leave_street(self) -> None:
        """Keep what follows the house number out of the street's name."""
        draft = self.draft
        if self.part is draft.number or (
            self.part is draft.street and has_name(draft.street, self.lexicon)
        ):
            self.open_rest()
            self.tail = self.part
