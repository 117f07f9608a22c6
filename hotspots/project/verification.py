"""``hs.verify``: run again from a manifest and list every output that differs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from hotspots.errors import HotspotsError
from hotspots.project.config.settings import load_project
from hotspots.project.runner import run_project
from hotspots.project.write.folder import put_back
from hotspots.project.write.manifest import (
    FILE,
    OWN,
    content_digest,
    current_versions,
    digest,
    digests,
    parameters,
    read_manifest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotspots.project.config.settings import Project

_TOLERANCE = 1e-9
_BESIDE = ("internal/briefing.pdf", "internal/pictures/")
"""Optional renderings by a browser or matplotlib, which are not made again."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of ``verify``; every tuple is empty where nothing differs.

    Attributes
    ----------
    altered_manifest
        ``manifest.json``, if its content is not what the run wrote, and the keys of its parameters
        that are not the project file's.
    altered_inputs
        Inputs that are missing or have changed since the run.
    altered_outputs
        Files in the output folder that are missing, new or changed since the run.
    different_outputs
        Outputs whose bytes differ when the project is run again.
    different_numbers
        Those among them whose numbers differ by more than 1e-9, or that hold no tables.
    versions
        Library → (version of the run, installed version), where they differ.
    needs_online
        True if the run read a database, which is asked only on request; it was not run again.
    ran_again
        False if altered inputs made another run pointless.
    """

    altered_manifest: tuple[str, ...]
    altered_inputs: tuple[str, ...]
    altered_outputs: tuple[str, ...]
    different_outputs: tuple[str, ...]
    different_numbers: tuple[str, ...]
    versions: dict[str, tuple[str, str]]
    needs_online: bool
    ran_again: bool

    @property
    def same(self) -> bool:
        """True if nothing was altered and the run gave the same bytes again."""
        altered = self.altered_manifest or self.altered_inputs or self.altered_outputs
        return self.ran_again and not (altered or self.different_outputs)


def verify(
    out: str | Path,
    *,
    project_file: str | Path | None = None,
    online: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Return what differs between an output folder and the run that its manifest describes.

    The settings are the project file's, whose digest is in the manifest: a manifest alone makes
    this machine open nothing. Nothing leaves the machine unless ``online``: where the run asked a
    provider for addresses, cached answers are used, and a run that read a database is not done
    again. The PDF and the pictures are compared with the manifest, but not made again.

    Parameters
    ----------
    out
        The output folder of a run.
    project_file
        Where the project file is now, if it or the folder has been moved.
    online
        True to read the database that the project file names.
    progress
        As in :func:`run`.

    Returns
    -------
    Verification
        The names of what differs.

    Raises
    ------
    DataFileError
        If the folder has no readable manifest.
    """
    folder = Path(out)
    put_back(folder)
    manifest = read_manifest(folder)
    file = Path(project_file) if project_file else folder / manifest["project_file"]
    altered_inputs = tuple(_altered_inputs(manifest, file))
    altered_manifest = [] if content_digest(manifest) == manifest[OWN] else [FILE]
    different: list[str] = []
    numbers: list[str] = []
    needs_online = False
    if not altered_inputs:
        project = load_project(file)
        altered_manifest += _other_parameters(manifest, project)
        needs_online = project.incidents.database is not None and not online
        if not needs_online:
            different, numbers = _run_again(project, file, folder, manifest, progress)
    installed = current_versions()
    return Verification(
        altered_manifest=tuple(altered_manifest),
        altered_inputs=altered_inputs,
        altered_outputs=tuple(_unlike(manifest["outputs"], digests(folder))),
        different_outputs=tuple(different),
        different_numbers=tuple(numbers),
        versions={
            name: (then, installed.get(name, "none"))
            for name, then in manifest["versions"].items()
            if installed.get(name) != then
        },
        needs_online=needs_online,
        ran_again=not altered_inputs and not needs_online,
    )


def _run_again(
    project: Project,
    file: Path,
    folder: Path,
    manifest: dict[str, Any],
    progress: Callable[[str], None] | None,
) -> tuple[list[str], list[str]]:
    """Return the outputs that the run, done again, writes in other bytes, and in other numbers."""
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "out"
        run_project(project, file, out=again, progress=progress, cache_only=True, replaced=folder)
        compared = {
            name: then for name, then in manifest["outputs"].items() if not name.startswith(_BESIDE)
        }
        different = _unlike(compared, digests(again))
        return different, [name for name in different if not _same_numbers(folder, again, name)]


def _other_parameters(manifest: dict[str, Any], project: Project) -> list[str]:
    """Return the keys of the manifest's parameters that are not the project file's."""
    then = {**_flat(manifest["parameters"], "parameters"), "seed": manifest["seed"]}
    now = {**_flat(parameters(project), "parameters"), "seed": project.project.seed}
    return sorted(key for key in {*then, *now} if then.get(key) != now.get(key))


def _flat(content: Any, path: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        return {path: content}
    return {
        key: value
        for name, part in content.items()
        for key, value in _flat(part, f"{path}.{name}").items()
    }


def _altered_inputs(manifest: dict[str, Any], project_file: Path) -> list[str]:
    altered = []
    for name, then in manifest["inputs"].items():
        path = project_file.parent / name
        if not path.is_file() or digest(path) != then:
            altered.append(name)
    return altered


def _unlike(then: dict[str, str], now: dict[str, str]) -> list[str]:
    return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def _same_numbers(left: Path, right: Path, name: str) -> bool:
    """Return whether both files hold the same tables, with numbers equal to 1e-9."""
    try:
        before, after = (_tables(folder / name) for folder in (left, right))
    except (OSError, ValueError, HotspotsError):
        return False
    if not before or len(before) != len(after):
        return False
    return all(_same_table(*pair) for pair in zip(before, after, strict=True))


def _same_table(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    if list(before.columns) != list(after.columns) or len(before) != len(after):
        return False
    numeric = before.select_dtypes("number").columns
    rest = before.columns.difference(numeric)
    return bool(
        np.allclose(
            before[numeric].to_numpy(float, na_value=np.nan),
            after[numeric].to_numpy(float, na_value=np.nan),
            rtol=_TOLERANCE,
            atol=_TOLERANCE,
            equal_nan=True,
        )
        and before[rest].astype(str).equals(after[rest].astype(str))
    )


def _tables(path: Path) -> list[pd.DataFrame]:
    if path.suffix == ".csv":
        return [pd.read_csv(path)]
    if path.suffix == ".parquet":
        return [pd.DataFrame(gpd.read_parquet(path))]
    if path.suffix == ".gpkg":
        layers = pyogrio.list_layers(path)[:, 0]
        return [pd.DataFrame(gpd.read_file(path, layer=layer)) for layer in layers]
    return []
