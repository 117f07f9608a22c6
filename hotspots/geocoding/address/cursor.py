"""A walk along the tokens of an address, and what it has laid out so far."""

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
    """The words of an address, laid out by what they belong to."""

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
    """A place among tokens; a word that announces nothing goes to ``part``.

    Attributes
    ----------
    words, place
        The tokens, and the one that is looked at.
    draft, part, tail
        What is laid out, its part that grows, and its part for what stands behind the house.
    fresh
        Whether the place is behind a break or at the beginning.
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
        """The token behind the next one, "" at a break and at the end."""
        return next(iter(self.until_break(self.place + 1)[1:]), "")

    def joins_mark(self, value: str, ends: frozenset[str]) -> bool:
        """Return whether the token behind a block's mark is part of it: "A 1 lt", "15 B lt"."""
        mark, behind = self.beyond, self.until_break(self.place + 1)[2:3]
        mixed = (value.isalpha() and mark.isdigit()) or (value.isdigit() and mark.isalpha())
        short = len(mark) <= (2 if mark.isdigit() else 1)
        return mixed and short and mark not in ends and (not behind or behind[0] in ends)

    @property
    def begun(self) -> bool:
        """Whether anything was laid out."""
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
        """Whether the growing part is one that does not say what it is."""
        return any(self.part is each for each in self.draft.rest)

    def until_break(self, place: int) -> list[str]:
        """Return the tokens from a place to the next break."""
        end = place
        while end < len(self.words) and self.words[end] not in SIGNS:
            end += 1
        return self.words[place:end]

    def tied(self, value: str) -> tuple[str, int]:
        """Return the value ahead with what a hyphen ties to it ("h1" in H-1), and its end."""
        behind = self.words[self.place + 2 : self.place + 4]
        if behind[:1] == ["-"] and len(behind) > 1 and _TIED.fullmatch(behind[1]):
            apart = value[-1].isdigit() and behind[1].isdigit()
            return f"{value}-{behind[1]}" if apart else value + behind[1], 4
        return value, 2

    def open_rest(self) -> None:
        """Let a new part grow that does not say what it is."""
        self.draft.rest.append([])
        self.part = self.draft.rest[-1]

    def leave_street(self) -> None:
        """Let what stands behind the house be no part of the street's name."""
        draft = self.draft
        if self.part is draft.number or (
            self.part is draft.street and has_name(draft.street, self.lexicon)
        ):
            self.open_rest()
            self.tail = self.part
