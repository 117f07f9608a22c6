"""Cells that say that nothing is known."""

from __future__ import annotations

from hotspots._text import fold

_MISSING = frozenset(
    (
        "se desconoce", "desconoce", "desconocido", "desconocida", "no especificado",
        "no especificada", "sin dato", "sin datos", "no disponible", "no identificado",
        "ignorado", "ignorada", "nao informado", "no aplica", "unknown", "not known",
        "s/d", "n/d", "n/a", "na", "nd", "sd", "nan", "nat", "null", "none", "-", "--", ".",
        "00/00/0000", "0000-00-00",
    )
)  # fmt: skip


def is_missing(text: str) -> bool:
    """Return whether a cell is empty or says in words that nothing is known.

    Examples
    --------
    >>> is_missing("SE DESCONOCE"), is_missing(""), is_missing("930")
    (True, True, False)
    """
    folded = fold(text)
    return not folded or folded in _MISSING
