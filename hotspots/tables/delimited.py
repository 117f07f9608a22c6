"""A delimited text file as a table of text."""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from hotspots._checks import first_bytes
from hotspots._notes import Note, joined, note
from hotspots.errors import DataFileError
from hotspots.limits import LIMITS, Limits
from hotspots.tables.decoding import (
    HEAD_BYTES,
    OTHERWISE,
    decode,
    find_decimal,
    find_header,
    find_separator,
    first_rows,
    refuse_binary,
)
from hotspots.tables.headers import header_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_BLOCK_BYTES = 64 * 1024 * 1024
_ROWS_AT_ONCE = 50_000
_SHOWN = 40
_LACKING = "cells that its rows lack beside the header"


@dataclass(frozen=True, eq=False, slots=True)
class DelimitedTable:
    """The cells of a text file (1-based index), how they were read, and notes by row."""

    cells: pd.DataFrame
    encoding: str
    separator: str
    decimal: str
    header_row: int
    notes: Mapping[int, str] = field(default_factory=dict)


def read_delimited(path: Path, *, limits: Limits = LIMITS) -> DelimitedTable:
    """Return the table in a text file, each cell as text.

    Rows with too many or too few fields are kept: extra fields are dropped, missing ones are
    empty, and the row's note says so.

    Raises
    ------
    DataFileError
        If the file is not text, has no row below its header, or holds more than ``limits`` allow.
    """
    refuse_binary(first_bytes(path, HEAD_BYTES, "table"), path)
    limits.refuse_large_text(path, str(path))
    text, encoding = decode(path.read_bytes(), path)
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise DataFileError(f"{path}: the file is empty. Export it again from its source.")
    separator = find_separator(text)
    rows = first_rows(text, separator)
    if not rows:
        raise DataFileError(
            f"{path}: the first line is longer than any header ({len(text.splitlines()[0]):,} "
            "letters). Export the table again with its column names in the first line."
        )
    header = find_header(rows)
    names = header_names([name.replace(OTHERWISE, "") for name in rows[header]], str(path))
    limits.refuse("columns", len(names), str(path), "columns", "Keep those that are needed.")
    limits.refuse("rows", text.count("\n"), str(path), "lines", "Keep those that are needed.")
    notes: dict[int, str] = {}
    try:
        cells = _read_regular(text, separator, header, names)
    except pa.ArrowInvalid:
        cells, notes = _read_ragged(text, separator, header, names, path, limits)
    _refuse_swallowed(cells, text, separator, path)
    for letter, what in (("\0", Note.NUL_BYTES), (OTHERWISE, Note.ENCODING)):
        if letter in text:
            cells, notes = _without(letter, what, cells, notes)
    return DelimitedTable(cells, encoding, separator, find_decimal(rows), header + 1, notes)


def _read_regular(text: str, separator: str, header: int, names: list[str]) -> pd.DataFrame:
    """Read with Arrow, which is fast and refuses rows of another width.

    Arrow takes a quotation mark that is never closed for one long cell, so text with an odd
    number of marks is left to the slower reader, which looks for it.
    """
    if text.count('"') % 2:
        raise pa.ArrowInvalid("an odd number of quotation marks")
    table = pa.csv.read_csv(
        pa.BufferReader(text.encode("utf-8", "replace")),
        read_options=pa.csv.ReadOptions(
            skip_rows=header + 1,
            column_names=names,
            block_size=_BLOCK_BYTES,
        ),
        parse_options=pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    cells: pd.DataFrame = table.to_pandas()
    return _numbered(cells)


def _read_ragged(
    text: str, separator: str, header: int, names: list[str], path: Path, limits: Limits
) -> tuple[pd.DataFrame, dict[int, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    width = len(names)
    parts: list[pd.DataFrame] = []
    records: list[list[str]] = []
    read = added = 0
    notes: dict[int, str] = {}
    start = before = 0
    with _cells_of_any_length(len(text)):
        for place, row in enumerate(reader):
            start, before = before, reader.line_num
            if place <= header or not row:
                continue
            records.append((row + [""] * width)[:width])
            read += 1
            added += max(width - len(row), 0)
            limits.refuse("sheet_cells", added, str(path), _LACKING, "Shorten the header.")
            if len(row) != width:
                notes[read] = note(Note.ROW_WIDTH, f"{len(row)} ≠ {width}")
            if len(records) == _ROWS_AT_ONCE:
                parts.append(pd.DataFrame(records, columns=names, dtype=str))
                records = []
        _refuse_unclosed(text, separator, start, path)
    parts.append(pd.DataFrame(records, columns=names, dtype=str))
    return _numbered(pd.concat(parts, ignore_index=True)), notes


@contextmanager
def _cells_of_any_length(letters: int) -> Iterator[None]:
    """Allow cells as long as the text: the csv module has one limit per process."""
    before = csv.field_size_limit(max(letters, csv.field_size_limit()))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _refuse_unclosed(text: str, separator: str, start: int, path: Path) -> None:
    """Refuse a last record (behind line ``start``) that swallowed the rest of the file."""
    tail = islice(io.StringIO(text, newline=""), start, None)
    try:
        list(csv.reader(tail, delimiter=separator, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise DataFileError(
                f"{path}: line {start + 1} cannot be read: a quotation mark there is never "
                "closed. Close it or take it out, or export the table again."
            ) from None


def _refuse_swallowed(cells: pd.DataFrame, text: str, separator: str, path: Path) -> None:
    """Refuse a cell that holds whole rows, swallowed between two stray quotation marks."""
    width = len(cells.columns)
    for name in cells.columns if '"' in text and width > 1 else ():
        long = cells[name][cells[name].str.contains("\n", regex=False)]
        full = long[long.str.count(re.escape(separator)) >= width - 1]
        if len(full):
            start = text.find(full.iloc[0][:_SHOWN])
            line = text.count("\n", 0, max(start, 0)) + 1
            rows = full.iloc[0].count("\n")
            raise DataFileError(
                f"{path}: line {line}: a quotation mark opens there and closes {rows} lines later, "
                "with whole rows between. Take the stray marks out, or export the table again."
            )


def _numbered(cells: pd.DataFrame) -> pd.DataFrame:
    """Strip the cells, number the rows from 1, and drop empty rows."""
    if cells.empty:
        return cells
    stripped = cells.apply(lambda column: column.str.strip())
    numbered = stripped.set_axis(pd.RangeIndex(1, len(cells) + 1), axis=0)
    filled: pd.DataFrame = numbered.loc[(numbered != "").any(axis=1)]
    return filled


def _without(
    letter: str, what: Note, cells: pd.DataFrame, notes: Mapping[int, str]
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Remove a character from all cells, and note it on the rows that had it."""
    marked = cells.apply(lambda column: column.str.contains(letter, regex=False)).any(axis=1)
    clean = cells.apply(lambda column: column.str.replace(letter, "", regex=False))
    added = {int(row): joined(note(what), notes.get(row, "")) for row in cells.index[marked]}
    return clean, {**notes, **added}
