"""A workbook's sheet as a table of text."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd

from hotspots._notes import Note, note
from hotspots.errors import DataFileError
from hotspots.limits import LIMITS, Limits
from hotspots.tables.decoding import find_header
from hotspots.tables.headers import header_names
from hotspots.tables.sheets import sheet_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HARMLESS_BYTES = 1024**2
_OPEN_XML = (".xlsx", ".xlsm")
_SNIFFED_ROWS = 60
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, eq=False, slots=True)
class WorkbookTable:
    """The cells of a sheet (1-based index), the row number of its header, and notes by row.

    ``sheets`` are the names of all, the one that was read first.
    """

    cells: pd.DataFrame
    header_row: int
    notes: Mapping[int, str]
    sheets: tuple[str, ...] = ()


def read_workbook(path: Path, sheet: str | None, *, limits: Limits = LIMITS) -> WorkbookTable:
    """Return the table in a sheet, each cell as text.

    Formulas are never evaluated: a formula cell is the value that was saved with it, and
    empty where none was; the row's note says so.

    Raises
    ------
    DataFileError
        If the file is no workbook, holds more than ``limits`` allow, has no such sheet or no rows.
    """
    kind = path.suffix.lower()
    size = path.stat().st_size if kind == ".xls" else _unpacked_bytes(path, limits)
    rows, sheets = sheet_rows(path, sheet, cells=limits.sheet_cells, unpacked_bytes=size)
    if not any(any(row) for row in rows):
        raise DataFileError(f"{path}: the sheet is empty. Name another one (sheet=...).")
    header = find_header(rows[:_SNIFFED_ROWS])
    width = max(place for place, cell in enumerate(rows[header], start=1) if cell)
    names = header_names(rows[header][:width], str(path))
    limits.refuse("columns", width, str(path), "columns", "Delete those that are not needed.")
    body = [(row + [""] * width)[:width] for row in rows[header + 1 :]]
    cells = pd.DataFrame(body, columns=names, index=range(1, len(body) + 1), dtype=str)
    notes = _unsaved_formulas(path, sheets[0], header, body) if kind in _OPEN_XML else {}
    kept = (cells != "").any(axis=1) | cells.index.isin(list(notes))
    return WorkbookTable(cells.loc[kept], header + 1, notes, sheets)


def _unsaved_formulas(path: Path, sheet: str, header: int, body: list[list[str]]) -> dict[int, str]:
    """Return a note for each row with a formula that no value was saved for."""
    if not _has_formulas(path):
        return {}
    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except Exception as error:  # openpyxl passes on whatever its parsers raise.
        raise DataFileError(f"{path}: cannot be read as Excel ({error}). Save it again.") from error
    try:
        written = book[sheet].iter_rows(min_row=header + 2, values_only=True)
        return {
            place: note(Note.FORMULA_UNSAVED)
            for place, (cells, values) in enumerate(zip(written, body, strict=False), start=1)
            if any(
                str(cell).startswith("=") and not value
                for cell, value in zip(cells, values, strict=False)
            )
        }
    finally:
        book.close()


def _has_formulas(path: Path) -> bool:
    """Return whether any sheet holds a formula at all: most hold none, and are read once."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as stream:
                    before = b""
                    while part := stream.read(_BLOCK_BYTES):
                        if b"<f>" in before + part or b"<f " in before + part:
                            return True
                        before = part[-2:]
    return False


def _unpacked_bytes(path: Path, limits: Limits) -> int:
    """Return what a workbook unpacks to, if that is no more than ``limits`` allow."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise DataFileError(
            f"{path}: this is not an Excel workbook, despite its name. Save it as .xlsx or CSV."
        ) from None
    own, mend = path.stat().st_size, "Save the table as CSV."
    limits.refuse("workbook_bytes", unpacked, str(path), "bytes when unpacked", mend)
    if unpacked > _HARMLESS_BYTES:
        times = f"times its {own:,} bytes, as it would unpack to {unpacked:,} bytes"
        limits.refuse("workbook_ratio", unpacked / own, str(path), times, mend)
    return unpacked
