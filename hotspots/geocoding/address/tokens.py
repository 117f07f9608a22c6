"""The letters of an address become tokens: signs and abbreviations one way, codes set aside."""

from __future__ import annotations

import re
from typing import NamedTuple

from hotspots._text import fold
from hotspots.geocoding.address.names import KEYWORDS

LONGEST = 400
"""Letters of an address that are read; what stands behind them is no address any more."""

BREAKS = frozenset(",;()")
CODE = "~"
"""The token that stands where a postcode was written."""

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
_COUNTRY = r"(?:\W*(?:uk|united kingdom|england|scotland|wales|usa|united states|eeuu))?\W*$"
_BRITISH = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[abd-hjlnp-uw-z]{2})" + _COUNTRY)
_AMERICAN = re.compile(
    rf"\b({'|'.join(sorted(KEYWORDS['states']))}),? (\d{{5}}(?:-\d{{4}})?)" + _COUNTRY
)
# Every one of them holds one of these.
_CODES = re.compile(r"\d{5}|\d[a-z]{2}|\d{4}[a-z]")
_ARGENTINE = re.compile(r"\b[a-z]\d{4}[a-z]{3}\b")
# Each mail box: words without which it need not be looked for, its pattern, its one spelling.
_BOXES = (
    ("box", re.compile(r"\bp\.? ?o\.? ?box (?:no\.? |# ?)?(\w+)"), r"po box \1"),
    (
        "box",
        re.compile(r"\b(?:rr|r\.r\.|rural route|rfd) ?#? ?0*(\d+),? box (\w+)"),
        r"rr \1 box \2",
    ),
    (
        "box",
        re.compile(r"\b(?:hc|highway contract|star route) ?0*(\d+),? box (\w+)"),
        r"hc \1 box \2",
    ),
    ("casilla", re.compile(r"\bcasilla(?: de correos?)? (?:n[o°]\.? )?(\d+)"), r"casilla \1"),
    ("apartado", re.compile(r"\bapartado(?: postal| aereo)? (?:n[o°]\.? )?(\d+)"), r"apartado \1"),
    ("apdo", re.compile(r"\bapdo\.?(?: postal)? (?:n[o°]\.? )?(\d+)"), r"apartado \1"),
    ("general delivery", re.compile(r"^general delivery\b"), "general delivery"),
)
_KILOMETER = re.compile(
    r"(?:\b(?:kms?|k\.m|kilometros?)\.? ?(?:n[o°]\.? ?)?(\d{1,4})(?: ?\+ ?(\d{1,3})|[.,](\d+))?"
    r"|\b(\d{1,4})\+(\d{3}))(?!\d)"
)
# Beginnings without one of which a pattern need not be tried, the pattern, what stands for it.
_MARKS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = tuple(
    (tuple(needles.split("|")), re.compile(pattern), by)
    for needles, pattern, by in (
        ("00 bl", r"^(\d{1,4})00 bl(?:oc)?k(?: of)?\b", r"\1xx"),
        ("near ", r"^(?:on or )?near ", ""),
        # Slips in the words that hold an address together.
        (
            "esq|squi|esk|ezq|esui|eqs",
            r"\b(?:esqina|esquna|esquia|esquin|esuina|squina|esqiuna|esqunia|esquian|eqsuina|eskina"
            r"|ezquina|esquinna|esquinas|esqu)\b",
            "esquina",
        ),
        (
            "entr|ente|etnr|enrt|emtr",
            r"\b(?:entr|enter|etnre|enrte|entrre|emtre)\b(?=[^,]* y )",
            "entre",
        ),
        ("calel|clale", r"^(?:calel|clale|calell)(?= )", "calle"),
        ("aa|asentamiento h", r"\b(?:aa[. ]{0,2}hh|asentamiento humano)\b", " aahh "),
        ("pp|pueblo j", r"\b(?:pp[. ]{0,2}jj|pueblo joven)\b", " ppjj "),
        ("h.", r"(^|[,;] ?|\d )a\. ?h\.", r"\1 aahh "),
        ("j.", r"(^|[,;] ?|\d )p\. ?j\.", r"\1 ppjj "),
        ("unidad hab|h.", r"\b(?:u\. ?h\.|unidad hab(?:itacional|\.)?)", " uh "),
        ("p.|planta b", r"\b(?:p\. ?b\b\.?|planta baja\b)", " pb "),
        ("b°", r"\bb° ?", " barrio "),
        ("codigo", r"\bcodigo postal\b", " cp "),
        ("cp|c.p|c p|c. p", r"\bc\.? ?p\.? ?(?=\d{4,5}\b)", " cp "),
        ("c.p.", r"\bc\.p\. ?(?=[a-z])", " caserio "),
        ("cp", r"^cp\.? (?=[a-z])", " caserio "),
        ("ref", r"(?<!de)(?<!la)(?<=\w)[,.]? ref(?:s|erencias?)?\b[.:]* (?=[a-z])", ", "),
        ("bis", r"(?<=\d)bis\b", " bis"),
        ("parad", r"(?<=\d) (?=parad(?:ero|a)\b)", ", "),
        ("jct|junction", r"(?<=\w )(?:at )?(?:jct|junction)\.? (?:with|of)\b", " esq "),
        ("rn|r.|r n", r"\br\.? ?n\.? ?(?:n ?[o°]?\.? ?)?(?=\d)", " ruta nacional "),
        ("rp|r.|r p", r"\br\.? ?p\.? ?(?:n ?[o°]?\.? ?)?(?=\d)", " ruta provincial "),
        (" n", r"\b(ruta|rta|nac|nacional|prov|provincial)\.? n ?[o°]?\.? ?(?=\d)", r"\1 "),
        ("s/nom", r"\bs/nombre\b", " sin nombre "),
        (
            "s/|s /|s-n|s.n|sn|sin n|conocido",
            r"\b(?:s-n\b|s ?/ ?n(?:um(?:ero)?|ro|o)?\b\.?|s\.n\b|sin n(?:o|um(?:ero)?|ro)\b\.?"
            r"|sn\b(?= ?\.? ?(?:[,;(]|$|entre|esq|col\b))|dom(?:icilio|\.)? conocido\b)",
            " s/n ",
        ),
        ("e/|e /", r"\be ?/", " entre "),
        (" int", r"\bn(?:o|um(?:ero)?)\.? int(?:erior)?\b\.?", " int "),
        (
            "n|#",
            r"\bn(?:(?:[o°]|ro|um(?:ero)?)\.?(?: ?ext(?:erior)?\b\.?)? ?(?=\d)|\. ?(?=\d+\b)"
            r"|(?=\d{2,}\b)| ?[°*] ?(?=\d)| o ?(?=\d))|# ?(?=\d)",
            " # ",
        ),
        ("lt", r"\bmza?[. ]?(\d{1,3}|[a-z])\.?lte?[. ]?(\d{1,3})\b", r" mz \1 lt \2 "),
        ("m-|m -", r"\bm ?- ?(\d{1,3}),? ?l(?:te?)?\.? ?- ?(\d{1,3})\b", r" mz \1 lt \2 "),
        ("/", r"\b(\d{2,5})/(\d{2,5})\b", r"\1-\2"),
        (" al ", r" al (\d{1,3})00\b", r" \1xx"),
        (" -|- ", r" - | -(?=[a-z]{2})|- (?=[a-z]{2})", " -- "),
    )
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
        Words, figures and signs; :data:`CODE` where a postcode was.
    postcode, box
        As in an address.
    boxed
        Whether the address begins with its box.
    english
        Whether the postcode is one of the United Kingdom or the United States.
    """

    words: list[str]
    postcode: str
    box: str
    boxed: bool
    english: bool


def tokens_of(text: str) -> Tokens:
    """Return the tokens of the first 400 letters of an address.

    Examples
    --------
    >>> tokens_of("Ruta 3 km 12+500").words
    ['ruta', '3', 'km', '12.500']
    >>> tokens_of("LONDON SW1A1AA")[:2]
    (['london', '~'], 'SW1A 1AA')
    """
    plain = text[:LONGEST]
    for sign, word in _SIGNS:
        if sign in plain:
            plain = plain.replace(sign, word)
    plain = fold(with_enye(plain))
    plain, box, boxed = _without_box(plain)
    plain, postcode, english = _without_postcode(plain)
    if "(" in plain:
        # A street's former name is no part of the one it bears now.
        former = "".join(f", {name[1:-1]}" for name in _FORMER.findall(plain))
        plain = _FORMER.sub(" ", plain) + former
    if "k" in plain or "+" in plain:
        plain = _KILOMETER.sub(_kilometer, plain)
    if "." in plain:
        plain = _THOUSANDS.sub(_joined, plain)
        # A number that went through a spreadsheet or a data frame: "345.0".
        plain = plain if "km" in plain else _POINT_ZERO.sub("", plain)
    if "," in plain:
        plain = _COMMA_THOUSANDS.sub(r"\1\2", plain)
    for needles, pattern, by in _MARKS:
        for needle in needles:
            if needle in plain:
                plain = pattern.sub(by, plain)
                break
    return Tokens(_TOKEN.findall(plain), postcode, box, boxed, english)


def with_enye(text: str) -> str:
    """Return a text in which a letter Ñ that stands alone, a block's, is not taken for an N.

    Examples
    --------
    >>> with_enye("Mz Ñ Lt 3"), with_enye("Peña")
    ('Mz NN Lt 3', 'Peña')
    """
    return _ENYE.sub("NN", text) if "Ñ" in text or "ñ" in text else text


def _without_box(plain: str) -> tuple[str, str, bool]:
    for needle, pattern, spelling in _BOXES:
        if needle in plain and (match := pattern.search(plain)):
            rest = f"{plain[: match.start()]} {plain[match.end() :]}"
            return rest, match.expand(spelling), match.start() == 0
    return plain, "", False


def _without_postcode(plain: str) -> tuple[str, str, bool]:
    """Return the text with a mark for its postcode, the code, and whether it is in English."""
    if _CODES.search(plain) is None:
        return plain, "", False
    if match := _AMERICAN.search(plain):
        return f"{plain[: match.start()]} {CODE}, {match[1]}", match[2], True
    if match := _BRITISH.search(plain):
        return f"{plain[: match.start()]} {CODE}", f"{match[1]} {match[2]}".upper(), True
    if match := _ARGENTINE.search(plain):
        rest = f"{plain[: match.start()]} {CODE} {plain[match.end() :]}"
        return rest, match[0].upper(), False
    return plain, "", False


def _kilometer(match: re.Match[str]) -> str:
    whole, meters, decimals, sole, sole_meters = match.groups()
    if sole:
        return f" km {sole}.{sole_meters}"
    behind = meters.zfill(3) if meters else decimals
    return f" km {whole}.{behind}" if behind else f" km {whole} "


def _joined(match: re.Match[str]) -> str:
    """Return nothing for the point of "1.449", the point itself for that of "km 12.500"."""
    before = match.string[: match.start()].rstrip("0123456789")
    return "." if before.endswith("km ") else ""
