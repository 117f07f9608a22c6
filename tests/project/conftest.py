"""A town small enough to run in a second: 8 × 8 units, a table, a clinic, a project file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

SIDE = 8
CELL = 500.0
CORNER = (360_000.0, 3_500_000.0)

PROJECT = """
public.layers = ["poverty", "clinic_distance"]
public.services = ["clinic_distance"]
public.categories = ['homicide']

[project]
name = "Villa Prueba"
language = "es"
synthetic = true
seed = 7
currency = "MXN"

[units]
file = "units.gpkg"
id = "CVEGEO"
population = "POBTOT"

[incidents]
file = "incidents.csv"
taxonomy = "council_indicators"

[incidents.columns]
date = "FECHA"
category = "DELITO"
address = "DOMICILIO"
longitude = "LON"
latitude = "LAT"

[tests]
categories = ["homicide"]
period = "all"

[[layers]]
name = "poverty"
kind = "areal"
file = "units.gpkg"
column = "pobreza"
unit = "%"
source = "test"

[[layers]]
name = "clinic_distance"
kind = "access"
file = "clinics.csv"
longitude = "LON"
latitude = "LAT"
unit = "m"
source = "test"

[[ranking]]
layer = "homicide_rate"
weight = 1

[[ranking]]
layer = "poverty"
weight = 1

[budget]
total = 1000000.01
"""


@dataclass(frozen=True)
class Town:
    """The files of the town, and ways to spoil them."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "project.toml"

    def edit(self, before: str, after: str) -> None:
        text = self.project.read_text(encoding="utf-8")
        assert before in text
        self.project.write_text(text.replace(before, after), encoding="utf-8")

    def units(self) -> gpd.GeoDataFrame:
        return gpd.read_file(self.folder / "units.gpkg")

    def write_units(self, units: gpd.GeoDataFrame) -> None:
        (self.folder / "units.gpkg").unlink(missing_ok=True)
        units.to_file(self.folder / "units.gpkg")


@pytest.fixture(scope="session")
def make_town() -> Callable[[Path], Town]:
    """A function that writes the town into a new folder."""
    return _made


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return _made(tmp_path / "town")


def _made(folder: Path) -> Town:
    folder.mkdir()
    rng = np.random.default_rng(3)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    left, below = CORNER[0] + x * CELL, CORNER[1] + y * CELL
    units = gpd.GeoDataFrame(
        {
            "CVEGEO": [f"08037{number:04d}" for number in range(SIDE * SIDE)],
            "POBTOT": rng.integers(700, 1300, SIDE * SIDE),
            "pobreza": rng.uniform(10, 60, SIDE * SIDE).round(1),
        },
        geometry=shapely.box(left, below, left + CELL, below + CELL),
        crs=32613,
    )
    units.to_file(folder / "units.gpkg")
    inside = CORNER[0] + SIDE * CELL * rng.uniform(0, 1, 400)
    points = gpd.GeoSeries(
        gpd.points_from_xy(inside, CORNER[1] + SIDE * CELL * rng.uniform(0, 1, 400)), crs=32613
    ).to_crs(4326)
    incidents = pd.DataFrame(
        {
            "FECHA": [
                f"{day:02d}/{month:02d}/2013"
                for day, month in zip(
                    rng.integers(1, 29, 400), rng.integers(1, 13, 400), strict=True
                )
            ],
            "DELITO": "HOMICIDIO DOLOSO",
            "DOMICILIO": "Calle Juárez 12",
            "LON": points.x.round(6).astype(str),
            "LAT": points.y.round(6).astype(str),
        }
    )
    incidents.loc[0, ["LON", "LAT"]] = ""
    incidents.loc[1, "FECHA"] = "31/02/2013"
    incidents.loc[2, ["LON", "LAT"]] = ["0", "0"]
    incidents.loc[3, "DELITO"] = "=HYPERLINK(1)"
    incidents.to_csv(folder / "incidents.csv", index=False, encoding="latin-1")
    clinic = points.iloc[[5]]
    pd.DataFrame({"LON": clinic.x, "LAT": clinic.y}).to_csv(folder / "clinics.csv", index=False)
    (folder / "project.toml").write_text(PROJECT, encoding="utf-8")
    return Town(folder)
