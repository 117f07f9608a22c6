"""Vector files: plain local files of known kinds, and no others, become layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio

from hotspots import _checks
from hotspots.errors import DataFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

# GDAL opens a file by its content, whatever its name: a text file called units.gpkg may be a
# virtual layer that fetches an address. So the first bytes must be those of the kind named.
_SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    ".gpkg": lambda head: head.startswith(b"SQLite format 3\x00"),
    ".shp": lambda head: head.startswith(b"\x00\x00\x27\x0a"),
    ".geojson": lambda head: _is_geojson(head),
    ".json": lambda head: _is_geojson(head),
    ".parquet": lambda head: head.startswith(b"PAR1"),
}


def read_vector(path: str | Path, *, what: str, layer: str | None = None) -> gpd.GeoDataFrame:
    """Return the layer in a local vector file, as it is written there.

    Parameters
    ----------
    path
        A ``.gpkg``, ``.geojson``, ``.json`` (GeoJSON), ``.shp`` or ``.parquet`` (GeoParquet)
        file on this machine.
    what
        Name of the layer for the errors' texts.
    layer
        Name of the layer in a file with several.

    Raises
    ------
    DataFileError
        If the file is missing, empty, of another kind, not what its name says, or unreadable;
        or if the path is an address or one of GDAL's virtual file systems.
    InputError
        If the file has several layers and none was named, the one named is not there, or it
        has no rows.
    """
    file = _plain_file(path, what)
    kind = file.suffix.lower()
    try:
        if kind == ".parquet":
            frame = gpd.read_parquet(file)
        else:
            # Named with its driver, JSON is read as GeoJSON or not at all.
            source = f"GeoJSON:{file}" if kind in (".json", ".geojson") else str(file)
            frame = pyogrio.read_dataframe(source, layer=_layer_name(source, layer, what))
    except (pyogrio.errors.DataSourceError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise DataFileError(
            f"{what}: {file} could not be read ({error}). Export it again, e.g. as GeoPackage."
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError(f"{what}: {file} is a table without geometry. Name a layer with one.")
    if frame.empty:
        raise InputError(f"{what}: {file} has no rows. Export it again from its source.")
    return frame


def _plain_file(path: str | Path, what: str) -> Path:
    text = str(path)
    if "://" in text or text.startswith(("/vsi", "\\\\")):
        raise DataFileError(
            f"{what}: {text} is not a plain local file. Download it and name the local copy."
        )
    kind = Path(text).suffix.lower()
    if kind not in _SIGNATURES:
        raise DataFileError(
            f"{what}: {text} is of kind {kind or 'unknown'!r}. "
            f"The kinds that are read are {', '.join(_SIGNATURES)}."
        )
    file = _checks.existing_file(text, what)
    with file.open("rb") as stream:
        head = stream.read(4096)
    if not _SIGNATURES[kind](head):
        raise DataFileError(
            f"{what}: {file} is not a {kind} file inside, whatever its name says. "
            "Export it again in that format."
        )
    return file


def _is_geojson(head: bytes) -> bool:
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    # Other JSON kinds (pipelines, tile catalogues) make GDAL open what they point to.
    return text.startswith("{") and '"Feature' in text and "gdal_streamed_alg" not in text


def _layer_name(file: str, layer: str | None, what: str) -> str | None:
    names = [str(row[0]) for row in pyogrio.list_layers(file)]
    if layer is None and len(names) > 1:
        raise InputError(
            f"{what}: {file} has {len(names)} layers ({', '.join(names[:20])}). "
            "Say which one with layer=."
        )
    if layer is not None and layer not in names:
        raise InputError(f"{what}: {file} has no layer {layer!r}. It has: {', '.join(names[:20])}.")
    return layer
