"""Sheets of Excel and LibreOffice as rows of text, read in a subprocess."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from pathlib import Path

_LEAST_SECONDS = 20
_MOST_SECONDS = 300
_MOST_BYTES = 6 * 1024**3
_LEAST_BYTES = 768 * 1024**2
_BYTES_PER_BYTE = 40
"""Memory that a cell takes for each byte that it takes in the file, at most."""

_MIB = 1024**2
_STOPPED = (
    "its reader stopped: it is broken, or has far more cells than are filled; delete the empty "
    "columns and rows at its right and below"
)
_SNIFFED_BYTES = 512
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def sheet_rows(
    path: Path, sheet: str | None, *, cells: int, unpacked_bytes: int
) -> tuple[list[list[str]], tuple[str, ...]]:
    """Return all rows of a sheet, and the names of all sheets, that one first.

    Parameters
    ----------
    path, sheet
        The workbook, and its sheet, by default the first.
    cells
        The limit ``sheet_cells``.
    unpacked_bytes
        What the workbook unpacks to, by which time and memory are allowed.

    Raises
    ------
    DataFileError
        If the file is no workbook, is locked by a password, has no such sheet, or breaks its
        reader.
    """
    _refuse_disguised(path)
    # -P: a module that lies in the user's folder is not taken for one of ours.
    command = [sys.executable, "-P", "-m", "hotspots.tables.sheet_reader", str(path.resolve())]
    memory = min(_LEAST_BYTES + _BYTES_PER_BYTE * unpacked_bytes, _MOST_BYTES)
    command += [str(memory), str(cells), *([sheet] if sheet is not None else [])]
    seconds = min(_LEAST_SECONDS + unpacked_bytes // _MIB, _MOST_SECONDS)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONIOENCODING": "utf-8",
            },
        )
    except subprocess.TimeoutExpired:
        raise DataFileError(
            f"{path}: cannot be read within {seconds} seconds. Save it as .xlsx or CSV."
        ) from None
    answer: dict[str, Any] = {"reader": _STOPPED}
    if done.returncode == 0:
        answer = json.loads(done.stdout)
    if "error" in answer:
        raise DataFileError(answer["error"])
    if "reader" in answer:
        raise DataFileError(
            f"{path}: cannot be read as a workbook ({answer['reader']}). Save it as .xlsx or CSV."
        )
    return answer["rows"], tuple(answer["sheets"])


def _refuse_disguised(path: Path) -> None:
    """Refuse a web page or XML named .xls, and say how to fix it."""
    with path.open("rb") as stream:
        head = stream.read(_SNIFFED_BYTES)
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        raise DataFileError(
            f"{path}: this is a web page or XML, named like a workbook. Open it in Excel or "
            "LibreOffice and save it as .xlsx or CSV."
        )
    if path.suffix.lower() == ".xls" and not head.startswith(_OLD_EXCEL):
        raise DataFileError(
            f"{path}: this is not an Excel workbook, despite its name. Save it as .xlsx or CSV."
        )
