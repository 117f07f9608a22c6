"""Reads one sheet in a process of its own and writes it as JSON: a crash there is an error here.

The reader's library ends its process where a broken file asks it for memory without bounds.
"""

from __future__ import annotations

import json
import sys

import python_calamine as calamine

from hotspots.errors import DataFileError
from hotspots.tables.sheet_cells import cell_text, chosen_sheet, refuse_too_many

_MOST_BYTES = 6 * 1024**3
_TABLE = calamine.SheetTypeEnum.WorkSheet


def sheet_rows(path: str, sheet: str | None) -> list[list[str]]:
    """Return all rows of a sheet as text; a formula is the value that was saved with it."""
    with calamine.load_workbook(path) as book:
        tables = [one.name for one in book.sheets_metadata if one.typ == _TABLE]
        chosen = book.get_sheet_by_name(chosen_sheet(tables, sheet, path))
        height, width = chosen.total_height + 1, chosen.total_width + 1
        refuse_too_many(height * width, height, width, path)
        return [[cell_text(cell) for cell in row] for row in chosen.iter_rows()]


def main(arguments: list[str]) -> dict[str, object]:
    """Return ``rows``, or what is wrong: ``error`` for the user, ``reader`` the library's words."""
    path, sheet = arguments[0], arguments[1] if len(arguments) > 1 else None
    try:
        return {"rows": sheet_rows(path, sheet)}
    except DataFileError as error:
        return {"error": str(error)}
    except calamine.PasswordError:
        return {"error": f"{path}: the workbook is locked by a password. Save it without one."}
    except Exception as error:
        return {"reader": str(error)}


def _bounded() -> None:
    """Let no file take more memory than a table of incidents needs, where that can be said."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))


if __name__ == "__main__":
    _bounded()
    json.dump(main(sys.argv[1:]), sys.stdout)
