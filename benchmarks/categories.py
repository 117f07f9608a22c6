"""Many categories: time and peak memory of a whole run, from file to pages, in its own process.

``python -m benchmarks.categories run PROJECT.toml OUT`` runs a project and prints both.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import hotspots as hs
from benchmarks.sections import table

ROWS = 1_300_000
LABELS = 300
SIDE = 42
"""Units on a side of the square city: 1,764, as many as Mexico City has neighborhoods."""

TARGETS = {15: (180.0, 3.0), 200: (360.0, 3.0)}
"""Tested categories → seconds and gigabytes."""

_CELL_M = 600.0
_CRS = 32614


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from file to pages, and the peak memory of the process."""

    seconds: float
    gigabytes: float


def text() -> list[str]:
    """Measure and return the section."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A child's peak memory starts at its parent's: so another process writes the files.
        _alone("write", name)
        for tested, (seconds, gigabytes) in TARGETS.items():
            project, out = folder / f"{tested}.toml", folder / f"out{tested}"
            one = Run(**json.loads(_alone("run", str(project), str(out)).splitlines()[-1]))
            ours = f"{one.seconds:.0f} s, {one.gigabytes:.2f} GB"
            rows.append((f"{tested} tested", ours, f"under {seconds:g} s, {gigabytes:g} GB"))
            print(rows[-1], flush=True)
    return [
        f"A CSV file of {ROWS:,} rows, {SIDE**2:,} units and {LABELS} categories, run from file to "
        "pages, each in its own process.",
        "",
        *table(("", "ours", "target"), "lrr", rows),
    ]


def _alone(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.categories", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write(folder: Path, rows: int = ROWS) -> None:
    """Write units, incidents, a taxonomy, and a project file for each number of categories."""
    random = np.random.default_rng(0)
    units = _units(random)
    units.to_file(folder / "units.gpkg")
    share = units["residents"] * random.lognormal(0, 0.6, len(units))
    home = random.choice(len(units), rows, p=share / share.sum())
    middle = shapely.get_coordinates(units.geometry.centroid)[home]
    place = middle + random.uniform(-0.4, 0.4, middle.shape) * _CELL_M
    rank = 1 / np.arange(1, LABELS + 1) ** 0.8
    label = random.choice(LABELS, rows, p=rank / rank.sum()).astype(str)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 731, rows), unit="D")
    pd.DataFrame(
        {
            "fecha": days.strftime("%Y-%m-%d"),
            "delito": np.char.add("DELITO ", label),
            "x": place[:, 0].round(1),
            "y": place[:, 1].round(1),
        }
    ).to_csv(folder / "incidents.csv", index=False)
    (folder / "labels.toml").write_text(_taxonomy(), encoding="utf-8")
    for tested in TARGETS:
        (folder / f"{tested}.toml").write_text(_project(tested), encoding="utf-8")


def _units(random: np.random.Generator) -> gpd.GeoDataFrame:
    row, column = np.divmod(np.arange(SIDE**2), SIDE)
    west, south = 470_000 + column * _CELL_M, 2_130_000 + row * _CELL_M
    return gpd.GeoDataFrame(
        {
            "id": [f"u{number:04d}" for number in range(SIDE**2)],
            "residents": random.integers(1_000, 9_000, SIDE**2),
        },
        geometry=shapely.box(west, south, west + _CELL_M, south + _CELL_M),
        crs=_CRS,
    )


def _taxonomy() -> str:
    classes = [
        f'[classes.c{number}]\ntitle = {{ es = "Delito {number}", en = "Offense {number}" }}\n'
        f'labels = ["DELITO {number}"]\n'
        for number in range(LABELS)
    ]
    return "\n".join(['name = "Labels"\nlanguage = "es"\n', *classes])


def _project(tested: int) -> str:
    categories = [f"c{number}" for number in range(tested)]
    return f"""[project]
name = "Many categories"
language = "es"
seed = 0
currency = "MXN"

[units]
file = "units.gpkg"
id = "id"
population = "residents"

[incidents]
file = "incidents.csv"
crs = {_CRS}
taxonomy = "labels.toml"

[incidents.columns]
date = "fecha"
category = "delito"
longitude = "x"
latitude = "y"

[tests]
categories = {json.dumps(categories)}
headline_category = "c0"
period = ["2023", "2024"]

[public]
categories = ["c0"]
"""


def _measure(project: Path, out: Path) -> Run:
    start = time.perf_counter()
    hs.run(project, out=out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return Run(time.perf_counter() - start, peak)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        made = _measure(Path(sys.argv[2]), Path(sys.argv[3]))
        print(json.dumps({"seconds": made.seconds, "gigabytes": made.gigabytes}))
