"""Gaps between units: bridged alike by every step, and where too wide, said in every place."""

from __future__ import annotations

import html
import io
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from rich.console import Console

import hotspots as hs
from hotspots.catalogue import warning_text
from hotspots.errors import HotspotsWarning, ProjectFileError
from hotspots.project.show.screen import show_checkup, show_run

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")

SHRUNK = 0.25
WHY = {
    "en": "Clustering not tested: {n} of 64 census units have no neighbor, and the test compares "
    "neighbors. Raise units.gap_m in the project file, or mend the layer of units, and run again.",
    "es": "Concentración sin probar: {n} de 64 unidades censales no tienen vecinas, y la prueba "
    "compara vecinas. Aumente units.gap_m en el archivo del proyecto, o corrija la capa de "
    "unidades, y ejecute de nuevo.",
}
HEADER = {
    "en": "whether incidents cluster was not tested",
    "es": "no se probó si los incidentes se concentran",
}
CLAIMS = ("most residents live where", "la mayoría de los residentes vive donde")


def reshape(town, change):
    units = town.units()
    town.write_units(units.set_geometry(change(units.geometry)))


def shrink(shapes):
    """Leave half a meter between all units."""
    return shapes.buffer(-SHRUNK, join_style="mitre")


def scatter(number):
    """Take so many units far off, and away from each other."""

    def change(shapes):
        away = [10_000.0 * max(0, number - row) for row in range(len(shapes))]
        moved = map(shapely.affinity.translate, shapes, away)
        return gpd.GeoSeries(list(moved), crs=shapes.crs)

    return change


def words(path: Path) -> str:
    return html.unescape(path.read_text(encoding="utf-8"))


def screen(show, *given):
    console = Console(record=True, width=400, file=io.StringIO())
    show(*given, console)
    return " ".join(console.export_text().split())


def test_narrow_gaps_change_nothing_that_is_said(town, tmp_path):
    whole = hs.run(town.project, out=tmp_path / "whole")
    reshape(town, shrink)
    town.edit("[tests]", "[polygons]\ntolerance_m = 1\n\n[tests]")
    gapped = hs.run(town.project, out=tmp_path / "gapped")
    assert gapped.findings.untested == {}
    assert not any("neighbor" in str(remark) for remark in gapped.remarks)
    pd.testing.assert_series_equal(gapped.plan.membership, whole.plan.membership)
    for name in ("clusters", "exploratory", "excess"):
        before, after = (getattr(result.findings, name) for result in (whole, gapped))
        for key, result in before.items():
            pd.testing.assert_frame_equal(after[key].table, result.table)


@pytest.mark.parametrize("language", ["es", "en"])
def test_units_that_all_are_isolates_are_not_tested(town, tmp_path, language):
    town.edit('language = "es"', f'language = "{language}"')
    town.edit('id = "CVEGEO"', 'id = "CVEGEO"\ngap_m = 0.4')
    reshape(town, shrink)
    result = hs.run(town.project, out=tmp_path / "out")
    why = WHY[language].format(n=64)
    assert list(result.findings.untested) == ["homicide"]
    assert result.findings.clusters["homicide"].isolates == 64
    for page in ("internal/briefing.html", "public/public.html"):
        page = words(tmp_path / "out" / page)
        assert HEADER[language] in page and why in page
        assert not any(claim in page for claim in CLAIMS)
    assert why in words(tmp_path / "out" / "internal" / "report.html")
    shown = screen(show_run, result, tmp_path / "out")
    assert why in shown and {"es": "sin probar", "en": "not tested"}[language] in shown
    assert why in screen(show_checkup, hs.check(town.project))
    tests = pd.read_csv(tmp_path / "out" / "internal" / "tests.csv")
    headline = tests[(tests["level"] == "units") & (tests["question"] == "headline")]
    assert set(headline["label"]) == {"isolate"}
    polygons = gpd.read_file(tmp_path / "out" / "internal" / "polygons.gpkg", layer="polygons")
    assert polygons["homicide_share_hot"].isna().all()


def test_six_in_a_hundred_are_too_many(town, tmp_path):
    reshape(town, scatter(4))
    result = hs.run(town.project, out=tmp_path / "out")
    assert result.findings.clusters["homicide"].isolates == 4
    assert (result.findings.clusters["homicide"].table["label"] == "not significant").any()
    page = words(tmp_path / "out" / "internal" / "briefing.html")
    assert HEADER["es"] in page and WHY["es"].format(n=4) in page
    assert hs.check(town.project).too_many_isolates


def test_three_in_a_hundred_are_a_remark(town, tmp_path):
    reshape(town, scatter(2))
    result = hs.run(town.project, out=tmp_path / "out")
    assert result.findings.untested == {}
    told = " ".join(warning_text(remark, "es") for remark in result.remarks)
    assert "2 de 64 unidades censales no tienen vecinas a menos de 1 m" in told
    assert "2 de 64 unidades censales no tienen vecinas" in words(
        tmp_path / "out" / "internal" / "report.html"
    )
    page = words(tmp_path / "out" / "internal" / "briefing.html")
    assert HEADER["es"] not in page and any(claim in page for claim in CLAIMS)
    checked = hs.check(town.project)
    assert (checked.isolates, checked.inhabited, checked.too_many_isolates) == (2, 64, False)
    assert "2 de 64 unidades habitadas no tienen vecinas" in screen(show_checkup, checked)


def test_buffers_around_points_are_no_layer_of_neighbors(town, tmp_path):
    reshape(town, lambda shapes: shapes.centroid.buffer(200.0))
    town.edit("[tests]", "[polygons]\ntolerance_m = 200\n\n[tests]")
    result = hs.run(town.project, out=tmp_path / "out")
    assert HEADER["es"] in words(tmp_path / "out" / "internal" / "briefing.html")
    # Every unit is a piece of its own: there is no border to draw a polygon over.
    assert len(result.plan.polygons) == 64


def test_a_city_on_islands_is_tested_where_the_islands_are_of_several_units(town, tmp_path):
    reshape(
        town,
        lambda shapes: gpd.GeoSeries(
            [
                shapely.affinity.translate(shape, 3_000.0 * (number // 16))
                for number, shape in enumerate(shapes)
            ],
            crs=shapes.crs,
        ),
    )
    result = hs.run(town.project, out=tmp_path / "out")
    assert result.findings.clusters["homicide"].isolates == 0
    assert HEADER["es"] not in words(tmp_path / "out" / "internal" / "briefing.html")


def test_the_same_for_a_headline_test_on_polygons(town, tmp_path):
    town.edit("[tests]", '[tests]\nclusters = {test = "getis_ord_star", level = "polygons"}')
    reshape(town, scatter(4))
    result = hs.run(town.project, out=tmp_path / "out")
    found = result.findings.clusters["homicide"]
    assert found.level == "polygons" and found.isolates == 4
    page = words(tmp_path / "out" / "internal" / "briefing.html")
    why = f"Concentración sin probar: 4 de {len(found.table)} polígonos no tienen vecinos"
    assert HEADER["es"] in page and why in page
    assert why in words(tmp_path / "out" / "internal" / "report.html")


def test_an_offense_that_is_not_located_on_the_page_is_not_said_to_cluster(town, tmp_path):
    # Of a sensitive offense no test of units is on any page, only its shares of residents.
    table = town.folder / "incidents.csv"
    rows = pd.read_csv(table, encoding="latin-1", dtype=str)
    rows.loc[::2, "DELITO"] = "ROBO"
    rows.to_csv(table, index=False, encoding="latin-1")
    town.edit(
        'taxonomy = "council_indicators"',
        'taxonomy = {"HOMICIDIO DOLOSO" = "rape", ROBO = "theft"}',
    )
    town.edit('categories = ["homicide"]', 'categories = ["rape", "theft"]')
    town.edit("public.categories = ['homicide']", "public.categories = ['theft']")
    town.edit('layer = "homicide_rate"', 'layer = "rape_rate"')
    town.edit('id = "CVEGEO"', 'id = "CVEGEO"\ngap_m = 0')
    reshape(town, shrink)
    hs.run(town.project, out=tmp_path / "out")
    page = words(tmp_path / "out" / "internal" / "briefing.html")
    assert not any(claim in page for claim in CLAIMS)


def test_the_smallest_case():
    """144 squares of 499.5 m on a raster of 500 m: drawn into 70 polygons, and all isolates."""
    i, j = np.divmod(np.arange(144), 12)
    x, y = 500.0 * j, 500.0 * i
    units = gpd.GeoDataFrame(
        {"population": 6000.0},
        geometry=shapely.box(x, y, x + 499.5, y + 499.5),
        crs=32613,
        index=pd.Index([f"u{number:03d}" for number in range(144)], name="unit_id"),
    )
    plan = hs.build_polygons(units)
    assert plan.quality.polygons_in_bounds == 70
    for places in (units, plan.polygons):
        assert len(hs.neighbors(places).isolates) == 0
    assert hs.neighbors(units).cardinalities.iloc[[0, 1, 13]].tolist() == [3, 5, 8]


@pytest.mark.parametrize(("gap_m", "isolates"), [(0.0, 33), (1.0, 26)])
def test_monterrey_has_as_many_isolates_from_every_door(shared_data, gap_m, isolates):
    layer = gpd.read_file(shared_data / "monterrey" / "colonias.gpkg")
    layer = layer.to_crs(layer.estimate_utm_crs())
    units = gpd.GeoDataFrame(
        {"population": 1000.0, "geometry_repair": ""},
        geometry=layer.geometry.array,
        crs=layer.crs,
        index=pd.Index([f"u{number:04d}" for number in range(len(layer))], name="unit_id"),
    )
    alone = set(hs.neighbors(units, gap_m=gap_m).isolates)
    assert len(alone) == isolates
    problems = hs.unit_problems(units, gap_m=gap_m)
    assert set(problems.loc[problems["problem"] == "no_neighbor", "unit_id"]) == alone
    cornered = set(problems.loc[problems["problem"] == "no_border", "unit_id"])
    assert set(hs.neighbors(units, method="rook", gap_m=gap_m).isolates) == alone | cornered
    plan = hs.build_polygons(units, gap_m=gap_m)
    sizes = plan.membership.map(plan.membership.value_counts())
    assert set(sizes.index[sizes == 1]) >= alone | cornered


def test_the_old_key_is_refused_with_its_new_name(town):
    town.edit("[tests]", "[polygons]\ngap_m = 2\n\n[tests]")
    with pytest.raises(ProjectFileError, match=r"polygons\.gap_m is now units\.gap_m"):
        hs.check(town.project)


def test_a_wide_gap_is_warned_of_where_the_areas_are_hardly_wider():
    squares = gpd.GeoSeries([shapely.box(x, 0, x + 1, 1) for x in (0, 1.5, 3)], crs=32613)
    with pytest.warns(HotspotsWarning, match=r"1 m wide in the median, and gaps of up to 1 m"):
        hs.neighbors(squares)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hs.neighbors(gpd.GeoSeries([shapely.box(x, 0, x + 1, 1) for x in (0, 1)], crs=32613))
    assert len(hs.neighbors(squares, gap_m=0).isolates) == 3
