"""Plain tables, in a file or in memory, whose codes keep their leading zeros."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq

from hotspots._checks import existing_file
from hotspots._parquet import check_parquet
from hotspots._text import without_password
from hotspots.errors import ColumnError, DataFileError
from hotspots.limits import LIMITS, Limits
from hotspots.tables.delimited import read_delimited
from hotspots.tables.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

_READERS: dict[str, Callable[[Path, Limits], pd.DataFrame]] = {
    **dict.fromkeys(
        (".csv", ".txt", ".tsv"), lambda path, limits: read_delimited(path, limits=limits).cells
    ),
    **dict.fromkeys(
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        lambda path, limits: read_workbook(path, None, limits=limits).cells,
    ),
    ".parquet": lambda path, limits: read_parquet(path, limits=limits),
}


def read_plain_table(
    source: str | Path | pd.DataFrame, *, what: str, limits: Limits = LIMITS
) -> pd.DataFrame:
    """Return a table: cells of text from text files and workbooks, else as its types are.

    Parameters
    ----------
    source
        A ``.csv``, ``.txt``, ``.tsv`` (encoding and separator are found out), ``.xlsx``,
        ``.xlsm``, ``.xlsb``, ``.xls``, ``.ods`` (its first sheet) or ``.parquet`` file on this
        machine, or a table in memory.
    what
        Name of the table for the errors' texts.
    limits
        How much the file may hold.

    Raises
    ------
    DataFileError
        If the file is missing, no plain local file, of another kind, unreadable or has no row.
    ColumnError
        If two columns have the same name.

    Examples
    --------
    >>> read_plain_table(pd.DataFrame({"CVEGEO": ["007"], "POBTOT": [2100]}), what="census")
      CVEGEO  POBTOT
    0    007    2100
    """
    if isinstance(source, pd.DataFrame):
        table = source
    else:
        path = _plain_file(source, what)
        table = _READERS[path.suffix.lower()](path, limits)
    if table.empty:
        raise DataFileError(f"{what}: there is no row below the header. Export it again.")
    names = [str(name) for name in table.columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ColumnError(f"{what}: two columns are named {doubled[0]!r}. Rename one of them.")
    return table.set_axis(names, axis=1)


def as_text(values: pd.Series) -> pd.Series:
    """Return the values as text, missing ones as ""; whole numbers without a decimal point.

    Examples
    --------
    >>> as_text(pd.Series([8037.0, None])).tolist(), as_text(pd.Series([1.5])).tolist()
    (['8037', ''], ['1.5'])
    """
    if pd.api.types.is_float_dtype(values.dtype):
        known = values.dropna()
        if len(known) and (known % 1 == 0).all() and known.abs().max() < 2**53:
            values = values.astype("Int64")
    return values.astype(str).where(values.notna(), "").str.strip()


def _plain_file(source: str | Path, what: str) -> Path:
    name = str(source)
    if "://" in name or name.lower().startswith(("/vsi", "\\\\")):
        raise DataFileError(
            f"{what}: {without_password(name)} is not a plain local file. "
            "Download it and name the local copy."
        )
    kind = Path(name).suffix.lower()
    if kind not in _READERS:
        raise DataFileError(
            f"{what}: {name} is of type {kind or 'unknown'!r}, which is not read. "
            f"Supported: {', '.join(_READERS)}."
        )
    return existing_file(name, what)


def read_parquet(path: Path, *, limits: Limits = LIMITS) -> pd.DataFrame:
    """Return the table in a Parquet file.

    Raises
    ------
    DataFileError
        If it cannot be read, or holds more than ``limits`` allow.
    """
    check_parquet(path, limits, str(path))
    try:
        table: pd.DataFrame = pq.read_table(path).to_pandas()
    except Exception as error:  # Arrow's own, and what pandas makes of a broken file's notes.
        raise DataFileError(
            f"{path}: cannot be read as Parquet ({error}). Save it again."
        ) from error
    return table
