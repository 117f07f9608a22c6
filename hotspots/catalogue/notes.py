"""What a stage wrote beside a row (a repair, a problem), said in the page's language.

The stages write their notes in English, so that a file means the same everywhere; the
entries ``note.*`` of ``en.toml`` are those notes, with blanks, and the other languages' say
the same. Several notes on one row stand with semicolons between them.
"""

from __future__ import annotations

import re
from functools import cache

from hotspots.catalogue import text, words

_BETWEEN = "; "


def note(written: str, language: str, *, blank: str | None = None) -> str:
    """Return a row's notes in the language; what the catalogue does not know, as it came.

    Parameters
    ----------
    written
        The notes as a stage wrote them.
    language
        One of :func:`hotspots.languages`.
    blank
        What stands for every name and number, so that notes of one kind become the same;
        without it they are kept.

    Examples
    --------
    >>> note("coordinates: swapped; no date", "es")
    'coordenadas: intercambiadas; sin fecha'
    >>> note("'lote baldio' was not found", "es"), note("'x' was not found", "es", blank="…")
    ("no se encontró 'lote baldio'", 'no se encontró …')
    """
    said = [_one(part, language, blank) for part in written.split(_BETWEEN) if part]
    return _BETWEEN.join(said)


def _one(part: str, language: str, blank: str | None) -> str:
    for key, pattern in _patterns():
        found = pattern.fullmatch(part)
        if found:
            values = found.groupdict()
            filled = values if blank is None else dict.fromkeys(values, blank)
            return text(f"note.{key}", language, **filled)
    return part


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each note's key and what it looks like, those with the fewest blanks first."""
    found = []
    for key, entry in words("note", "en").items():
        pieces = re.split(r"\{(\w+)\}", str(entry))
        pattern = "".join(
            f"(?P<{piece}>.+)" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
        found.append((len(pieces), key, re.compile(pattern, re.DOTALL)))
    return tuple((key, pattern) for _, key, pattern in sorted(found, key=lambda one: one[:2]))
