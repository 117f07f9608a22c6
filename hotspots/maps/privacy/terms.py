"""Tables of terms, and how a text is looked up in one whatever way its words are written."""

from __future__ import annotations

import html
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hotspots._text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LOST = "~"
"""Stands for a letter that was lost when a file was written or read."""

_MOST_TIMES_DAMAGED = 3
"""How often UTF-8 is taken for something else before a text is given up."""

_MANY = 6
"""Letters of a word in which an accented one is known although it was lost."""

_DAMAGE = re.compile(r"(?<=[^\W\d_])[\ufffd?¡¢£¤§©±‚…]+(?=[^\W\d_]|\b)|\ufffd+")
_MOJIBAKE = re.compile(r"[ÂÃ].|â..", re.DOTALL)
_POSSESSIVE = re.compile(r"['’´`]s(?![^\W_])", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_HUMPS = re.compile(
    r"(?<=[a-z])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"
)
_LONG_WORD = re.compile(rf"[a-z{_LOST}]{{5,}}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule of a table asks of a text: a match of every pattern."""

    covers: str
    patterns: tuple[re.Pattern[str], ...]

    def holds(self, words: str) -> bool:
        """Return whether each of the rule's patterns is in the words."""
        return all(pattern.search(words) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Terms:
    """A table of terms: the phrases that are set aside, and rules by the name of their list."""

    ordinary: re.Pattern[str]
    rules: Mapping[str, tuple[Rule, ...]]

    def match(self, text: str, rules: str = "rules") -> str:
        """Return what the first rule that holds covers, "" if none does."""
        words = self.ordinary.sub(" / ", plain_words(text))
        return next((rule.covers for rule in self.rules[rules] if rule.holds(words)), "")


@cache
def read_terms(name: str) -> Terms:
    """Return a table of this package by its file's name, without ``_terms.toml``."""
    content = files(__package__).joinpath(f"{name}_terms.toml").read_text(encoding="utf-8")
    return compile_terms(tomllib.loads(content))


def compile_terms(content: Mapping[str, Any]) -> Terms:
    """Return the table that a file's content describes.

    Examples
    --------
    >>> table = compile_terms({
    ...     "groups": {"of": ["de", "a"]},
    ...     "ordinary": [{"terms": ["violación {of} ley*"]}],
    ...     "rules": [{"covers": "rape", "terms": ["violaci*"]}],
    ... })
    >>> table.match("VIOLACIÃ“N"), table.match("violación a leyes")
    ('rape', '')
    """
    groups = content.get("groups", {})
    aside = [term for entry in content["ordinary"] for term in entry["terms"]]
    lists = {
        key: tuple(_rule(entry, groups) for entry in entries)
        for key, entries in content.items()
        if key not in ("groups", "ordinary")
    }
    return Terms(_any_of(sorted(aside, key=len, reverse=True), groups), lists)


def plain_words(text: str) -> str:
    """Return the words of a title or a key as terms are compared with them.

    Examples
    --------
    >>> plain_words("ViolaciÃ³n_Sexual100mil"), plain_words("V.I.F."), plain_words("abuzo")
    ('biolasion sexual 100 mil', 'vif', 'abuso')
    """
    whole = unicodedata.normalize("NFKC", _repaired(html.unescape(text)))
    marked = _DAMAGE.sub(_LOST, _POSSESSIVE.sub("", whole))
    spelled = _INITIALS.sub(lambda found: found[0].replace(".", ""), marked)
    words = re.findall(rf"[a-z0-9{_LOST}]+", fold(_HUMPS.sub(" ", spelled)))
    return " ".join(_LONG_WORD.sub(lambda found: _sounded(found[0]), word) for word in words)


def _repaired(text: str) -> str:
    """Return the text with UTF-8 that was read as Latin-1 or Windows-1252 read rightly."""

    def repair(found: re.Match[str]) -> str:
        try:
            return b"".join(_byte(letter) for letter in found[0]).decode("utf-8")
        except UnicodeError:
            return found[0]

    for _ in range(_MOST_TIMES_DAMAGED):
        text = _MOJIBAKE.sub(repair, text)
    return text


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def _sounded(word: str) -> str:
    """Return a folded word with one letter for those that are taken for each other."""
    alike = re.sub(r"c(?=[ei])|z", "s", word).replace("v", "b")
    return re.sub(r"([a-z])\1+", r"\1", alike)


def _rule(entry: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> Rule:
    asked = [entry["terms"], *([entry["beside"]] if "beside" in entry else [])]
    return Rule(entry["covers"], tuple(_any_of(terms, groups) for terms in asked))


def _any_of(terms: Iterable[str], groups: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """Return the pattern of any of the terms, in words of :func:`plain_words`."""
    return re.compile("|".join(_bounded(term, groups) for term in terms))


def _bounded(term: str, groups: Mapping[str, Sequence[str]]) -> str:
    begin = r"^" if term[0] in "=^" else r"(?<![a-z0-9])"
    end = r"$" if term[0] == "=" else r"(?![a-z0-9])"
    return f"{begin}{_phrase(term.lstrip('=^'), groups)}{end}"


def _phrase(term: str, groups: Mapping[str, Sequence[str]]) -> str:
    parts = []
    for part in term.split():
        group = re.fullmatch(r"\{(\w+)(\??)\}", part)
        if group:
            any_of = "|".join(_phrase(one, groups) for one in groups[group[1]])
            parts.append(f"(?:(?:{any_of}) ?){group[2]}")
        else:
            parts.append(f"{_word(part)} ?")
    return "".join(parts).removesuffix(" ?")


def _word(word: str) -> str:
    """Return the pattern of a word of a term, as it is written and as it sounds."""
    sets = re.split(r"(\*|\[\w+\])", word)
    spelled = "".join(map(_spelled, sets))
    sounded = "".join(_spelled(part, sound=True) for part in sets)
    return spelled if spelled == sounded else f"(?:{spelled}|{sounded})"


def _spelled(part: str, *, sound: bool = False) -> str:
    if not part:
        return ""
    if part == "*":
        return f"[a-z0-9{_LOST}]*"
    if part.startswith("["):
        return part
    letters = unicodedata.normalize("NFC", part)
    bases = [fold(letter) for letter in letters]
    heard = _heard(bases) if sound else bases
    return "".join(
        _damaged(sign, 0 if len(part) >= _MANY else 1) if base != letter else sign
        for letter, base, sign in zip(letters, bases, heard, strict=True)
    )


def _heard(bases: Sequence[str]) -> list[str]:
    """Return letter by letter how a word sounds; "" for one that is not heard."""
    following = [*bases[1:], ""]
    # What follows the last letter of a stem is not known.
    heard = [
        "[cs]" if base == "c" and not after else _sounded(base + after)[0]
        for base, after in zip(bases, following, strict=True)
    ]
    return [
        "" if sign == after else sign for sign, after in zip(heard, [*heard[1:], ""], strict=True)
    ]


def _damaged(sign: str, fewest: int) -> str:
    """Return the pattern of an accented letter, whatever files have made of it."""
    return rf"(?:(?:{sign}|[{_LOST} ]){{{fewest},2}}|a[{_LOST}\dao]?)" if sign else ""
