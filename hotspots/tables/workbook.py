"""An Excel workbook's sheet as a table of text."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd

from hotspots.errors import DataFileError
from hotspots.tables.decoding import find_header
from hotspots.tables.headers import header_names

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 2 * 1024**3
_MOST_RATIO = 200
_SNIFFED_ROWS = 60


def read_workbook(path: Path, sheet: str | None) -> tuple[pd.DataFrame, int]:
    """Return the cells of a sheet as text (1-based index) and the row number of its header.

    Formulas are never evaluated: a formula cell is the value that was saved with it, and
    empty where none was.

    Raises
    ------
    DataFileError
        If the file is no workbook, unpacks to an absurd size, has no such sheet or no rows.
    """
    _refuse_bomb(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl passes on whatever its parsers raise.
        raise DataFileError(f"{path}: cannot be read as Excel ({error}). Save it again.") from error
    try:
        rows = [[_text(cell) for cell in row] for row in _sheet(book, sheet, path).values]
    finally:
        book.close()
    if not any(any(row) for row in rows):
        raise DataFileError(f"{path}: the sheet is empty. Name another one (sheet=...).")
    header = find_header(rows[:_SNIFFED_ROWS])
    width = max(place for place, cell in enumerate(rows[header], start=1) if cell)
    names = header_names(rows[header][:width], str(path))
    body = [(row + [""] * width)[:width] for row in rows[header + 1 :]]
    cells = pd.DataFrame(body, columns=names, index=range(1, len(body) + 1), dtype=str)
    return cells.loc[(cells != "").any(axis=1)], header + 1


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile:
        raise DataFileError(
            f"{path}: this is no Excel workbook in spite of its name. Save it as .xlsx or CSV."
        ) from None
    if unpacked > _MOST_BYTES or unpacked > _MOST_RATIO * path.stat().st_size:
        raise DataFileError(
            f"{path}: the workbook would unpack to {unpacked:,} bytes and is not opened. "
            "Save the table as CSV."
        )


def _sheet(book: Any, sheet: str | None, path: Path) -> Any:
    if sheet is None:
        return book.worksheets[0]
    if sheet not in book.sheetnames:
        raise DataFileError(
            f"{path}: no sheet {sheet!r}. The sheets are: {', '.join(map(repr, book.sheetnames))}."
        )
    return book[sheet]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
