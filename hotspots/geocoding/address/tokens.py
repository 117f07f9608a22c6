"""Tokenize an address: punctuation and abbreviations standardized, postcodes set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hotspots._text import fold
from hotspots.geocoding.address.lexicon import CODE

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon

LONGEST = 400
"""Characters of an address that are read; whatever follows is ignored."""

_SIGNS = (
    (CODE, " "),
    ("½", " 1/2"),
    ("÷", " entre "),
    ("\n", ", "),
    ("\r", ", "),
    ("'", ""),
    ("’", ""),
    ("`", ""),
    ("´", ""),
)
# Every postcode matches one of these; the patterns of the countries are tried only then.
_CODES = re.compile(r"\d{5}|\d[a-z]{2}|\d{4}[a-z]|\d{3}-\d{3}")
_KILOMETER = re.compile(
    r"(?:\b(?:kms?|k\.m|kilometros?)\.? ?(?:n[o°]\.? ?)?(\d{1,4})(?: ?\+ ?(\d{1,3})|[.,](\d+))?"
    r"|\b(\d{1,4})\+(\d{3}))(?!\d)"
)
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_COMMA_THOUSANDS = re.compile(r"(?<=[a-z.# ][# ])(\d{1,2}),(\d{3})(?=$|[ ,;])")
_POINT_ZERO = re.compile(r"(?<=\d)\.0(?=$|[ ,;])")
_ENYE = re.compile(r"\b[Ññ]\b")
_FORMER = re.compile(r"\((?:ex|antes)\b[^()]*\)")
_TOKEN = re.compile(
    r"s/n\b|[123]/[248]\b|[nsew]\d+[nsew]\d+|\d+(?:\.\d+)?[a-z]*|[a-z]+|--|[,;()#&/@~-]"
)


class Tokens(NamedTuple):
    """The tokens of an address and what was set aside.

    Attributes
    ----------
    words
        Words, numbers and signs; ``~`` in place of a postcode.
    postcode, box
        As in an address.
    boxed
        Whether the address begins with its mailbox.
    english
        Whether the postcode is that of an English-speaking country.
    """

    words: list[str]
    postcode: str
    box: str
    boxed: bool
    english: bool


def tokens_of(text: str, lexicon: Lexicon) -> Tokens:
    """Return the tokens of the first 400 characters of an address.

    Examples
    --------
    >>> from hotspots.geocoding.address.lexicon import lexicon_of
    >>> words = lexicon_of()
    >>> tokens_of("Ruta 3 km 12+500", words).words
    ['ruta', '3', 'km', '12.500']
    >>> tokens_of("LONDON SW1A1AA", words)[:2]
    (['london', '~'], 'SW1A 1AA')
    """
    plain = text[:LONGEST]
    for sign, word in _SIGNS:
        if sign in plain:
            plain = plain.replace(sign, word)
    plain = fold(with_enye(plain))
    plain, box, boxed = _without_box(plain, lexicon)
    plain, postcode, english = _without_postcode(plain, lexicon)
    if "(" in plain:
        # A street's former name is not part of its present one.
        former = "".join(f", {name[1:-1]}" for name in _FORMER.findall(plain))
        plain = _FORMER.sub(" ", plain) + former
    if "k" in plain or "+" in plain:
        plain = _KILOMETER.sub(_kilometer, plain)
    if "." in plain:
        plain = _THOUSANDS.sub(_joined, plain)
        # A number that passed through a spreadsheet or a data frame: "345.0".
        plain = plain if "km" in plain else _POINT_ZERO.sub("", plain)
    if "," in plain:
        plain = _COMMA_THOUSANDS.sub(r"\1\2", plain)
    for needles, pattern, by in lexicon.marks:
        for needle in needles:
            if needle in plain:
                plain = pattern.sub(by, plain)
                break
    return Tokens(_TOKEN.findall(plain), postcode, box, boxed, english)


def with_enye(text: str) -> str:
    """Return a text in which a lone letter Ñ, the name of a block, is not folded to N.

    Examples
    --------
    >>> with_enye("Mz Ñ Lt 3"), with_enye("Peña")
    ('Mz NN Lt 3', 'Peña')
    """
    return _ENYE.sub("NN", text) if "Ñ" in text or "ñ" in text else text


def _without_box(plain: str, lexicon: Lexicon) -> tuple[str, str, bool]:
    for needles, pattern, spelling in lexicon.boxes:
        if needles[0] in plain and (match := pattern.search(plain)):
            rest = f"{plain[: match.start()]} {plain[match.end() :]}"
            return rest, match.expand(spelling), match.start() == 0
    return plain, "", False


def _without_postcode(plain: str, lexicon: Lexicon) -> tuple[str, str, bool]:
    """Return the text with a placeholder for its postcode, the code, and whether it is English."""
    if _CODES.search(plain) is None:
        return plain, "", False
    for pattern, code, by, english in lexicon.postcodes:
        if match := pattern.search(plain):
            rest = f"{plain[: match.start()]}{match.expand(by)}{plain[match.end() :]}"
            return rest, match.expand(code).upper(), english
    return plain, "", False


def _kilometer(match: re.Match[str]) -> str:
    whole, meters, decimals, sole, sole_meters = match.groups()
    if sole:
        return f" km {sole}.{sole_meters}"
    behind = meters.zfill(3) if meters else decimals
    return f" km {whole}.{behind}" if behind else f" km {whole} "


def _joined(match: re.Match[str]) -> str:
    """Return "" for the point in "1.449", the point itself for that in "km 12.500"."""
    before = match.string[: match.start()].rstrip("0123456789")
    return "." if before.endswith("km ") else ""
