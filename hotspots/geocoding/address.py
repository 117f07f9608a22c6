"""An address as it was written becomes its parts: street, number, crossings, block, landmark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from hotspots._text import fold
from hotspots.geocoding.names import (
    DIRECTIONS,
    KEYWORDS,
    NEIGHBOURHOOD_WORDS,
    NO_STREET,
    TYPES_AFTER,
    StreetName,
    has_name,
    neighbourhood_name,
    plain_words,
    standard_name,
    street_name,
)

Relation = Literal["", "corner", "between", "offset"]

LONGEST = 400
"""Letters of an address that are read; what stands behind them is no address any more."""

_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"['’`´]", ""),
        (r"\b(aa|pp)[. ]{0,2}(hh|jj)\b", r"\1\2 "),
        (r"\bc\.? ?p\.? ?(?=\d{4,5}\b)", " cp "),
        (
            r"\b(?:s ?/ ?n\b|s\.n\b|sin num(?:ero)?\b|sn\b(?= ?\.? ?(?:[,;(]|$|entre|esq|col\b)))",
            " s/n ",
        ),
        (r"\be ?/", " entre "),
        (r"\b(km|kilometro)\.? ?(\d+) ?\+ ?(\d+)", r" km \2.\3"),
        (r"(?:\bno\.?|\bnum(?:ero)?\.?|\bn°|#) ?(?=\d)", " # "),
    )
)
_TOKEN = re.compile(r"s/n|\d+(?:\.\d+)?[a-z]*|[a-z]+|[,;()#&/@-]")
_SUFFIXES = frozenset({"bis", "a", "b", "c", "d"})
_NUMBER = re.compile(r"(\d{1,6})(xx)?([a-z]?)")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; what it does not say is "", None or ().

    Attributes
    ----------
    text
        As it came.
    street
        Type and name in the one spelling of :mod:`hotspots.geocoding.names`.
    number, number_span
        House number; a span of 100 says that it is the hundred-block from there.
    relation, crossings
        ``corner`` with one crossing street, ``between`` two, ``offset`` (Colombia's
        ``Calle 10 # 20-30``: ``offset_m`` metres from the crossing).
    offset_m
        See above.
    joined
        Name of the street with what stands behind an "y" in it (Ramón y Cajal), "" without one.
    block, lot, kilometre, neighbourhood, postcode, landmark
        As the names say; the neighbourhood and the landmark in the one spelling.
    rest
        Parts behind commas that say not what they are: a neighbourhood, a city, a state.
    """

    text: str
    street: StreetName = NO_STREET
    number: int | None = None
    number_span: int = 0
    relation: Relation = ""
    crossings: tuple[StreetName, ...] = ()
    offset_m: float | None = None
    joined: str = ""
    block: str = ""
    lot: str = ""
    kilometre: float | None = None
    neighbourhood: str = ""
    postcode: str = ""
    landmark: str = ""
    rest: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """The words of an address, laid out by what they belong to."""

    street: list[str] = field(default_factory=list)
    corner: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    landmark: list[str] = field(default_factory=list)
    neighbourhood: list[str] = field(default_factory=list)
    rest: list[list[str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    joined: bool = False


def parse_address(text: str) -> Address:
    """Return the parts of an address of Mexico, Peru, Colombia or the United States.

    Only the first 400 letters are read. Nothing is looked up: whether such a street exists is
    the gazetteer's to say.

    Examples
    --------
    >>> address = parse_address("Calle Juárez 123 entre Morelos y Hidalgo, Col. Centro")
    >>> address.street, address.number, address.relation
    (StreetName(kind='calle', name='juarez'), 123, 'between')
    >>> [crossing.name for crossing in address.crossings], address.neighbourhood
    (['morelos', 'hidalgo'], 'centro')
    >>> parse_address("050XX W SUPERIOR ST").number_span
    100
    >>> parse_address("").street.name
    ''
    """
    draft = _lay_out(_tokens(text))
    street, number, span, extra = _split_number(draft.street)
    crossings, relation = _crossings(draft)
    if number is None and draft.corner:
        # "Ramón y Cajal 123": the number stands behind what looks like a crossing.
        rest, number, span, _ = _split_number(draft.corner)
        if number is not None and draft.joined:
            crossings = (street_name(" ".join(rest)),)
    hundred = draft.values.get("hundred")
    if number is None and hundred:
        number, span = int(hundred) * 100, 100
    name = street_name(" ".join(street))
    offset = None
    if extra and name.name.isdigit() and not crossings:
        relation, crossings, offset = "offset", (street_name(str(number)),), float(extra)
        number, span = None, 0
    return Address(
        text=text,
        street=name,
        number=number,
        number_span=span,
        relation=relation,
        crossings=crossings,
        offset_m=offset,
        joined=f"{name.name} {crossings[0].name}" if draft.joined and crossings else "",
        block=draft.values.get("block", ""),
        lot=draft.values.get("lot", ""),
        kilometre=float(draft.values["kilometre"]) if "kilometre" in draft.values else None,
        neighbourhood=neighbourhood_name(" ".join(draft.neighbourhood)),
        postcode=draft.values.get("postcode", ""),
        landmark=standard_name(plain_words(" ".join(draft.landmark))),
        rest=tuple(neighbourhood_name(" ".join(part)) for part in draft.rest if part),
    )


def _tokens(text: str) -> list[str]:
    plain = fold(text[:LONGEST])
    for pattern, by in _MARKS:
        plain = pattern.sub(by, plain)
    return _TOKEN.findall(plain)


def _lay_out(tokens: list[str]) -> _Draft:
    """Deal the words out to the parts, each keyword opening the part that it announces."""
    draft = _Draft()
    part = draft.street
    behind_comma = True
    place = 0
    while place < len(tokens):
        word = tokens[place]
        ahead = tokens[place + 1] if place + 1 < len(tokens) else ""
        taken = _take_value(draft, word, ahead)
        if taken:
            place += taken
            continue
        if word in ",;()":
            if any(draft.street) or draft.neighbourhood or draft.values:
                draft.rest.append([])
                part = draft.rest[-1]
            behind_comma = True
            place += 1
            continue
        opened = _opened(draft, part, word, ahead, behind_comma)
        if opened is None:
            part.append(word)
        else:
            part = opened
            while place + 1 < len(tokens) - 1 and tokens[place + 1] in KEYWORDS["links"]:
                place += 1
        behind_comma = False
        place += 1
    return _gathered(draft)


def _opened(
    draft: _Draft, part: list[str], word: str, ahead: str, behind_comma: bool
) -> list[str] | None:
    """Return the part that a keyword opens; None where the word is one like any other."""
    named = has_name(draft.street)
    if word in NEIGHBOURHOOD_WORDS and ahead and (named or behind_comma or draft.values):
        strong = word not in KEYWORDS["after_comma"] or behind_comma
        if strong and part is not draft.landmark and part is not draft.neighbourhood:
            if word in ("sm", "smz", "smza", "supermanzana"):
                draft.neighbourhood.append("supermanzana")
            return draft.neighbourhood
    if word in KEYWORDS["landmark"] and ahead and part is draft.street:
        return draft.landmark
    if not named or not ahead:
        return None
    if word in KEYWORDS["between"] and part is not draft.landmark:
        return draft.between
    if part is draft.street and (
        word in KEYWORDS["corner"] or (word == "/" and not ahead[0].isdigit())
    ):
        return draft.between if word == "x" else draft.corner
    if part is draft.street and word == "y" and ahead not in ",;":
        draft.joined = True
        return draft.corner
    return None


def _take_value(draft: _Draft, word: str, ahead: str) -> int:
    """Take a keyword with the one value behind it; return how many words that were."""
    if word == "s/n":
        draft.values["number"] = "none"
        return 1
    short = len(ahead) <= 4 and bool(ahead) and (ahead[0].isdigit() or len(ahead) == 1)
    spelled = short and ahead.isalnum()
    if word in KEYWORDS["block"] and spelled:
        draft.values["block"] = ahead
        return 2
    if word == "m" and spelled and not draft.street:
        draft.values["block"] = ahead
        return 2
    if word in KEYWORDS["lot"] and spelled and "block" in draft.values:
        draft.values["lot"] = ahead
        return 2
    if word in KEYWORDS["kilometre"] and re.fullmatch(r"\d{1,5}(\.\d+)?", ahead):
        draft.values["kilometre"] = ahead
        return 2
    if word == "cp" and re.fullmatch(r"\d{4,5}", ahead):
        draft.values["postcode"] = ahead
        return 2
    if word in KEYWORDS["hundred"] and re.fullmatch(r"\d{1,2}", ahead):
        draft.values["hundred"] = ahead
        return 2
    if word in KEYWORDS["room"] and draft.street and (short or ahead[:1].isdigit()):
        return 2
    return 0


def _gathered(draft: _Draft) -> _Draft:
    """Bring a number that stands behind a comma back to its street."""
    # "A un costado de": words that only lead to a landmark are no street.
    if draft.landmark and all(word in KEYWORDS["links"] for word in draft.street):
        draft.street.clear()
    for part in draft.rest:
        figures = [token for token in part if token != "#"]
        if len(figures) == 1 and _NUMBER.fullmatch(figures[0]) and not _has_number(draft.street):
            draft.street += ["#", *figures]
            part.clear()
    return draft


def _has_number(street: list[str]) -> bool:
    return _split_number(street)[1] is not None


def _crossings(draft: _Draft) -> tuple[tuple[StreetName, ...], Relation]:
    if draft.between:
        parts = _parted(draft.between)
        names = tuple(street_name(" ".join(part)) for part in parts if part)
        return names[:2], "between" if len(names) > 1 else "corner"
    if draft.corner:
        words = [word for word in draft.corner if word not in "#&/-"]
        return (street_name(" ".join(words)),), "corner"
    return (), ""


def _parted(words: list[str]) -> list[list[str]]:
    """Part two names at the joint that stands nearest to the middle."""
    joints = [place for place, word in enumerate(words) if word in KEYWORDS["joints"] and place > 0]
    joints = [place for place in joints if place < len(words) - 1]
    # Beside an "y", "and" is the beginning of an andador.
    spanish = [place for place in joints if words[place] in ("y", "e")]
    joints = spanish or joints
    if not joints:
        return [words]
    middle = min(joints, key=lambda place: abs(2 * place - len(words) + 1))
    after = words[middle + 1 :]
    while len(after) > 1 and after[0] in KEYWORDS["links"] - {"calle"}:
        after = after[1:]
    return [words[:middle], after]


def _split_number(words: list[str]) -> tuple[list[str], int | None, int, str]:
    """Return the street's words, the number, its span, and the figure behind a hyphen."""
    words = [word for word in words if word not in "&/@"]
    if "#" in words:
        at = words.index("#")
        behind = words[at + 1 :]
        match = _NUMBER.fullmatch(behind[0]) if behind else None
        if match:
            dashed = behind[behind.index("-") + 1 :][:1] if "-" in behind else []
            extra = dashed[0] if dashed and dashed[0].isdigit() else ""
            direction = [word for word in behind[1:2] if word in DIRECTIONS and len(word) > 1]
            return words[:at] + direction, int(match[1]), 100 if match[2] else 0, extra
        words = words[:at] + behind
    if len(words) > 1 and (match := _NUMBER.fullmatch(words[0])) and _american(words):
        # "050XX" is the block of 5000 to 5099.
        block = bool(match[2])
        return words[1:], int(match[1]) * (100 if block else 1), 100 if block else 0, ""
    return _trailing_number(words)


def _american(words: list[str]) -> bool:
    """Return whether a leading figure is a house number: "4137 W 62nd St", not "5 de mayo"."""
    after_type = len(words) > 2 and (words[-1] in TYPES_AFTER or words[-2] in TYPES_AFTER)
    return words[1] != "de" and (after_type or words[1] in ("n", "s", "e", "w"))


def _trailing_number(words: list[str]) -> tuple[list[str], int | None, int, str]:
    end = len(words)
    dash = words.index("-") if "-" in words else end
    end = min(end, dash)
    tail: list[str] = []
    while end > 1 and (
        words[end - 1] in DIRECTIONS or words[end - 1] in ("bis", "a", "b", "c", "d")
    ):
        end -= 1
        if len(words[end]) > 1 and words[end] in DIRECTIONS:
            tail = [words[end]]
    match = _NUMBER.fullmatch(words[end - 1]) if end > 1 else None
    before = words[: end - 1]
    # In "Calle Norte 12" the figure belongs to the name.
    if match is None or not has_name([word for word in before if word not in DIRECTIONS]):
        return [word for word in words if word != "-"], None, 0, ""
    return before + tail, int(match[1]), 100 if match[2] else 0, ""
