"""Limits on what a file may cost to read, in one place: the ``[limits]`` of a project file.

A file of a few kilobytes can claim billions of rows, cells or corners. Each limit lies far above
what a metropolis or a country needs, and the error names the key that raises it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from pathlib import Path

_MIB = 1024**2


class Limits(BaseModel):
    """How much of each kind a file may hold.

    Attributes
    ----------
    rows, columns
        Of a table, or of the features of a layer.
    rows_per_byte
        Rows for each byte of a Parquet file; only a file made to exhaust memory packs so many.
    sheet_cells
        Cells of a sheet of Excel or LibreOffice, empty ones included.
    vertices
        Corners of all geometries of a layer.
    neighbors
        Areas whose bounding boxes meet one area's, on average over the layer.
    raster_cells
        Cells under all areas together; the raster itself may be of any size.
    raster_block_bytes
        Bytes of the block in which a raster's cells are stored, as each is read whole.
    text_bytes
        Bytes of a file that is read into memory at once: CSV, JSON, KML, GML, MIF.
    unpacked_bytes, unpacked_ratio
        Bytes that a zip archive holds, and how often its own size that is.
    workbook_bytes, workbook_ratio
        The same of a workbook.

    Examples
    --------
    >>> Limits(rows=100_000_000).columns == LIMITS.columns
    True
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int = Field(default=20_000_000, gt=0)
    columns: int = Field(default=20_000, gt=0)
    rows_per_byte: int = Field(default=10, gt=0)
    sheet_cells: int = Field(default=30_000_000, gt=0)
    vertices: int = Field(default=200_000_000, gt=0)
    neighbors: int = Field(default=50, gt=0)
    raster_cells: int = Field(default=250_000_000, gt=0)
    raster_block_bytes: int = Field(default=256 * _MIB, gt=0)
    text_bytes: int = Field(default=4096 * _MIB, gt=0)
    unpacked_bytes: int = Field(default=4096 * _MIB, gt=0)
    unpacked_ratio: int = Field(default=1_000, gt=0)
    workbook_bytes: int = Field(default=1024 * _MIB, gt=0)
    workbook_ratio: int = Field(default=200, gt=0)

    def refuse(self, key: str, found: float, where: str, what: str, mend: str) -> None:
        """Raise if there is more of something than the limit ``key`` allows.

        Parameters
        ----------
        key
            Name of the limit.
        found
            How much there is.
        where
            The file, and what it is for.
        what
            What is counted, for the sentence "it has 12 rows".
        mend
            What to do about it, other than raising the limit.

        Raises
        ------
        DataFileError
            With both numbers and the key.

        Examples
        --------
        >>> Limits(rows=10).refuse("rows", 12, "a.parquet", "rows", "Cut it.")
        Traceback (most recent call last):
        hotspots.errors.DataFileError: a.parquet: it has 12 rows, and at most 10 are read. Cut it.
        If all of it is needed, raise the limit: rows = 12 under [limits] in the project file, or
        limits=Limits(rows=12).
        """
        most = getattr(self, key)
        if found > most:
            enough = int(found) + (found % 1 > 0)
            raise DataFileError(
                f"{where}: it has {enough:,} {what}, and at most {most:,} are read. {mend} "
                f"If all of it is needed, raise the limit: {key} = {enough} under [limits] in the "
                f"project file, or limits=Limits({key}={enough})."
            )

    def refuse_large_text(self, file: Path, where: str) -> None:
        """Raise if a file that is read into memory at once is too large for that."""
        self.refuse(
            "text_bytes", file.stat().st_size, where, "bytes", "Save it as GeoPackage or Parquet."
        )


LIMITS = Limits()
"""The limits where nothing else is said."""
