"""The source of incidents: a file's or table's kind, encoding, columns and rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow.parquet
import pyogrio

from hotspots._checks import existing_file, first_bytes
from hotspots._missing import is_missing
from hotspots._parquet import check_parquet
from hotspots._text import without_password
from hotspots.errors import ColumnError, DataFileError, HotspotsError
from hotspots.incidents.columns import guess_columns
from hotspots.limits import LIMITS, Limits
from hotspots.spatial.crs import nowhere
from hotspots.spatial.files.databases import refuse_computed
from hotspots.spatial.files.vector import read_vector, refuse_claims
from hotspots.tables.cells import as_text, read_parquet
from hotspots.tables.delimited import read_delimited
from hotspots.tables.postgis import PostgisSource, read_postgis
from hotspots.tables.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

_MOSTLY = 0.9
"""Share of a column's cells that must be numbers for it to be taken for a count."""

KINDS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".parquet": "parquet",
    **dict.fromkeys((".shp", ".fgb", ".kml", ".kmz", ".gml", ".tab", ".mif", ".zip"), "layer"),
}
"""File extension → kind. No other file is passed to a reader."""

Source = str | Path | pd.DataFrame | PostgisSource
"""The forms in which a table of incidents can be given."""

POINT_X = "geometry x"
POINT_Y = "geometry y"
"""Names of the columns that hold the points of a geographic file."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What was inferred about a file.

    Attributes
    ----------
    path
        The file or the database's table; "" for a table in memory.
    kind
        ``csv``, ``excel``, ``geopackage``, ``geojson``, ``parquet``, ``layer`` (shapefile, KML
        and the like), ``postgis`` or ``table``.
    encoding, separator, decimal
        Of a text file; "" for others.
    header_row
        1-based number of the line or row that holds the column names.
    other_sheets
        If none was named and there are several: the sheet that was read, and the others.
    columns
        Role (``date``, ``category``, ``longitude`` ...) → column that probably holds it, or the
        columns that make up the address.
    rows
        Number of data rows.
    names
        Names of all columns.
    """

    path: str
    kind: str
    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    header_row: int = 1
    other_sheets: tuple[str, ...] = ()
    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    rows: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class SourceTable:
    """A table of text, every cell a string, with notes on rows that were read with problems.

    Attributes
    ----------
    cells
        DataFrame of text on a 1-based index; a missing cell is "".
    description
        :class:`SourceDescription`.
    notes
        Row number → note on the row itself.
    crs
        CRS of the points in ``geometry x`` and ``geometry y``; None without them.
    """

    cells: pd.DataFrame
    description: SourceDescription
    notes: Mapping[int, str] = field(default_factory=dict)
    crs: CRS | None = None


def describe_source(
    source: Source, *, sheet: str | None = None, limits: Limits = LIMITS
) -> SourceDescription:
    """Return what can be inferred about a table of incidents.

    Parameters
    ----------
    source
        A file (CSV, Excel, GeoPackage, GeoJSON, Parquet), a table in memory or in PostGIS.
    sheet
        Sheet of an Excel workbook, by default the first; or layer of a GeoPackage, by default the
        only one.
    limits
        How much the file may hold.

    Returns
    -------
    SourceDescription
        Kind, encoding, separator, decimal sign, header row, number of rows, and the probable
        column of each role, guessed from Spanish, Portuguese and English headers.

    Raises
    ------
    DataFileError
        If the file is missing, empty, of a kind that is not read, or not what its name says.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"FECHA": ["01/02/2013"], "DELITO": ["HOMICIDIO"]})
    >>> describe_source(table).columns
    {'date': 'FECHA', 'category': 'DELITO'}
    """
    return read_table(source, sheet=sheet, limits=limits).description


def read_table(source: Source, *, sheet: str | None = None, limits: Limits = LIMITS) -> SourceTable:
    """Return the table as text, with its description.

    Raises
    ------
    DataFileError
        As :func:`describe_source`.
    """
    table = _read(source, sheet, limits)
    names = tuple(name for name in table.cells.columns if name not in (POINT_X, POINT_Y))
    if table.cells.empty:
        raise DataFileError(
            f"{table.description.path or 'The table'}: there is a header and no row below it. "
            "Export it again, or check which sheet or period was exported."
        )
    columns = guess_columns([name for name in names if _may_count(name, table.cells)])
    description = replace(table.description, columns=columns, rows=len(table.cells), names=names)
    return replace(table, description=description)


def _may_count(name: str, cells: pd.DataFrame) -> bool:
    """Return whether a column may be guessed: one called victims holds numbers, and no names."""
    if "victims" not in guess_columns([name]):
        return True
    filled = cells[name][~cells[name].map(is_missing)]
    numbers = pd.to_numeric(filled.str.replace(",", ".", regex=False), errors="coerce")
    return bool(numbers.notna().mean() > _MOSTLY) if len(filled) else True


def _read(source: Source, sheet: str | None, limits: Limits) -> SourceTable:
    if isinstance(source, pd.DataFrame):
        return _from_frame(source, SourceDescription(path="", kind="table"))
    if isinstance(source, PostgisSource):
        description = SourceDescription(path=source.name, kind="postgis")
        return _from_frame(read_postgis(source), description)
    path = _local_file(source)
    kind = KINDS[path.suffix.lower()]
    description = SourceDescription(path=str(path), kind=kind)
    if kind == "csv":
        text = read_delimited(path, limits=limits)
        description = replace(
            description,
            encoding=text.encoding,
            separator=text.separator,
            decimal=text.decimal,
            header_row=text.header_row,
        )
        return SourceTable(text.cells, description, text.notes)
    if kind == "excel":
        book = read_workbook(path, sheet, limits=limits)
        others = book.sheets if sheet is None and len(book.sheets) > 1 else ()
        found = replace(description, header_row=book.header_row, other_sheets=others)
        return SourceTable(book.cells, found, book.notes)
    return _from_frame(_read_frame(path, kind, sheet, limits), description)


def _local_file(source: str | Path) -> Path:
    name = str(source)
    if "://" in name or name.lower().startswith("/vsi"):
        raise DataFileError(
            f"{without_password(name)}: only files on this machine are read. Download it first, "
            "then give its path; a database's table is hs.postgis_source(...)."
        )
    path = existing_file(source, "read_incidents")
    if path.suffix.lower() not in KINDS:
        raise DataFileError(
            f"{path}: files ending in {path.suffix or 'nothing'!r} are not read. "
            f"Save the table as one of {', '.join(sorted(KINDS))}."
        )
    return path


def _read_frame(path: Path, kind: str, sheet: str | None, limits: Limits) -> pd.DataFrame:
    """Read a binary or geographic table after checking its first bytes.

    GDAL detects a file's format by its content, so a file with an allowed extension could make
    it read something else (a VRT that points to a URL); the first bytes must match the extension.
    """
    if kind == "layer":
        layer: pd.DataFrame = read_vector(
            path, what="read_incidents", layer=sheet, limits=limits, as_written=True
        )
        return layer
    head = first_bytes(path, 64, "read_incidents")
    expected = {"geopackage": b"SQLite format 3\x00", "parquet": b"PAR1"}.get(kind)
    if expected is not None and not head.startswith(expected):
        raise DataFileError(f"{path}: the content is not a {kind}. Export it again, or rename it.")
    try:
        if kind == "geopackage":
            return _read_geopackage(path, sheet, limits)
        if kind == "parquet":
            return _read_parquet(path, limits)
        limits.refuse_large_text(path, str(path))
        return _read_geojson(path)
    except HotspotsError:
        raise
    except Exception as error:  # Each reader has its own hierarchy of errors.
        raise DataFileError(
            f"{path}: cannot be read as {kind} ({error}). Export it again."
        ) from error


def _read_geopackage(path: Path, sheet: str | None, limits: Limits) -> pd.DataFrame:
    refuse_computed(path, sheet, "read_incidents")
    layer = _layer(path, sheet)
    refuse_claims(path, layer, limits, "read_incidents")
    table: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, datetime_as_string=True)
    return table


def _layer(path: Path, wanted: str | None) -> str:
    """Return the layer of a GeoPackage that holds the table: the named one, or the only one."""
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if not names:
        raise DataFileError(f"{path}: the GeoPackage has no layer. Export it again.")
    if wanted is None and len(names) > 1:
        raise DataFileError(
            f"{path}: the GeoPackage has {len(names)} layers: {', '.join(names)}. Name the one "
            "with the incidents: sheet='...'."
        )
    if wanted is not None and wanted not in names:
        raise DataFileError(f"{path}: there is no layer {wanted!r}. There are: {', '.join(names)}.")
    return wanted or names[0]


def _read_parquet(path: Path, limits: Limits) -> pd.DataFrame:
    check_parquet(path, limits, str(path))
    metadata = pyarrow.parquet.read_schema(path).metadata or {}
    if b"geo" in metadata:
        layer: pd.DataFrame = gpd.read_parquet(path)
        return layer
    return read_parquet(path, limits=limits)


def _read_geojson(path: Path) -> pd.DataFrame:
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise DataFileError(
            f"{path}: this JSON is not a GeoJSON FeatureCollection. Export it again."
        )
    declared = ((content.get("crs") or {}).get("properties") or {}).get("name", "OGC:CRS84")
    points: pd.DataFrame = gpd.GeoDataFrame.from_features(content["features"], crs=declared)
    return points


def _from_frame(frame: pd.DataFrame, description: SourceDescription) -> SourceTable:
    if not frame.columns.is_unique:
        doubled = frame.columns[frame.columns.duplicated()].unique()
        raise ColumnError(
            f"{description.path or 'The table'}: the column {str(doubled[0])!r} is there more than "
            "once. Rename one of them."
        )
    crs = None
    plain = pd.DataFrame(frame)
    points: dict[str, pd.Series] = {}
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        crs = frame.crs
        plain = plain.drop(columns=frame.active_geometry_name)
        # A shape that is nowhere leaves its row without coordinates, which is said of the row.
        there = frame.geometry.where(~nowhere(frame), None)
        centers = there.representative_point()
        points = {POINT_X: centers.x, POINT_Y: centers.y}
    cells = {str(name): as_text(plain[name]) for name in plain.columns}
    cells |= {name: as_text(values) for name, values in points.items()}
    table = pd.DataFrame(cells, index=frame.index, dtype=str)
    table.index = pd.RangeIndex(1, len(table) + 1)
    return SourceTable(table, description, crs=crs)
