"""Spreadsheet cells as text, and the limit on how many are read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def cell_text(cell: object) -> str:
    """Return a cell as text: dates without a time as dates, whole numbers without a point.

    Examples
    --------
    >>> cell_text(dt.datetime(2013, 4, 5)), cell_text(12.0), cell_text(None)
    ('2013-04-05', '12', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def refuse_too_many(height: int, width: int, most: int, path: Path | str) -> None:
    """Raise if a sheet has more cells than the limit ``sheet_cells``.

    A row with one cell at the far right counts whole.
    """
    cells = height * width
    if cells > most:
        raise DataFileError(
            f"{path}: the sheet has more than {most:,} cells up to row {height} "
            f"(rows of {width:,}). Delete the empty columns at its right, or save the table as "
            f"CSV. If all of it is needed, raise the limit: sheet_cells = {cells} under [limits] "
            f"in the project file, or limits=Limits(sheet_cells={cells})."
        )


def chosen_sheet(names: Sequence[str], wanted: str | None, path: Path | str) -> str:
    """Return the sheet to read: the named one, or the first."""
    if not names:
        raise DataFileError(f"{path}: the workbook has no sheet with cells. Export it again.")
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise DataFileError(
            f"{path}: no sheet {wanted!r}. The sheets are: {', '.join(map(repr, names))}."
        )
    return wanted
