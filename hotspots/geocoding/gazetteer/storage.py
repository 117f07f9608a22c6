"""A gazetteer as one file: its layers as Parquet in a ZIP archive, with a format and a version.

Nothing in the file is executed: the tables hold only text, numbers and well-known binary
geometries, and are read by column, without any other library's metadata.
"""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from hotspots._checks import existing_file
from hotspots._parquet import check_parquet
from hotspots.errors import DataFileError, HotspotsError, OutputError
from hotspots.geocoding.address.lexicon import lexicon_of
from hotspots.geocoding.gazetteer.layers import LAYERS
from hotspots.limits import LIMITS, Limits
from hotspots.spatial.crs import refuse_nowhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT = "hotspots gazetteer"
VERSION = 2

_HEAD = "gazetteer.json"
_OLDEST = (1980, 1, 1, 0, 0, 0)
_MOST_HEAD = 1_000_000
_GEOMETRY = "geometry"


def write_sources(
    path: str | Path, crs: CRS, layers: Mapping[str, gpd.GeoDataFrame], countries: Sequence[str]
) -> None:
    """Write layers in standard columns, and whose addresses they hold, to one file.

    The same layers give the same bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    head = {
        "format": FORMAT,
        "version": VERSION,
        "countries": list(countries),
        "crs": crs.to_wkt(),
        "layers": sorted(layers),
    }
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, _HEAD, json.dumps(head, ensure_ascii=False, indent=1).encode())
        for what in sorted(layers):
            _add(archive, f"{what}.parquet", _table_bytes(layers[what]))
    try:
        Path(path).write_bytes(content.getvalue())
    except OSError as error:
        raise OutputError(
            f"Gazetteer.save: {path} cannot be written ({error.strerror}). "
            "Give a file in an existing folder that you may write to."
        ) from error


def read_sources(
    path: str | Path, *, limits: Limits = LIMITS
) -> tuple[CRS, dict[str, gpd.GeoDataFrame], tuple[str, ...]]:
    """Return the CRS, the layers and the countries in a file that :func:`write_sources` wrote.

    Raises
    ------
    DataFileError
        If the file is missing, truncated, of another version, or not a gazetteer.
    """
    file = existing_file(path, "Gazetteer.load")
    try:
        with zipfile.ZipFile(file) as archive:
            head = _head(archive, file)
            crs = CRS.from_wkt(str(head["crs"]))
            countries = lexicon_of(tuple(map(str, head["countries"]))).countries
            layers = {what: _layer(archive, what, crs, file, limits) for what in head["layers"]}
    except HotspotsError:
        raise
    except Exception as error:  # Each library has its own errors, and broken files find them all.
        raise _broken(file, repr(error)) from error
    return crs, layers, countries


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, date_time=_OLDEST)
    member.create_system = 3
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)


def _table_bytes(layer: gpd.GeoDataFrame) -> bytes:
    columns: dict[str, Any] = {
        name: pa.array(layer[name], pa.string() if layer[name].dtype.kind == "O" else pa.float64())
        for name in layer.columns
        if name != _GEOMETRY
    }
    columns[_GEOMETRY] = pa.array(shapely.to_wkb(layer.geometry.to_numpy()), pa.binary())
    stream = BytesIO()
    pq.write_table(pa.table(columns), stream, compression="zstd")
    return stream.getvalue()


def _head(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    if _HEAD not in archive.namelist():
        raise DataFileError(
            f"Gazetteer.load: {file} is not a gazetteer. Give a file that Gazetteer.save wrote."
        )
    head = json.loads(_content(archive, _HEAD, _MOST_HEAD))
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise DataFileError(
            f"Gazetteer.load: {file} is not a gazetteer. Give a file that Gazetteer.save wrote."
        )
    if head.get("version") != VERSION:
        raise DataFileError(
            f"Gazetteer.load: {file} has version {head.get('version')!r}, and this library reads "
            f"version {VERSION}. Build it again from its layers and save it."
        )
    unknown = sorted(set(map(str, head["layers"])) - set(LAYERS))
    if unknown or not head["layers"]:
        raise ValueError(f"layers {unknown or 'none'}")
    return head


def _content(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    member = archive.getinfo(name)
    # An uncompressed member cannot expand beyond the size of the file.
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > most:
        raise ValueError(f"{name} is packed, or too large")
    return archive.read(name)


def _layer(
    archive: zipfile.ZipFile, what: str, crs: CRS, file: Path, limits: Limits
) -> gpd.GeoDataFrame:
    content = _content(archive, f"{what}.parquet", limits.unpacked_bytes)
    parquet = pq.ParquetFile(BytesIO(content))
    check_parquet(content, limits, f"Gazetteer.load: {file}: {what}")
    table = parquet.read(columns=[*LAYERS[what][0], *LAYERS[what][1], _GEOMETRY])
    texts = {name: _cells(table, name, pa.string()) for name in LAYERS[what][0]}
    numbers = {name: _cells(table, name, pa.float64()) for name in LAYERS[what][1]}
    shapes = shapely.from_wkb(_cells(table, _GEOMETRY, pa.binary()))
    if shapely.is_missing(shapes).any() or shapely.is_empty(shapes).any():
        raise ValueError(f"{what} has a row without a geometry")
    layer = gpd.GeoDataFrame(texts | numbers, geometry=shapes, crs=crs)
    refuse_nowhere(layer, f"Gazetteer.load: {file}: {what}")
    return layer


def _cells(table: pa.Table, name: str, kind: pa.DataType) -> np.ndarray:
    column = table.column(name)
    if column.type != kind or (kind != pa.float64() and column.null_count):
        raise ValueError(f"column {name} is of type {column.type}, or has holes")
    values: np.ndarray = column.to_numpy()
    return values


def _broken(file: Path, said: str) -> DataFileError:
    return DataFileError(
        f"Gazetteer.load: {file} is broken, truncated, or not a gazetteer ({said}). "
        "Build it again from its layers and save it."
    )
