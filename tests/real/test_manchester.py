"""The same command on real data: Greater Manchester's burglaries, from CSV to map."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from hotspots.cli import app

PROJECT = Path(__file__).with_name("manchester.toml")


@pytest.fixture(scope="module")
def out(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manchester") / "out"
    result = CliRunner().invoke(app, ["run", str(PROJECT), "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def test_every_row_of_the_table_is_there_with_its_fate(out: Path) -> None:
    incidents = gpd.read_parquet(out / "internal" / "incidents.parquet")
    assert len(incidents) == 23_458
    assert incidents["assignment_status"].isin(["inside", "boundary", "outside"]).all()
    assert (incidents["category"] == "burglary").all()


def test_every_resident_is_in_bounds(out: Path) -> None:
    polygons = gpd.read_file(out / "internal" / "polygons.gpkg", layer="polygons")
    assert polygons["population"].sum() == 503_127
    assert polygons["population"].between(10_000, 15_000).all()


def test_a_tenth_of_the_city_is_above(out: Path) -> None:
    """4 of 40 polygons by the exact test; one risk for all would label nearly all."""
    tests = pd.read_csv(out / "internal" / "tests.csv")
    mine = tests[(tests["test"] == "excess_risk") & (tests["level"] == "polygons")]
    assert 3 <= (mine["q_exact"] <= 0.05).sum() <= 6
    assert (mine["label"] == "above").sum() <= 8


def test_the_deprivation_is_the_share_of_the_census(out: Path, shared_data: Path) -> None:
    polygons = gpd.read_file(out / "internal" / "polygons.gpkg", layer="polygons")
    lsoa = gpd.read_file(shared_data / "manchester" / "lsoa.gpkg")
    deprived = lsoa[["hh_dep2", "hh_dep3", "hh_dep4"]].sum().sum() / lsoa["households"].sum()
    assert polygons["deprived_households"].between(0, 100).all()
    assert abs(polygons["deprived_households"].mean() - 100 * deprived) < 3


def test_the_pages_are_there_and_in_english(out: Path) -> None:
    page = (out / "internal" / "briefing.html").read_text(encoding="utf-8")
    assert "RESTRICTED" in page
    assert "INVENTED DATA" not in page
    assert (out / "public" / "public.html").is_file()
