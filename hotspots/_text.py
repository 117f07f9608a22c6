"""Text normalization: folding of case, accents and spaces, and safe printing."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def fold(text: str) -> str:
    """Return ``text`` without case, accents, repeated spaces and spaces at the ends.

    Examples
    --------
    >>> fold("  ROBO  de Vehículo ")
    'robo de vehiculo'
    >>> fold("")
    ''
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(plain.split())


def without_password(text: str) -> str:
    """Return a text with the password of every URL replaced by three asterisks.

    Examples
    --------
    >>> without_password("postgresql://ana:secret@host/db?password=secret")
    'postgresql://ana:***@host/db?password=***'
    """
    hidden = re.sub(r"(://[^\s:/@]*):.*@", r"\1:***@", text)
    return re.sub(r"(?i)(password=)[^&\s]*", r"\1***", hidden)


def printable(text: object) -> str:
    r"""Return a text that is safe to print: control characters are replaced.

    Examples
    --------
    >>> printable("Juárez\x1b[2J\u202e\n") == "Juárez\ufffd[2J\ufffd\n"
    True
    """
    return "".join(
        "\ufffd" if c != "\n" and unicodedata.category(c).startswith("C") else c for c in str(text)
    )


_NUMBER = re.compile(r"[\W\d_]*(?:[eE][-+]?\d+|\d\W*[NSEWOnsewo][\W\d_]*)?")
_LETTERS = re.compile(r"[^\W\d_]+")


def like_number(text: str) -> str:
    """Return a cell that should hold a number, or how long it is where it does not look like one.

    What stands in the wrong column may be a name, and a note or an error must not carry it on.

    Examples
    --------
    >>> like_number("1,186"), like_number("31°44'N"), like_number("Ana María Ruiz")
    ('1,186', "31°44'N", 'a text of 14 letters')
    """
    return text if _NUMBER.fullmatch(text.strip()) else _length(text)


def like_date(text: str, words: Collection[str] = ()) -> str:
    """Return a cell that should hold a date or a time, or how long it is, as :func:`like_number`.

    Parameters
    ----------
    text
        The cell.
    words
        The words that a date may have beside its figures, folded.

    Examples
    --------
    >>> like_date("31/02/2013"), like_date("32 de mayo", {"de", "mayo"}), like_date("Ana Ruiz 3")
    ('31/02/2013', '32 de mayo', 'a text of 10 letters')
    """
    known = {"t", "z", "h", "a", "p", "m", "am", "pm", *words}
    strange = set(_LETTERS.findall(fold(text))) - known
    return text if not strange and any(map(str.isdigit, text)) else _length(text)


def _length(text: str) -> str:
    return f"a text of {len(text)} letter{'s' * (len(text) != 1)}"
