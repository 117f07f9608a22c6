"""The International Classification of Crime for Statistical Purposes: codes and names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

_FILE = Path(__file__).with_name("iccs.csv")
_LENGTHS = {2: 1, 4: 2, 5: 3, 6: 4}
"""Digits of a code → its level."""

_WHOLE = frozenset({"0101", "0102", "0103", "0104", "0201", "0202", "0203", "0204", "0205", "0208",
                    "0301", "0302", "0401", "0501", "0502", "0504"})  # fmt: skip
"""Divisions whose groups (level 3) are all in the table."""


def iccs_classes() -> pd.DataFrame:
    """Return the classes of the ICCS with their names, a column for each language.

    The table holds all sections and divisions (levels 1 and 2), the groups (level 3) of the acts
    against people and property that city police count most, and the few classes (level 4) that
    the built-in taxonomies use.

    Returns
    -------
    DataFrame
        On ``code`` (text, with its leading zero): ``level`` (1 to 4), ``parent`` (the code above,
        "" for a section), ``name_en`` and ``name_es``. The Spanish names of section 01 and its
        divisions are those of the standard's Spanish edition; not all others were compared with
        it, and some are our own wording.

    References
    ----------
    UNODC, *International Classification of Crime for Statistical Purposes*, version 1.0, 2015.

    UNODC, *Clasificación Internacional de Delitos con Fines Estadísticos*, versión 1.0, 2015.

    Examples
    --------
    >>> iccs_classes().loc["04013", ["parent", "name_en"]].tolist()
    ['0401', 'Robbery of an establishment or institution']
    """
    return _table().copy()


def parents(code: str) -> list[str]:
    """Return the codes above a code, nearest first.

    Examples
    --------
    >>> parents("050211")
    ['05021', '0502', '05']
    """
    return [code[:length] for length in (5, 4, 2) if length < len(code)]


def iccs_problem(code: str) -> str:
    """Return what is wrong with a code and how to fix it, "" if nothing is.

    Examples
    --------
    >>> iccs_problem("0101"), iccs_problem("020112")
    ('', '')
    >>> iccs_problem("101").split(":")[0]
    "'101' is not an ICCS code"
    """
    if not (code.isascii() and code.isdigit() and len(code) in _LENGTHS):
        return (
            f"{code!r} is not an ICCS code: those have 2, 4, 5 or 6 digits, the leading zero "
            "included, e.g. '0101'"
        )
    known = _table().index
    if code in known:
        return ""
    above = next((parent for parent in parents(code) if parent in known), "")
    if len(above) >= 4 and above not in _WHOLE:
        return ""
    near = [one for one in known if parents(one)[:1] == [above]] if above else list(known[:0])
    below = ", ".join(near or sorted(one for one in known if len(one) == 2))
    return f"{code!r} is not in the ICCS; {'below ' + above if above else 'its sections'}: {below}"


@cache
def _table() -> pd.DataFrame:
    table = pd.read_csv(_FILE, dtype=str).set_index("code")
    levels = [_LENGTHS[len(code)] for code in table.index]
    above = [next(iter(parents(code)), "") for code in table.index]
    table.insert(0, "level", levels)
    table.insert(1, "parent", above)
    return table
