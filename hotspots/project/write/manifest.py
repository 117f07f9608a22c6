"""The manifest: inputs, parameters, versions and outputs, to repeat and verify a run."""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots._checks import existing_file
from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from hotspots.project.config.settings import Project
    from hotspots.project.run.period import StudyPeriod

FILE = "manifest.json"
OWN = "manifest"
"""Key of the digest of all the rest of the manifest."""
_LIBRARIES = (
    "hotspots-geo",
    "numpy",
    "scipy",
    "pandas",
    "geopandas",
    "shapely",
    "pyogrio",
    "pyarrow",
    "libpysal",
    "folium",
    "exactextract",
    "rapidfuzz",
)


def make_manifest(
    project: Project,
    project_file: Path,
    inputs: dict[str, Path],
    written: Path,
    out: Path,
    period: StudyPeriod,
) -> dict[str, Any]:
    """Return the manifest of the outputs in ``written``, which will be moved to ``out``.

    The path of the project file is relative to ``out``, so that the same run into a sibling
    folder gives the same bytes.
    """
    content = {
        "project_file": _relative_path(project_file.resolve(), out.resolve()),
        "seed": project.project.seed,
        "versions": {name: version(name) for name in _LIBRARIES},
        "parameters": parameters(project),
        "period": [period.first, period.last],
        "inputs": {
            project_file.name: digest(project_file),
            **{name: digest(path) for name, path in _with_companions(inputs)},
        },
        "outputs": digests(written),
    }
    return {**content, OWN: content_digest(content)}


_COMPANIONS = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id"),
    ".mif": (".mid",),
}
"""Suffix → those of the files that belong to it: attributes, index, reference system."""


def _with_companions(inputs: dict[str, Path]) -> list[tuple[str, Path]]:
    """Return name and path of every input and of the files that belong to it."""
    named = dict(inputs)
    for name, path in inputs.items():
        ends = _COMPANIONS.get(path.suffix.lower(), ())
        beside = [end for end in ends if path.with_suffix(end).is_file()]
        named |= {name[:-4] + end: path.with_suffix(end) for end in beside}
    return sorted(named.items())


def _relative_path(file: Path, folder: Path) -> str:
    """Return the path of a file relative to a folder, or absolute if on another drive."""
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:
        return file.as_posix()


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """Write ``manifest.json`` into the folder."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an output folder.

    Raises
    ------
    DataFileError
        If there is none, or it is not one of ours.
    """
    file = existing_file(folder / FILE, "verify")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataFileError(
            f"verify: {file} is not JSON ({error}). Run the project again."
        ) from None
    wanted = {"project_file", "seed", "versions", "parameters", "inputs", "outputs", OWN}
    if not isinstance(manifest, dict) or wanted - set(manifest):
        raise DataFileError(f"verify: {file} is not a manifest of hotspots. Run the project again.")
    return manifest


def parameters(project: Project) -> dict[str, Any]:
    """Return the settings of a project file as a manifest holds them."""
    return project.model_dump(mode="json", by_alias=True)


def content_digest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest's content, its own digest left out."""
    content = {key: value for key, value in manifest.items() if key != OWN}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder but its manifest, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: digest(path) for name, path in names.items() if name != FILE}


def current_versions() -> dict[str, str]:
    """Return the installed versions of the libraries that a manifest lists."""
    return {name: version(name) for name in _LIBRARIES}
