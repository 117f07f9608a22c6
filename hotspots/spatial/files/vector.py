"""Vector files: layers from plain local files of known formats, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from hotspots import _checks
from hotspots._parquet import check_parquet
from hotspots.errors import DataFileError, HotspotsError, InputError
from hotspots.limits import LIMITS, Limits
from hotspots.spatial import topojson
from hotspots.spatial.crs import refuse_nowhere
from hotspots.spatial.files.archives import unpacked
from hotspots.spatial.files.databases import refuse_computed
from hotspots.spatial.files.file_signatures import (
    HEAD_BYTES,
    KINDS,
    SIGNATURES,
    is_geodatabase,
    is_topojson,
    links_crs,
    points_elsewhere,
)

_TEXT_KINDS = (".kml", ".gml", ".tab", ".mif")
_JSON_KINDS = (".json", ".geojson", ".topojson")
_COUNTED_KINDS = (".gpkg", ".shp", ".fgb", ".tab", ".gdb")
"""Formats that say how many features they have, which a reader believes."""

_SCHEMA_LOCATION = re.compile(rb"(\w+:)?schemaLocation(\s*=)")


def read_vector(
    path: str | Path,
    *,
    what: str,
    layer: str | None = None,
    limits: Limits = LIMITS,
    as_written: bool = False,
) -> gpd.GeoDataFrame:
    """Return the layer in a local vector file, as it is written there.

    Parameters
    ----------
    path
        A ``.gpkg``, ``.shp``, ``.geojson``, ``.json`` (GeoJSON or TopoJSON), ``.topojson``,
        ``.parquet`` (GeoParquet), ``.fgb``, ``.kml``, ``.kmz``, ``.gml``, ``.tab`` or
        ``.mif`` file on this machine, a ``.gdb`` folder (ESRI file geodatabase), or a
        ``.zip`` of one of these.
    what
        Name of the layer for the errors' texts.
    layer
        Name of the layer in a file with several; in a ``.zip`` with several, the member's
        name without its ending.
    limits
        How much the file may hold.
    as_written
        True for times as texts, with the offset that each was written with, and to leave it to
        the caller to look for coordinates that are no place on Earth.

    Raises
    ------
    DataFileError
        If the file is missing, empty, of another kind, not what its name says, or unreadable;
        if it points to another file or address, computes its rows, or holds more than ``limits``
        allow; or if the path is an address or one of GDAL's virtual file systems.
    InputError
        If the file has several layers and none was named, the one named is not there, it has no
        rows, or coordinates that are no place on Earth.
    """
    file = _plain_file(path, what, limits)
    try:
        frame = _frame(file, layer, what, limits, as_written)
    except HotspotsError:
        raise
    except Exception as error:  # Each library has its own errors, and broken files find them all.
        raise DataFileError(
            f"{what}: {file} could not be read ({error}). Export it again, e.g. as GeoPackage."
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError(f"{what}: {file} is a table without geometry. Name a layer with one.")
    if frame.empty:
        raise InputError(f"{what}: {file} has no rows. Export it again from its source.")
    where = f"{what}: {file}"
    corners = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    limits.refuse("vertices", corners, where, "corners", "Simplify its geometries.")
    if not as_written:
        refuse_nowhere(frame, where)
    return frame


def refuse_claims(file: Path, layer: str | None, limits: Limits, what: str) -> None:
    """Refuse a layer of a file that says that it has too many features or columns.

    Raises
    ------
    DataFileError
        If it says that it has more than ``limits`` allow, or more features than bytes.
    """
    about = pyogrio.read_info(file, layer=layer)
    rows, where = int(about["features"]), f"{what}: {file}"
    size = sum(path.stat().st_size for path in (file.iterdir() if file.is_dir() else (file,)))
    if rows > size:
        raise DataFileError(
            f"{where} says that it has {rows:,} rows, in {size:,} bytes. It is broken: export it "
            "again, e.g. as GeoPackage."
        )
    limits.refuse("rows", rows, where, "rows", "Keep only the rows that are needed.")
    limits.refuse("columns", len(about["fields"]), where, "columns", "Keep only what is needed.")


def _frame(
    file: Path, layer: str | None, what: str, limits: Limits, as_written: bool
) -> gpd.GeoDataFrame:
    kind = file.suffix.lower()
    if kind in (".zip", ".kmz"):
        with unpacked(file, what=what, layer=layer, limits=limits) as (inside, inner):
            named = f"{what}: {file}"
            return read_vector(
                inside, what=named, layer=inner, limits=limits, as_written=as_written
            )
    if kind == ".parquet":
        check_parquet(file, limits, f"{what}: {file}")
        return gpd.read_parquet(file)
    if kind == ".gpkg":
        refuse_computed(file, layer, what)
    source = _source(file, what, limits)
    name = _layer_name(source, layer, file, what)
    if kind in _COUNTED_KINDS:
        refuse_claims(file, name, limits, what)
    return pyogrio.read_dataframe(source, layer=name, datetime_as_string=as_written)


def _source(file: Path, what: str, limits: Limits) -> str | bytes:
    """Return the file as GDAL is to open it."""
    kind = file.suffix.lower()
    if kind in (".kml", ".gml"):
        # From memory: GDAL finds no schema or style beside it, and writes none.
        return _SCHEMA_LOCATION.sub(rb"ignored\2", file.read_bytes())
    if kind not in _JSON_KINDS:
        return str(file)
    # Named with its driver, JSON is read as that or not at all.
    with file.open("rb") as stream:
        if not is_topojson(stream.read(HEAD_BYTES)):
            return f"GeoJSON:{file}"
    corners = topojson.corners(file.read_bytes())
    limits.refuse("vertices", corners, f"{what}: {file}", "corners", "Simplify its geometries.")
    return f"TopoJSON:{file}"


def _plain_file(path: str | Path, what: str, limits: Limits) -> Path:
    text = str(path)
    if "://" in text or text.startswith(("/vsi", "\\\\")):
        raise DataFileError(
            f"{what}: {text} is not a plain local file. Download it and name the local copy."
        )
    kind = Path(text).suffix.lower()
    if kind not in KINDS:
        raise DataFileError(
            f"{what}: {text} is of type {kind or 'unknown'!r}, which is not read. "
            f"Supported: {', '.join(KINDS)}."
        )
    if kind == ".gdb" and Path(text).is_dir():
        return _geodatabase(Path(text), what)
    file = _checks.existing_file(text, what)
    if kind in (*_TEXT_KINDS, *_JSON_KINDS):
        limits.refuse_large_text(file, f"{what}: {file}")
    head = _checks.first_bytes(file, HEAD_BYTES, what)
    if kind == ".gdb" or not SIGNATURES[kind](head):
        raise DataFileError(
            f"{what}: {file} is not a {kind} file, despite its name. "
            "Export it again in that format."
        )
    _refuse_pointers(file, head, what)
    return file


def _geodatabase(folder: Path, what: str) -> Path:
    if not is_geodatabase(folder):
        raise DataFileError(
            f"{what}: the folder {folder} is not a file geodatabase, or holds other files too. "
            "Export the layer as GeoPackage."
        )
    return folder


def _refuse_pointers(file: Path, head: bytes, what: str) -> None:
    """Refuse files that GDAL could take for a pointer to another file or address.

    Drivers identify a file by its first bytes, up to the first NUL; text formats are searched to
    the end, since their parsers follow references anywhere.
    """
    text = file.suffix.lower() in _TEXT_KINDS
    content = file.read_bytes() if text else head.partition(b"\0")[0]
    if points_elsewhere(content) or (text and b"\0" in content) or b"<NetworkLink" in content:
        raise DataFileError(
            f"{what}: {file} points to other files or addresses, or is not plain UTF-8 text, "
            "and is not opened. Export the layer itself, e.g. as GeoPackage."
        )
    if file.suffix.lower() in _JSON_KINDS and links_crs(file.read_bytes()):
        raise DataFileError(
            f"{what}: {file} names an address where its coordinate reference system is to be "
            'fetched ("crs" of type "link"), and is not opened. Export it again in longitude and '
            "latitude, or as GeoPackage."
        )


def _layer_name(source: str | bytes, layer: str | None, file: Path, what: str) -> str | None:
    names = [str(row[0]) for row in pyogrio.list_layers(source)]
    if layer is None and len(names) > 1:
        raise InputError(
            f"{what}: {file} has {len(names)} layers ({', '.join(names[:20])}). "
            "Say which one with layer=."
        )
    if layer is not None and layer not in names:
        raise InputError(f"{what}: {file} has no layer {layer!r}. It has: {', '.join(names[:20])}.")
    return layer
