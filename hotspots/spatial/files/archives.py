"""Archives: the layer in a ``.zip`` or ``.kmz``, unpacked into a temporary folder."""

from __future__ import annotations

import lzma
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hotspots.errors import DataFileError, InputError
from hotspots.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_HARMLESS_BYTES = 16 * 1024**2
_ENCRYPTED = 0x1
_INDEX_BYTES = 1_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
_INSIDE = (".shp", ".gpkg", ".geojson", ".topojson", ".fgb", ".kml", ".gml", ".tab", ".mif")


@contextmanager
def unpacked(
    file: Path, *, what: str, layer: str | None, limits: Limits = LIMITS
) -> Iterator[tuple[Path, str | None]]:
    """Yield the layer in an archive as a plain file, with the name of the layer to read from it.

    Only the members of one layer are extracted, under names of our own, so no path in the archive
    is followed.

    Parameters
    ----------
    file
        A ``.zip`` that holds shapefiles, file geodatabases or single vector files, or a
        ``.kmz``.
    what
        Name of the layer for the errors' texts.
    layer
        Which of several it is: a member's name without its ending. Of a single member, the
        layer within it.

    Raises
    ------
    DataFileError
        If the archive is broken, locked, holds no layer, or unpacks to more than ``limits`` allow.
    InputError
        If it holds several layers and none was named, or the one named is not there.
    """
    try:
        with zipfile.ZipFile(file) as archive, TemporaryDirectory(prefix="hotspots-") as folder:
            found = _layers(archive.namelist(), only_kml=file.suffix.lower() == ".kmz")
            found = _without_index(archive, found)
            name = _chosen(found, layer, file, what)
            inner = None if len(found) > 1 or layer == name.stem else layer
            _refuse_bomb(archive, found[name], file, what, limits)
            yield _written(archive, found[name], name, Path(folder)), inner
    except _BROKEN as error:
        raise DataFileError(
            f"{what}: {file} could not be unpacked ({error}). "
            "Unpack it yourself and name the file inside."
        ) from error


def _layers(members: Iterable[str], *, only_kml: bool) -> dict[PurePosixPath, list[str]]:
    """Return each layer's main member (or folder) → all members that belong to it."""
    files = [name for name in members if not name.endswith("/")]
    paths = [(PurePosixPath(name.replace("\\", "/")), name) for name in files]
    paths = [
        (path, name)
        for path, name in paths
        if not path.name.startswith(".") and "__MACOSX" not in path.parts
    ]
    kinds = (".kml",) if only_kml else _INSIDE
    found: dict[PurePosixPath, list[str]] = {}
    for path, name in paths:
        if not only_kml and path.parent.suffix.lower() == ".gdb":
            found.setdefault(path.parent, []).append(name)
    for path, _ in paths:
        if path.suffix.lower() in kinds and path.parent not in found:
            beside = [
                name
                for other, name in paths
                if (other.parent, other.stem.lower()) == (path.parent, path.stem.lower())
            ]
            found[path] = beside
    return found


def _without_index(
    archive: zipfile.ZipFile, found: dict[PurePosixPath, list[str]]
) -> dict[PurePosixPath, list[str]]:
    """Leave out the ``doc.kml`` of an archive that only links to the others in it."""
    index = [path for path in found if path.name.lower() == "doc.kml"]
    if len(found) == 1 or not index:
        return found
    with archive.open(found[index[0]][0]) as stream:
        links = b"<NetworkLink" in stream.read(_INDEX_BYTES)
    return {path: found[path] for path in found if not links or path != index[0]}


def _chosen(
    found: Mapping[PurePosixPath, Sequence[str]], layer: str | None, file: Path, what: str
) -> PurePosixPath:
    if not found:
        raise DataFileError(
            f"{what}: {file} holds no layer of a kind that is read in archives "
            f"({', '.join(_INSIDE)}, .gdb). Unpack it and name the file inside."
        )
    if len(found) == 1:
        return next(iter(found))
    stems = sorted({path.stem for path in found})
    if layer is None:
        raise InputError(
            f"{what}: {file} has {len(found)} layers ({', '.join(stems[:20])}). "
            "Say which one with layer=."
        )
    named = [path for path in found if path.stem == layer]
    if len(named) != 1:
        count = "no layer" if not named else f"{len(named)} layers called"
        raise InputError(f"{what}: {file} has {count} {layer!r}. It has: {', '.join(stems[:20])}.")
    return named[0]


def _refuse_bomb(
    archive: zipfile.ZipFile, members: Sequence[str], file: Path, what: str, limits: Limits
) -> None:
    found = [archive.getinfo(name) for name in members]
    if any(member.flag_bits & _ENCRYPTED for member in found):
        raise DataFileError(
            f"{what}: {file} is locked by a password. Unpack it yourself and name the file inside."
        )
    size, own = sum(member.file_size for member in found), file.stat().st_size
    where, mend = f"{what}: {file}", "Unpack it yourself and name the file inside."
    limits.refuse("unpacked_bytes", size, where, "bytes when unpacked", mend)
    if size > _HARMLESS_BYTES:
        times = f"times its {own:,} bytes, as it would unpack to {size:,} bytes"
        limits.refuse("unpacked_ratio", size / own, where, times, mend)


def _written(
    archive: zipfile.ZipFile, members: Sequence[str], main: PurePosixPath, folder: Path
) -> Path:
    result = folder / f"layer{main.suffix.lower()}"
    geodatabase = main.suffix.lower() == ".gdb"
    if geodatabase:
        result.mkdir()
    for name in members:
        path = PurePosixPath(name.replace("\\", "/"))
        target = result / path.name if geodatabase else folder / f"layer{path.suffix.lower()}"
        with archive.open(name) as source, target.open("wb") as written:
            shutil.copyfileobj(source, written)
    return result
