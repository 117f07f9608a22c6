"""Text normalization: folding of case, accents and spaces, and safe printing."""

from __future__ import annotations

import re
import unicodedata


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
