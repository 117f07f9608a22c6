"""Text folded to what people mean by it: case, accents and spaces aside."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


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


def fold_series(texts: pd.Series) -> pd.Series:
    """Return a Series of folded texts on the same index; each distinct text is folded once."""
    distinct = texts.unique()
    return texts.map(dict(zip(distinct, map(fold, distinct), strict=True)))
