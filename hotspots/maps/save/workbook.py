"""Tables in one Excel workbook that runs nothing."""

from __future__ import annotations

import datetime
import math
import os
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from hotspots.catalogue import languages, remark, text
from hotspots.errors import InputError, OutputError
from hotspots.maps.save.csv import starts_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH = datetime.datetime(2000, 1, 1)
_MOST_ROWS = 1_048_575
_MOST_COLUMNS = 16_384
_LONGEST_CELL = 32_767
_LARGEST_WHOLE = 2**53
_LONGEST_NAME = 31
_WIDEST = 60
_SAMPLED = 200
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}


def save_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    dictionary: pd.DataFrame | None = None,
    language: str = "es",
) -> Path:
    """Write tables as the sheets of one Excel workbook, and return its path.

    Numbers stay numbers and dates stay dates. Text stays text: what Excel would take for a formula
    gets Excel's own mark of text. The first row of each sheet is frozen and has filters. Text
    longer than a cell can hold (32,767 characters) is cut and ends in "…"; a table longer than a
    sheet goes on in another. The same tables give the same bytes.

    Parameters
    ----------
    tables
        Name of the sheet → table. Its index comes first, if it has a name.
    path
        The file to write; it is replaced as a whole or not at all.
    dictionary
        What the columns mean; it becomes the first sheet.
    language
        Language of the first sheet's name.

    Returns
    -------
    pathlib.Path
        The file.

    Warns
    -----
    HotspotsWarning
        If a table is longer than a sheet, or text longer than a cell.

    Raises
    ------
    InputError
        If there is no table, or one has more columns than a sheet (16,384).
    OutputError
        If the file cannot be written; an earlier file is then left as it was.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"name": ["=1+1"], "longitude": [-106.4]})
    >>> save_workbook({"places": table}, Path(tempfile.mkdtemp()) / "tables.xlsx").name
    'tables.xlsx'
    """
    if not tables:
        raise InputError("save_workbook: there is no table. Give at least one.")
    if language not in languages():
        raise InputError(
            f"language: came as {language!r}. The languages are {', '.join(languages())}."
        )
    for name, table in tables.items():
        if not isinstance(table, pd.DataFrame):
            raise InputError(
                f"save_workbook: the table {name!r} came as {type(table).__name__}. Give a "
                "DataFrame."
            )
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"{target} is a folder. Name the file to write, e.g. tables.xlsx.")
    whole = {name: _with_index(table) for name, table in tables.items()}
    for name, table in whole.items():
        _say_limits(name, table)
    if dictionary is not None:
        whole = {text("file.dictionary_sheet", language): _with_index(dictionary), **whole}
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with xlsxwriter.Workbook(str(partial), _OPTIONS) as book:
            book.set_properties({"created": _EPOCH})
            for name, part in _sheets(whole).items():
                _write_sheet(book, name, part)
        partial.replace(target)
    except (OSError, XlsxWriterException) as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{target} cannot be written: {error}. Check that the folder exists, that you may "
            "write in it, and that the file is not open in Excel."
        ) from error
    return target


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    named = any(name is not None for name in table.index.names)
    return table.reset_index() if named else table


def _say_limits(name: str, table: pd.DataFrame) -> None:
    """Refuse a table too wide for a sheet, and warn of what is divided or cut."""
    if len(table.columns) > _MOST_COLUMNS:
        raise InputError(
            f"save_workbook: the table {name!r} has {len(table.columns)} columns and a sheet "
            f"holds {_MOST_COLUMNS}. Leave columns out, or write it with safe_csv."
        )
    if len(table) > _MOST_ROWS:
        warnings.warn(remark("sheet_rows", table=name, n=len(table), most=_MOST_ROWS), stacklevel=3)
    cut = 0
    for column in range(len(table.columns)):
        values = table.iloc[:, column]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            # Only text longer than half the limit can have too many UTF-16 units.
            long = [one for one in values if isinstance(one, str) and 2 * len(one) > _LONGEST_CELL]
            cut += sum(_readable(one) != one for one in long)
    if cut:
        warnings.warn(remark("cell_cut", table=name, n=cut, most=_LONGEST_CELL), stacklevel=3)


def _sheets(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return name → rows of each sheet, with names that Excel accepts."""
    sheets: dict[str, pd.DataFrame] = {}
    for name, table in tables.items():
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'") or "-"
        for start in range(0, max(len(table), 1), _MOST_ROWS):
            sheets[_free_name(plain, sheets)] = table.iloc[start : start + _MOST_ROWS]
    return sheets


def _free_name(plain: str, taken: Mapping[str, Any]) -> str:
    used = {name.casefold() for name in taken} | {"history"}
    name, number = plain[:_LONGEST_NAME], 1
    while name.casefold() in used:
        number += 1
        ending = f" ({number})"
        name = plain[: _LONGEST_NAME - len(ending)] + ending
    return name


def _write_sheet(book: xlsxwriter.Workbook, name: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#f3e6c8", "bottom": 1})
    quoted = book.add_format({"quote_prefix": True})
    for column, title in enumerate(table.columns):
        sheet.write_string(0, column, _readable(str(title)), head)
        values = table.iloc[:, column].tolist()
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, column, value, quoted)
        sheet.set_column(column, column, _width(str(title), values))
    sheet.freeze_panes(1, 0)
    if len(table.columns) and len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _write_cell(sheet: Any, row: int, column: int, value: Any, quoted: Any) -> None:
    if value is None or value is pd.NaT or value is pd.NA:
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, int | float | np.number) and _fits(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, float | np.floating) and math.isnan(value):
        return
    elif isinstance(value, datetime.datetime) and value.year >= 1900:
        sheet.write_datetime(row, column, value.replace(tzinfo=None))
    else:
        dated = isinstance(value, datetime.date)
        words = _readable(value.isoformat() if dated else str(value))
        sheet.write_string(row, column, words, quoted if starts_formula(words) else None)


def _fits(value: Any) -> bool:
    """Return whether Excel, which keeps 53 bits of a number, keeps this one exactly."""
    if isinstance(value, int | np.integer):
        return abs(int(value)) <= _LARGEST_WHOLE
    return math.isfinite(value)


def _readable(words: str) -> str:
    """Return as much of the text as a cell can hold, in UTF-16 units as Excel counts them."""
    whole = words.encode("utf-16-le", "replace")
    if len(whole) > 2 * _LONGEST_CELL:
        return whole[: 2 * (_LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"
    shown = whole.decode("utf-16-le")
    # XlsxWriter writes what looks like its own rich text as markup.
    return f"{shown} " if shown.startswith("<r>") and shown.endswith("</r>") else shown


def _width(title: str, values: list[Any]) -> float:
    """Return a width in characters that fits most of the first values."""
    shown = [len(str(value)) for value in values[:_SAMPLED]]
    usual = float(np.quantile(shown, 0.9)) if shown else 0.0
    return min(max(usual, len(title) + 3, 8) + 1, _WIDEST)
