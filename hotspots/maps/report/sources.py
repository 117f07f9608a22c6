"""The files in which the report's numbers are, and the CSV of each table."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.maps.save.csv import csv_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from hotspots.maps.report.tables import Section, Table

_OF_SECTION = {
    "data": "incidents.parquet",
    "taxonomy": "incidents.parquet",
    "geocoding": "incidents.parquet",
    "polygons": "polygons.gpkg",
    "tests": "tests.csv",
    "rates": "rates.csv",
    "layers": "polygons.gpkg",
    "ranking": "ranking.csv",
    "allocation": "allocation.csv",
    "limits": "incidents.parquet",
}
_OF_TABLE = {
    "worst": "worst_addresses.csv",
    "exceptions": "",
    "changes": "",
    "doubt": "",
    "criteria": "",
}
"""Tables that are in another file than their section, or ("") in none."""

_NUMBER = re.compile(r"[−-]?\d{1,3}(,\d{3})*(\.\d+)?|[−-]?\d+(\.\d+)?")


def with_sources(section: Section, files: Collection[str]) -> Section:
    """Return the section with the file of its numbers, and with the file and CSV of each table.

    Parameters
    ----------
    section
        A section of the report.
    files
        Names of the files beside the report; no others are named.
    """
    own = _OF_SECTION.get(section.anchor, "")
    tables = []
    for table in section.tables:
        source = _OF_TABLE.get(table.name, own)
        shown = source if source in files else ""
        tables.append(replace(table, source=shown, download=csv_address(table)))
    return replace(section, source=own if own in files else "", tables=tuple(tables))


def csv_address(table: Table) -> str:
    """Return the table as the ``data:`` URL of a CSV that a spreadsheet shows and does not run.

    Cells that hold just a number become numbers; ranges, shares and words stay as shown.

    Examples
    --------
    >>> from hotspots.maps.report.tables import Table
    >>> table = Table("Places", ("name", "rows"), (("=1+1", "8,126"),), (False, True))
    >>> base64.b64decode(csv_address(table).partition(",")[2]).decode("utf-8-sig").split()
    ['name,rows', "'=1+1,8126"]
    """
    rows = [
        tuple(
            _plain(cell) if right else cell for cell, right in zip(row, table.numbers, strict=True)
        )
        for row in [*table.rows, *([table.total] if table.total else [])]
    ]
    frame = pd.DataFrame(rows, columns=list(table.columns), dtype=object)
    content = base64.b64encode(csv_text(frame).encode("utf-8")).decode("ascii")
    return f"data:text/csv;charset=utf-8;base64,{content}"


def _plain(cell: str) -> str | int | float:
    """Return the number that a cell shows, or its text."""
    if not _NUMBER.fullmatch(cell):
        # A spreadsheet would read "10 / 3" as a date.
        return cell.replace(" / ", " | ")
    written = cell.replace(",", "").replace("−", "-")
    return float(written) if "." in written else int(written)
