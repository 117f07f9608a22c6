"""Units: read from files, checked at the door, mended and told."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, Polygon, box

from hotspots.errors import ColumnError, CrsError, DataFileError, InputError
from hotspots.polygons.problems import unit_problems
from hotspots.polygons.units import read_units

BOW_TIE = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])


@pytest.fixture
def layer():
    return gpd.GeoDataFrame(
        {"CVE": ["0002", "0001"], "POB": [1200, 0], "colonia": ["Centro", "Norte"]},
        geometry=[box(-106.5, 31.7, -106.49, 31.71), box(-106.49, 31.7, -106.48, 31.71)],
        crs=4326,
    )


def read(source, **options):
    return read_units(source, **{"population": "POB", "id": "CVE", **options})


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "json", "shp", "parquet"])
def test_files_of_every_kind_give_the_same_units(layer, tmp_path, kind):
    path = tmp_path / f"units.{kind}"
    if kind == "parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path, driver="GeoJSON" if kind == "json" else None)
    units = read(path)
    assert units.index.tolist() == ["0001", "0002"]
    assert units.index.name == "unit_id"
    assert units["population"].tolist() == [0.0, 1200.0]
    assert units["colonia"].tolist() == ["Norte", "Centro"]
    assert units.crs.to_epsg() == 32613
    # A hundredth of a degree each way at 31.7° north, in metres.
    assert units.area.tolist() == pytest.approx([1109 * 948] * 2, rel=0.01)


def test_identifiers_are_text_whatever_they_came_as(layer):
    assert read(layer.assign(CVE=[17, 3])).index.tolist() == ["17", "3"]
    assert read(layer.assign(CVE=[17.0, 3.0])).index.tolist() == ["17", "3"]
    assert read(layer.assign(CVE=[" 01 ", "02"])).index.tolist() == ["01", "02"]


def test_a_metric_layer_stays_where_it_is(layer):
    assert read(layer.to_crs(6372)).crs.to_epsg() == 6372


def test_feet_become_metres():
    feet = gpd.GeoDataFrame(
        {"CVE": ["a"], "POB": [1]}, geometry=[box(1e6, 2e5, 1e6 + 5280, 2e5 + 5280)], crs=2263
    )
    assert read(feet).area.iloc[0] == pytest.approx(1609.34**2, rel=0.002)


def test_what_was_mended_is_told(layer):
    metric = layer.to_crs(32613)
    metric.geometry = [BOW_TIE, box(200, 0, 400, 200)]
    units = read(metric)
    assert re.fullmatch(r"self_intersection: [\d.]+ [\d.]+", units.loc["0002", "repair"])
    assert units.loc["0002"].geometry.area == pytest.approx(20_000)
    problems = unit_problems(units)
    place = units.loc["0002", "repair"].removeprefix("self_intersection: ")
    assert ["0002", "self_intersection", place] in problems.to_numpy().tolist()
    assert problems["problem"].tolist().count("self_intersection") == 1


def test_problems_name_both_units():
    layer = gpd.GeoDataFrame(
        {"CVE": list("abcd"), "POB": [10, 10, 10.5, 0]},
        geometry=[
            box(0, 0, 100, 100),
            box(90, 0, 200, 100),
            box(200.5, 0, 300, 100),
            box(900, 0, 999, 99),
        ],
        crs=32613,
    )
    found = unit_problems(read(layer))
    assert found.to_numpy().tolist() == [
        ["a", "overlap", "1000 m² · b"],
        ["b", "small_gap", "0.50 m · c"],
        ["c", "fractional_population", "10.5"],
        ["d", "no_neighbour", "> 1 m"],
        ["d", "no_residents", ""],
    ]


def test_a_column_called_population_is_not_overwritten(layer):
    units = read(layer.assign(population=7))
    assert units["population"].tolist() == [0.0, 1200.0]
    assert units["population_in_source"].tolist() == [7, 7]
    assert read(layer.rename(columns={"POB": "population"}), population="population")[
        "population"
    ].tolist() == [0.0, 1200.0]


def test_arguments_are_not_changed(layer):
    before = layer.copy()
    read(layer)
    pd.testing.assert_frame_equal(pd.DataFrame(layer), pd.DataFrame(before))


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"POB": [-5, 1]}, InputError, r"'POB' is negative or infinite in 1 units \('0002'; .*-5"),
        ({"POB": [None, 1]}, InputError, r"'POB' is missing in 1 units \('0002'\)\. Put 0"),
        ({"POB": ["1,5", "2"]}, ColumnError, r"'POB' is not a number in 1 units.*'1,5'"),
        ({"POB": [0, 0]}, InputError, r"'POB' is zero in every unit"),
        ({"CVE": ["1", "1"]}, InputError, r"1 identifiers are there more than once, first '1'"),
        ({"CVE": [None, "1"]}, InputError, r"1 rows have no 'CVE', first row 1"),
        ({"CVE": ["2", " "]}, InputError, r"row 2 has an empty 'CVE'"),
        ({"geometry": [None, box(0, 0, 1, 1)]}, InputError, r"1 units have no polygon \('0002'\)"),
        ({"geometry": [Point(0, 0), LineString([(0, 0), (1, 1)])]}, InputError, r"2 units have no"),
    ],
)
def test_bad_units_are_named_with_their_mend(layer, change, error, text):
    with pytest.raises(error, match=text):
        read(layer.assign(**change))


def test_missing_columns_are_listed(layer):
    with pytest.raises(ColumnError, match=r"no column 'POBTOT'.*'CVE', 'POB'"):
        read(layer, population="POBTOT")


def test_the_reference_system_must_be_known_and_true(layer):
    bare = gpd.GeoDataFrame(layer.drop(columns="geometry"), geometry=list(layer.geometry))
    with pytest.raises(CrsError, match=r"no coordinate reference system.*crs=\.\.\."):
        read(bare)
    assert read(bare, crs=4326).crs.to_epsg() == 32613
    with pytest.raises(CrsError, match=r"is in EPSG:4326, and crs= says EPSG:6372"):
        read(layer, crs=6372)
    with pytest.raises(CrsError, match=r"crs='nowhere' is not a reference system"):
        read(bare, crs="nowhere")
    metres = gpd.GeoDataFrame(bare, geometry=list(layer.to_crs(6372).geometry))
    with pytest.raises(CrsError, match=r"EPSG:4326 \(degrees\), but it has x from"):
        read(metres, crs=4326)


def test_an_empty_layer_is_an_error(layer):
    with pytest.raises(InputError, match=r"no rows"):
        read(layer.iloc[:0])


def test_files_that_are_not_plain_are_refused(tmp_path):
    with pytest.raises(DataFileError, match=r"there is no file"):
        read(tmp_path / "nothing.gpkg")
    with pytest.raises(DataFileError, match=r"not a plain local file"):
        read("https://example.org/units.gpkg")
    with pytest.raises(DataFileError, match=r"not a plain local file"):
        read("/vsicurl/https://example.org/units.gpkg")
    with pytest.raises(DataFileError, match=r"kind '.vrt'.*\.gpkg"):
        read(tmp_path / "units.vrt")
    (tmp_path / "empty.gpkg").touch()
    with pytest.raises(DataFileError, match=r"is empty"):
        read(tmp_path / "empty.gpkg")
    false = tmp_path / "false.gpkg"
    false.write_text("<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>")
    with pytest.raises(DataFileError, match=r"not a \.gpkg file inside"):
        read(false)
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(DataFileError, match=r"could not be read"):
        read(broken)


def test_of_several_layers_one_must_be_named(layer, tmp_path):
    path = tmp_path / "two.gpkg"
    layer.to_file(path, layer="urban")
    layer.to_file(path, layer="rural")
    with pytest.raises(InputError, match=r"2 layers \(urban, rural\).*layer="):
        read(path)
    with pytest.raises(InputError, match=r"no layer 'coast'. It has: urban, rural"):
        read(path, layer="coast")
    assert len(read(path, layer="rural")) == 2
