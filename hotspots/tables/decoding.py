"""Decoding text files: encoding, separator and decimal sign are detected."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")

OTHERWISE = "\ue000"
"""A letter that no text has (private use): marks what was decoded otherwise than the rest."""

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# In the order in which a tie is settled: Windows, then DOS, then old Macintosh exports.
_ONE_BYTE = ("cp1252", "latin-1", "cp850", "mac_roman")
_LETTERS = frozenset("áéíóúüñçãõâêôàÁÉÍÓÚÜÑÇÃÕÂÊÔÀ°ºª¿¡–—“”‘’«»…·´ ")
_READABLE = 0.75
_MOSTLY = 0.9
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
HEAD_BYTES = 262_144
"""As much of a file as its kind, separator and header are told by."""

_SNIFFED_ROWS = 60
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Name it .xlsx"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Name it .xls"),
    (b"SQLite format 3\x00", "a GeoPackage or SQLite file", "Name it .gpkg"),
    (b"PAR1", "a Parquet file", "Name it .parquet"),
    (b"%PDF", "a PDF", "Ask for the table behind it, as CSV or Excel"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first"),
)


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Return the text of ``data`` and the name of the encoding that it was in.

    UTF-8 is recognized strictly, UTF-16 by its byte order mark or the position of its NUL bytes;
    of the one-byte encodings, the one that turns most non-ASCII bytes into Spanish and Portuguese
    letters is taken. A file that is partly UTF-8 and partly one-byte is decoded line by line
    (``mixed``), and lines of the rarer kind get :data:`OTHERWISE` after their first non-ASCII
    letter.

    Raises
    ------
    DataFileError
        If the bytes are not text, or no encoding makes readable text of them.
    """
    wide = _unmarked_utf16(data)
    if wide:
        return _decode_as(data, wide, path), wide
    refuse_binary(data, path)
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data, name, path), name
    try:
        return data.decode("utf-8"), "ascii" if data.isascii() else "utf-8"
    except UnicodeDecodeError:
        return _decode_lines(data, path)


def refuse_binary(data: bytes, path: Path) -> None:
    """Refuse what begins as another kind of file does, or is no text.

    Raises
    ------
    DataFileError
        With the kind, and what to do about it.
    """
    if _unmarked_utf16(data):
        return
    for signature, kind, mend in _SIGNATURES:
        if data.startswith(signature):
            raise DataFileError(f"{path}: this is {kind}, not a text table. {mend}.")
    head = data[:HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    codes = np.bincount(np.frombuffer(head, dtype=np.uint8), minlength=256)
    control = codes[:32].sum() - codes[[0, 9, 10, 12, 13]].sum()
    if control > 0.01 * len(head) or codes[0] > 0.1 * len(head):
        raise DataFileError(
            f"{path}: this is not text (binary content). "
            "Export the table again as CSV in UTF-8, or as Excel (.xlsx)."
        )


def find_separator(text: str) -> str:
    """Return the separator that splits most of the first lines into equally many fields.

    Examples
    --------
    >>> find_separator("folio;lat;lon")
    ';'
    """
    scores = {mark: _agreement(first_rows(text, mark)) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: scores[mark])


def find_header(rows: list[list[str]]) -> int:
    """Return the position of the header: the first row that is as wide as the table is.

    Title rows above it fill one or two cells; the header fills nearly all of them.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    if not filled:
        return 0
    usual = Counter(width for width in filled if width).most_common()
    width = max((width for width, times in usual if times == usual[0][1]), default=1)
    enough = math.ceil(0.7 * width)
    return next((place for place, cells in enumerate(filled) if cells >= enough), 0)


def find_decimal(rows: list[list[str]]) -> str:
    """Return ``,`` where numbers with a decimal comma outnumber those with a point."""
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(1 for cell in cells if re.fullmatch(r"-?\d{1,3},\d+", cell))
    points = sum(1 for cell in cells if re.fullmatch(r"-?\d{1,3}\.\d+", cell))
    return "," if commas > points else "."


def first_rows(text: str, separator: str) -> list[list[str]]:
    """Return the first rows of the text, cut at the separator."""
    head = text[:HEAD_BYTES]
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == _SNIFFED_ROWS:
                break
    except csv.Error:
        return rows
    # The last row may have been cut in the middle.
    return rows[:-1] if len(text) > len(head) else rows


def _agreement(rows: list[list[str]]) -> tuple[float, int]:
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0.0, 0
    width, times = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (times / widths.total() if width > 1 else 0.0), width


def _unmarked_utf16(data: bytes) -> str:
    """Return the UTF-16 encoding of text without a byte order mark, by its NUL bytes; "" for none.

    Latin letters have a NUL at every second byte: after the letter in little-endian text, before
    it in big-endian text.
    """
    head = data[: HEAD_BYTES - HEAD_BYTES % 2]
    if len(data) % 2 or len(head) < 4:
        return ""
    zero = np.frombuffer(head, dtype=np.uint8).reshape(-1, 2) == 0
    first, second = zero.mean(axis=0)
    if second > _MOSTLY and first < 1 - _MOSTLY:
        return "utf-16-le"
    return "utf-16-be" if first > _MOSTLY and second < 1 - _MOSTLY else ""


def _one_byte_encoding(data: bytes, path: Path, line: int) -> str:
    foreign = Counter(data.translate(None, bytes(range(128))))
    beyond = dict(sorted(foreign.items()))
    scores = {name: _share_of_letters(beyond, name) for name in _ONE_BYTE}
    best = max(_ONE_BYTE, key=lambda name: scores[name])
    if scores[best] < _READABLE:
        raise DataFileError(
            f"{path}: from line {line} on the encoding cannot be told "
            f"(tried utf-8, {', '.join(_ONE_BYTE)}; none gives readable letters). "
            "Save the file as CSV in UTF-8."
        )
    return best


def _share_of_letters(beyond: dict[int, int], encoding: str) -> float:
    right = 0
    for code, times in beyond.items():
        try:
            right += times * (bytes([code]).decode(encoding) in _LETTERS)
        except UnicodeDecodeError:
            return -1.0
    return right / sum(beyond.values())


def _decode_lines(data: bytes, path: Path) -> tuple[str, str]:
    """Return the text of a file of which some lines at least are not UTF-8."""
    lines = data.split(b"\n")
    foreign = {place for place, line in enumerate(lines) if not _is_utf8(line)}
    encoding = _one_byte_encoding(
        b"\n".join(lines[place] for place in sorted(foreign)), path, min(foreign) + 1
    )
    if all(line.isascii() for place, line in enumerate(lines) if place not in foreign):
        return data.decode(encoding), encoding
    wide = {place for place, line in enumerate(lines) if not line.isascii()} - foreign
    marked = min(foreign, wide, key=len)
    decoded = (
        _marked(line.decode(encoding if place in foreign else "utf-8"), place in marked)
        for place, line in enumerate(lines)
    )
    return "\n".join(decoded), f"mixed utf-8 and {encoding}"


def _marked(line: str, otherwise: bool) -> str:
    return _BEYOND_ASCII.sub(rf"\g<0>{OTHERWISE}", line, count=1) if otherwise else line


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_as(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"{path}: the file begins as {encoding} and is not ({error.reason} at byte "
            f"{error.start}). Save the file as CSV in UTF-8."
        ) from None
