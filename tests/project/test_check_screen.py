"""The screen of ``hotspots check`` says every key in the project's language."""

from __future__ import annotations

import io

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rich.console import Console

import hotspots as hs
from hotspots._notes import Note
from hotspots.catalogue import text
from hotspots.errors import DataFileError, HotspotsWarning
from hotspots.project.show.screen import show_checkup


@pytest.fixture(scope="module")
def found():
    return hs.check(hs.sample("tumbes") / "project.toml")


def test_notes_states_and_offenses_are_words_and_not_keys(found):
    console = Console(record=True, width=120, file=io.StringIO())
    show_checkup(found, console)
    shown = console.export_text()
    keys = [*found.repaired.index, *found.problems.index, *found.unit_problems["problem"]]
    assert set(keys) <= set(Note)
    for key in keys:
        assert text(f"note.{key}", "es") in shown and key not in shown
    for words in ("coordenadas dadas", "Homicidio", "Hurto", "sin clasificar"):
        assert words in shown
    for key in ("given", "homicide", "theft", "unmapped"):
        assert key not in shown


@pytest.mark.parametrize("language", ["es", "en"])
def test_problems_of_units_are_said_in_the_projects_language(town, language):
    town.edit('language = "es"', f'language = "{language}"')
    town.edit('population = "POBTOT"', 'population = "total"\npopulation_table = "census.csv"')
    town.edit('id = "CVEGEO"', 'id = "CVEGEO"\nmissing = "zero"')
    units = town.units()
    census = units[["CVEGEO", "POBTOT"]].rename(columns={"POBTOT": "total"}).drop(index=9)
    census.loc[len(units)] = ["08999", 4321]
    census.to_csv(town.folder / "census.csv", index=False, sep=";", encoding="latin-1")
    units.loc[1, "geometry"] = units.loc[0, "geometry"]
    town.write_units(units)
    with pytest.warns(HotspotsWarning, match=r"census\.csv: 1 rows with 4,321 residents"):
        found = hs.check(town.project)
    assert found.residents == census["total"].sum() - 4321
    assert {"census.csv", "units.gpkg"} <= set(found.files)
    told = set(map(tuple, found.unit_problems[["unit_id", "problem"]].to_numpy()))
    assert {("080370000", "same_shape"), ("080370009", "missing_population")} <= told
    console = Console(record=True, width=120, file=io.StringIO())
    show_checkup(found, console)
    shown = console.export_text()
    assert text("note.same_shape", language) in shown
    said = text("screen.unknown_residents", language, n=1)
    assert f"{said} 080370009" in " ".join(shown.split())


def test_residents_from_a_raster_named_in_the_project_file(town):
    # Ten residents on each hectare; a unit of the town has 25 hectares.
    west, south = town.units().total_bounds[:2]
    with rasterio.open(
        town.folder / "residents.tif",
        "w",
        driver="GTiff",
        height=40,
        width=40,
        count=1,
        dtype="float32",
        crs=32613,
        transform=from_origin(west, south + 4000, 100, 100),
    ) as grid:
        grid.write(np.full((40, 40), 10, dtype="float32"), 1)
    town.edit('population = "POBTOT"', 'population_raster = "residents.tif"')
    found = hs.check(town.project)
    assert (found.units, found.residents) == (64, 16_000)
    assert "residents.tif" in found.files
    assert found.unit_problems.empty
    (town.folder / "residents.tif").unlink()
    with pytest.raises(DataFileError, match=r"units\.population_raster: there is no file"):
        hs.check(town.project)
