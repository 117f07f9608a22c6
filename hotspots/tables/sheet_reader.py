"""Subprocess that reads one sheet and writes it as JSON, so that its crash is only an error.

The reader's library ends its process where a broken file asks it for memory without bounds.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import python_calamine as calamine

from hotspots.errors import DataFileError
from hotspots.tables.sheet_cells import cell_text, chosen_sheet, refuse_too_many

_TABLE = calamine.SheetTypeEnum.WorkSheet


def read_sheet(path: str, sheet: str | None, cells: int) -> dict[str, list[Any]]:
    """Return ``rows``, all of a sheet as text, and ``sheets``, the names of all, this one first.

    A formula is the value that was saved with it. Cells merged over several rows (the file's
    number beside each of its victims, a header over two rows) stand in each of them.
    """
    with calamine.load_workbook(path) as book:
        tables = [one.name for one in book.sheets_metadata if one.typ == _TABLE]
        name = chosen_sheet(tables, sheet, path)
        chosen = book.get_sheet_by_name(name)
        height, width = chosen.total_height + 1, chosen.total_width + 1
        refuse_too_many(height, width, cells, path)
        # From the first cell of the sheet, as the ranges of merged cells and formulas count.
        written = chosen.to_python(skip_empty_area=False)
        rows = [[cell_text(cell) for cell in row] for row in written]
        for (top, left), (bottom, _) in chosen.merged_cell_ranges or ():
            # A range may lie beyond all that is written.
            if top < len(rows) and left < len(rows[top]):
                for row in rows[top + 1 : bottom + 1]:
                    row[left] = rows[top][left]
        return {"rows": rows, "sheets": [name, *(one for one in tables if one != name)]}


def main(arguments: list[str]) -> dict[str, Any]:
    """Return the sheet, or ``error`` in words for the user, or ``reader`` in the library's."""
    path, cells, *sheet = arguments
    try:
        return read_sheet(path, sheet[0] if sheet else None, int(cells))
    except DataFileError as error:
        return {"error": str(error)}
    except calamine.PasswordError:
        return {"error": f"{path}: the workbook is locked by a password. Save it without one."}
    except Exception as error:
        return {"reader": str(error)}


def _bounded(memory: int) -> None:
    """Limit memory to what the workbook needs, on systems that can."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    file, memory, *others = sys.argv[1:]
    _bounded(int(memory))
    json.dump(main([file, *others]), sys.stdout)
