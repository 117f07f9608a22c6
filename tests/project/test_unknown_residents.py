"""Units of unknown residents (``missing = "zero"``): what happens there enters no rate."""

from __future__ import annotations

import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from shapely.geometry import Point, box

import hotspots as hs
from hotspots.catalogue import text
from hotspots.errors import HotspotsWarning
from hotspots.project.show.screen import show_checkup, show_run

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")

PLANTED = 300


def forget(town, rows) -> list[str]:
    """Lose the residents of some units, and plant homicides in the first of them."""
    units = town.units()
    town.edit('id = "CVEGEO"', 'id = "CVEGEO"\nmissing = "zero"')
    units["POBTOT"] = units["POBTOT"].astype(float)
    units.loc[rows, "POBTOT"] = np.nan
    town.write_units(units)
    center = gpd.GeoSeries(units.geometry.loc[[rows[0]]].centroid).to_crs(4326).iloc[0]
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    more = pd.DataFrame([table.iloc[10]] * PLANTED)
    more["LON"], more["LAT"] = f"{center.x:.6f}", f"{center.y:.6f}"
    pd.concat([table, more]).to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")
    return units.loc[rows, "CVEGEO"].tolist()


def test_the_rates_are_those_of_the_known_units_alone(town, tmp_path) -> None:
    lost = forget(town, [27, 28, 40])
    with pytest.warns(HotspotsWarning, match="residents are unknown"):
        result = hs.run(town.project, out=tmp_path / "out")
    units = town.units().set_index("CVEGEO")
    points = result.incidents[result.incidents["category"] == "homicide"].set_crs(32613)
    place = gpd.sjoin(points[["geometry"]], units[["geometry"]], predicate="intersects")
    unit = place[~place.index.duplicated()]["CVEGEO"]
    counted = result.plan.membership.loc[unit[~unit.isin(lost)]].value_counts()
    residents = units["POBTOT"].groupby(result.plan.membership).sum()
    rates = result.findings.rates["homicide"]
    years = 1.0  # every dated row is of 2013, January to December
    truth = counted.reindex(rates.index, fill_value=0) / residents / years * 100_000
    np.testing.assert_allclose(rates["rate"], truth.reindex(rates.index), rtol=1e-9)
    assert rates["count"].sum() < 400
    for result_of_test in result.findings.results:
        if result_of_test.level == "units":
            assert set(result_of_test.table.loc[lost, "label"].astype(str)) == {"no data"}
    fates = hs.assignment_summary(result.incidents)["rows"]
    assert fates["unknown_residents"] >= PLANTED
    assert fates.sum() == len(result.incidents)
    assert result.plan.polygons["population_unknown_units"].sum() == 3


def test_every_place_where_people_read_says_it(town, tmp_path) -> None:
    forget(town, [27, 28, 40])
    out = tmp_path / "out"
    result = hs.run(town.project, out=out)
    lost = int(hs.assignment_summary(result.incidents).loc["unknown_residents", "rows"])
    console = Console(record=True, width=200, file=io.StringIO())
    show_run(result, out, console)
    fate = text("fate.unknown_residents", "es")
    assert fate in console.export_text()
    report = (out / "internal" / "report.html").read_text(encoding="utf-8")
    assert fate in report
    assert text("limit.unused_unknown_residents", "es") in report
    page = (out / "internal" / "briefing.html").read_text(encoding="utf-8")
    assert text("sentence.unknown_residents_lost", "es", n=lost, units=3) in page
    assert text("sentence.unknown_residents", "es", n=3) in (
        (out / "public" / "public.html").read_text(encoding="utf-8")
    )
    held = result.plan.polygons["population_unknown_units"]
    for n in held[held > 0]:
        assert text("panel.unknown_residents", "es", n=int(n)) in page
    polygons = gpd.read_file(out / "internal" / "polygons.gpkg", layer="polygons")
    assert polygons["population_unknown_units"].sum() == 3


def test_check_names_every_such_unit(town) -> None:
    lost = forget(town, list(range(0, 50, 2)))
    console = Console(record=True, width=80, file=io.StringIO())
    show_checkup(hs.check(town.project), console)
    shown = console.export_text()
    assert [unit for unit in lost if unit not in shown] == []


def test_without_a_project_the_same_holds() -> None:
    layer = gpd.GeoDataFrame(
        {"id": ["a", "b"], "n": [100.0, None]},
        geometry=[box(500_000, 0, 500_900, 900), box(500_900, 0, 501_800, 900)],
        crs=32613,
    )
    units = hs.read_units(layer, id="id", population="n", missing="zero")
    points = gpd.GeoDataFrame(
        {
            "location_status": ["given", "given", "approximate", "approximate"],
            "location_radius_m": [0.0, 0.0, 50.0, 50.0],
        },
        geometry=[Point(500_100, 10), Point(501_000, 10), Point(500_900, 450), Point(501_400, 450)],
        crs=32613,
        index=pd.Index([1, 2, 3, 4], name="row_id"),
    )
    membership = pd.Series("P1", index=units.index)
    told = hs.assign(points, units, membership=membership)
    assert told["assignment_status"].tolist() == [
        "inside", "unknown_residents", "shared", "unknown_residents",
    ]  # fmt: skip
    assert told["unit_id"].tolist()[:2] == ["a", "b"]
    polygons = pd.DataFrame(index=pd.Index(["P1"], name="polygon_id"))
    assert hs.count_incidents(told, polygons)["events"].tolist() == [1]
    plan = hs.build_polygons(units, residents=(50, 150))
    with pytest.warns(HotspotsWarning, match="residents are unknown"):
        hs.assign(points, plan.polygons)
