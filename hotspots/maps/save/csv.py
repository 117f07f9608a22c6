"""CSV that opens in a spreadsheet and runs nothing there."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.maps.save.standalone import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that make a spreadsheet take a text for a formula, or that it skips to one."""


def safe_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV that a spreadsheet shows and does not run, and return its path.

    Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay
    numbers (−106.4 is a longitude). The file is UTF-8 with a byte-order mark, so that Excel
    recognizes it. A missing value is an empty cell. The same table gives the same bytes.

    Parameters
    ----------
    frame
        The table. Its index comes first, unless it has no name.
    path
        The file to write; it is replaced as a whole or not at all.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputError
        If the file cannot be written.

    References
    ----------
    OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> import pathlib, tempfile
    >>> table = pd.DataFrame({"name": ["=1+1", "Centro"], "longitude": [-106.4, None]})
    >>> path = safe_csv(table, pathlib.Path(tempfile.mkdtemp()) / "table.csv")
    >>> print(path.read_text(encoding="utf-8-sig").strip())
    name,longitude
    '=1+1,-106.4
    Centro,
    """
    return write_whole(path, csv_text(frame))


def csv_text(frame: pd.DataFrame) -> str:
    r"""Return the text that :func:`safe_csv` writes, with its byte-order mark.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"name": ["@x"]})).removeprefix("\ufeff")
    "name\r\n'@x\r\n"
    """
    table = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_cell(str(name)) for name in table.columns])
    columns = [table.iloc[:, place].tolist() for place in range(len(table.columns))]
    for row in zip(*columns, strict=True):
        writer.writerow([safe_cell(value) for value in row])
    return "\ufeff" + buffer.getvalue()


def safe_cell(value: Any) -> Any:
    """Return a cell that a spreadsheet shows and does not run.

    Examples
    --------
    >>> safe_cell("@SUM(A1)"), safe_cell(-106.4), safe_cell(float("nan"))
    ("'@SUM(A1)", -106.4, '')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else float(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    words = str(value)
    return f"'{words}" if starts_formula(words) else words


def starts_formula(words: str) -> bool:
    """Return whether a spreadsheet would take the text for a formula.

    Examples
    --------
    >>> starts_formula("=1+1"), starts_formula("Calle 1")
    (True, False)
    """
    return words.startswith(_RUNS)
