"""Parquet files: what they would unpack to, found out before they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hotspots.errors import DataFileError, HotspotsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hotspots.limits import Limits

_HARMLESS_VALUES = 1_000_000
_HARMLESS_BYTES = 256 * 1024**2
_ROWS_AT_ONCE = 100_000
_MEND = "Get the file from its source again, or save only the rows and columns that are needed."


def check_parquet(file: Path | bytes, limits: Limits, where: str) -> None:
    """Refuse a Parquet file that would unpack to far more than it should.

    A value that stands once in the file can stand for millions of rows in memory.

    Raises
    ------
    DataFileError
        If it is none, or has more rows, columns or text than ``limits`` allow.
    """
    try:
        with pq.ParquetFile(_opened(file)) as parquet:
            about = parquet.metadata
        _check_counts(about, _size(file), limits, where)
        _check_text(file, about, limits, where)
    except HotspotsError:
        raise
    except Exception as error:  # Arrow's own, and what a broken file makes of its lengths.
        raise DataFileError(
            f"{where}: cannot be read as Parquet ({error}). Save it again."
        ) from error


def _check_counts(about: Any, size: int, limits: Limits, where: str) -> None:
    limits.refuse("rows", about.num_rows, where, "rows", _MEND)
    limits.refuse("columns", about.num_columns, where, "columns", _MEND)
    lists = [sum(chunk.num_values for chunk in chunks) for chunks in _columns(about)]
    values = max(about.num_rows, *lists, 0)
    if values > _HARMLESS_VALUES:
        what = f"values in a column for each of its {size:,} bytes"
        limits.refuse("rows_per_byte", values / size, where, what, _MEND)


def _check_text(file: Path | bytes, about: Any, limits: Limits, where: str) -> None:
    """Count the bytes of texts and geometries that stand for many rows, without unpacking them."""
    size = _size(file)
    names = [chunks[0].path_in_schema for chunks in _columns(about) if _may_swell(chunks)]
    total = 0
    for column in _by_dictionary(file, names):
        total += _unpacked_bytes(column)
        if total > _HARMLESS_BYTES:
            limits.refuse("unpacked_bytes", total, where, "bytes of text", _MEND)
            what = f"times the {size:,} bytes that it is stored in"
            limits.refuse("unpacked_ratio", total / size, where, what, _MEND)


def _opened(file: Path | bytes) -> Any:
    return pa.BufferReader(file) if isinstance(file, bytes) else file


def _size(file: Path | bytes) -> int:
    return len(file) if isinstance(file, bytes) else file.stat().st_size


def _columns(about: Any) -> Iterator[list[Any]]:
    for place in range(about.num_columns if about.num_row_groups else 0):
        yield [about.row_group(group).column(place) for group in range(about.num_row_groups)]


def _may_swell(chunks: list[Any]) -> bool:
    most = sum(chunk.num_values * chunk.total_uncompressed_size for chunk in chunks)
    return "BYTE_ARRAY" in chunks[0].physical_type and most > _HARMLESS_BYTES


def _by_dictionary(file: Path | bytes, names: list[str]) -> Iterator[Any]:
    if names:
        with pq.ParquetFile(_opened(file), read_dictionary=names) as parquet:
            for batch in parquet.iter_batches(batch_size=_ROWS_AT_ONCE, columns=names):
                yield from batch.columns


def _unpacked_bytes(column: Any) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return int(pc.sum(pc.take(lengths, column.indices)).as_py() or 0)
