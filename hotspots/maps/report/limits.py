"""The report's last section: what it cannot say, and which rows some count leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import number, percent, text
from hotspots.maps.report.tables import Section, section_of, table_of
from hotspots.schema import ASSIGNMENT_STATUS, CATEGORY, DATE

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = ("reported", "located", "chance", "ranking", "pale", "cause")
_UNPLACED = ("unlocated", "outside", "shared", "unknown_residents")


def limits_section(
    incidents: pd.DataFrame, language: str, *, tested: pd.Series | None = None
) -> Section:
    """Return what maps and tables cannot say, and the rows that they leave out.

    ``tested`` says which rows lie in the tested period.
    """
    said = tuple(text(f"limit.{key}", language) for key in _LIMITS)
    reasons = _reasons(incidents, tested)
    reasons = {key: rows for key, rows in reasons.items() if rows.any()}
    if not reasons:
        return section_of("limits", language, said, [])
    total = len(incidents)
    rows = [
        (
            text(f"limit.unused_{key}", language),
            number(int(one.sum()), language),
            percent(float(one.sum()) / total, language, digits=1),
        )
        for key, one in reasons.items()
    ]
    made = table_of("unused", ("reason", "rows", "share"), rows, language, (1, 2))
    said = (*said, text("report.unused", language, n=total))
    return section_of("limits", language, said, [made])


def _reasons(incidents: pd.DataFrame, tested: pd.Series | None) -> dict[str, pd.Series]:
    """Return reason → True for the rows that it keeps out of some count."""
    fates = incidents[ASSIGNMENT_STATUS].astype(str)
    reasons = {key: fates == key for key in _UNPLACED}
    if CATEGORY in incidents:
        reasons["unmapped"] = incidents[CATEGORY].astype(str) == "unmapped"
    if DATE in incidents:
        reasons["undated"] = incidents[DATE].isna()
        if tested is not None:
            reasons["other_time"] = ~tested & incidents[DATE].notna()
    return reasons
