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
from hotspots.project.config.settings import parse_project
from hotspots.project.runner import run_project
from hotspots.project.write.manifest import current_versions, digest, digests, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

_TOLERANCE = 1e-9
_BESIDE = ("internal/briefing.pdf", "internal/pictures/")
"""Optional renderings by a browser or matplotlib, which are not made again."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of ``verify``; every tuple is empty where nothing differs.

    Attributes
    ----------
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
    ran_again
        False if altered inputs made another run pointless.
    """

    altered_inputs: tuple[str, ...]
    altered_outputs: tuple[str, ...]
    different_outputs: tuple[str, ...]
    different_numbers: tuple[str, ...]
    versions: dict[str, tuple[str, str]]
    ran_again: bool

    @property
    def same(self) -> bool:
        """True if nothing was altered and another run gives the same bytes."""
        return not (self.altered_inputs or self.altered_outputs or self.different_outputs)


def verify(
    out: str | Path,
    *,
    project_file: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Return what differs between an output folder and the run that its manifest describes.

    Nothing leaves the machine: where the run asked a provider for addresses, cached answers are
    used. The PDF and the pictures are compared with the manifest, but not made again.

    Parameters
    ----------
    out
        The output folder of a run.
    project_file
        Where the project file is now, if it or the folder has been moved.
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
    manifest = read_manifest(folder)
    file = Path(project_file) if project_file else folder / manifest["project_file"]
    altered_inputs = tuple(_altered_inputs(manifest, file))
    found = digests(folder)
    different: list[str] = []
    numbers: list[str] = []
    if not altered_inputs:
        project = parse_project(manifest["parameters"], folder / "manifest.json")
        with tempfile.TemporaryDirectory() as scratch:
            again = Path(scratch) / "out"
            run_project(project, file, out=again, progress=progress, cache_only=True)
            compared = {
                name: then
                for name, then in manifest["outputs"].items()
                if not name.startswith(_BESIDE)
            }
            different = _unlike(compared, digests(again))
            numbers = [name for name in different if not _same_numbers(folder, again, name)]
    installed = current_versions()
    return Verification(
        altered_inputs=altered_inputs,
        altered_outputs=tuple(_unlike(manifest["outputs"], found)),
        different_outputs=tuple(different),
        different_numbers=tuple(numbers),
        versions={
            name: (then, installed.get(name, "none"))
            for name, then in manifest["versions"].items()
            if installed.get(name) != then
        },
        ran_again=not altered_inputs,
    )


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
