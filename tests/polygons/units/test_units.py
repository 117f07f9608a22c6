"""Units: read from files, checked at the door, mended and told."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import shapely.affinity
from pyproj import Geod
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, Polygon, box

from hotspots.errors import ColumnError, CrsError, DataFileError, HotspotsWarning, InputError
from hotspots.polygons.units.problems import unit_problems
from hotspots.polygons.units.read import read_units

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
    # A hundredth of a degree each way at 31.7° north, in meters.
    assert units.area.tolist() == pytest.approx([1109 * 948] * 2, rel=0.01)


def test_identifiers_are_text_whatever_they_came_as(layer):
    assert read(layer.assign(CVE=[17, 3])).index.tolist() == ["17", "3"]
    assert read(layer.assign(CVE=[17.0, 3.0])).index.tolist() == ["17", "3"]
    assert read(layer.assign(CVE=[" 01 ", "02"])).index.tolist() == ["01", "02"]


def test_a_metric_layer_stays_where_it_is(layer):
    assert read(layer.to_crs(6372)).crs.to_epsg() == 6372


def test_feet_become_meters():
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
        ["d", "no_neighbor", "600.00 m · c"],
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
    meters = gpd.GeoDataFrame(bare, geometry=list(layer.to_crs(6372).geometry))
    with pytest.raises(CrsError, match=r"EPSG:4326 \(degrees\), but it has x from"):
        read(meters, crs=4326)


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
    with pytest.raises(DataFileError, match=r"type '.vrt'.*\.gpkg"):
        read(tmp_path / "units.vrt")
    (tmp_path / "empty.gpkg").touch()
    with pytest.raises(DataFileError, match=r"is empty"):
        read(tmp_path / "empty.gpkg")
    false = tmp_path / "false.gpkg"
    false.write_text("<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>")
    with pytest.raises(DataFileError, match=r"not a \.gpkg file, despite its name"):
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


def test_one_source_of_residents_and_no_more(layer):
    with pytest.raises(InputError, match=r"no source of residents was given\. Give population="):
        read_units(layer, id="CVE")
    with pytest.raises(InputError, match=r"from one source, and population_raster= came with"):
        read(layer, population_raster="p.tif")
    with pytest.raises(InputError, match=r"from one source"):
        read(layer, population=None, population_raster="p.tif", population_table=layer)
    with pytest.raises(InputError, match=r"population_key= names a column of population_table="):
        read(layer, population_key="CVE")
    with pytest.raises(InputError, match=r"no source of residents was given"):
        read(layer, population=None, population_table=pd.DataFrame({"CVE": ["0001"]}))
    with pytest.raises(InputError, match=r"missing came as 'skip'\. It is 'error', or 'zero'"):
        read(layer, missing="skip")


CENSUS = pd.DataFrame({"clave": ["0001", "0002"], "total": [310, 2100]})


def from_table(layer, table, **options):
    chosen = {"population": "total", "population_key": "clave", **options}
    return read_units(layer, id="CVE", population_table=table, **chosen)


@pytest.mark.parametrize("kind", ["frame", "csv", "latin", "xlsx", "parquet"])
def test_residents_from_a_table_of_every_kind(layer, tmp_path, kind):
    table = tmp_path / f"censo.{kind}"
    if kind == "frame":
        table = CENSUS
    elif kind == "csv":
        CENSUS.assign(nombre="Peñón").to_csv(table, index=False)
    elif kind == "latin":
        table = tmp_path / "censo.txt"
        CENSUS.assign(nombre="Peñón").to_csv(table, index=False, sep=";", encoding="cp1252")
    elif kind == "xlsx":
        CENSUS.to_excel(table, index=False)
    else:
        CENSUS.to_parquet(table)
    units = from_table(layer, table)
    assert units["population"].to_dict() == {"0001": 310.0, "0002": 2100.0}
    assert units["POB"].tolist() == [0, 1200]
    assert (units["repair"] == "").all()


def test_the_tables_key_is_called_as_the_units_unless_said(layer):
    named = CENSUS.rename(columns={"clave": "CVE"})
    assert from_table(layer, named, population_key=None)["population"].tolist() == [310, 2100]
    with pytest.raises(ColumnError, match=r"population_table: no column 'CVE'.*'clave', 'total'"):
        from_table(layer, CENSUS, population_key=None)
    with pytest.raises(ColumnError, match=r"no column 'pob'.*'clave', 'total'"):
        from_table(layer, CENSUS, population="pob")


def test_lost_leading_zeros_are_named(layer, tmp_path):
    numeric = CENSUS.assign(clave=[1, 2])
    with pytest.raises(InputError, match=r"2 keys in 'clave'.*leading zeros alone \('2' for '0002"):
        from_table(layer, numeric)
    with pytest.raises(InputError, match=r"leading zeros alone.*format the column as text"):
        from_table(layer, numeric.astype(float), missing="zero")
    bare = layer.assign(CVE=["2", "1"])
    with pytest.raises(InputError, match=r"leading zeros alone \('0002' for '2'\)"):
        from_table(bare, CENSUS)


def test_units_without_a_row_are_named_or_count_nobody(layer):
    with pytest.raises(InputError, match=r"missing in 1 units \('0002'\)\. Add their rows, with 0"):
        from_table(layer, CENSUS.iloc[:1])
    empty = pd.DataFrame({"clave": ["0001", "0002"], "total": ["310", " "]})
    with pytest.raises(InputError, match=r"'total' of population_table is missing in 1 units"):
        from_table(layer, empty)
    units = from_table(layer, empty, missing="zero")
    assert units["population"].tolist() == [310.0, 0.0]
    assert units["repair"].tolist() == ["", "missing_population"]
    told = unit_problems(units)
    assert told["problem"].tolist() == ["missing_population"]
    assert units["population_known"].tolist() == [True, False]
    assert set(told["unit_id"]) == {"0002"}


def test_a_missing_population_may_count_nobody(layer):
    units = read(layer.assign(POB=[1200, None]), missing="zero")
    assert units["population"].to_dict() == {"0001": 0.0, "0002": 1200.0}
    assert units.loc["0001", "repair"] == "missing_population"


def test_rows_without_a_unit_are_counted_with_their_residents(layer):
    more = pd.DataFrame({"clave": ["0003", "0004", ""], "total": [40, 0, 5]})
    with pytest.warns(
        HotspotsWarning, match=r"2 rows with 45 residents belong to no unit \(first: 00"
    ):
        units = from_table(layer, pd.concat([CENSUS, more]))
    assert units["population"].sum() == 2410


def test_keys_with_several_rows_are_named(layer):
    blocks = pd.concat([CENSUS, CENSUS.iloc[:1]])
    with pytest.raises(InputError, match=r"1 units have more than one row \('0001'\)\. Keep one"):
        from_table(layer, blocks)
    # Repeated rows of other places change nothing.
    others = pd.DataFrame({"clave": ["9", "9"], "total": [0, 0]})
    assert from_table(layer, pd.concat([CENSUS, others]))["population"].sum() == 2410


def test_text_in_a_table_is_held_to_the_same_rules(layer):
    with pytest.raises(ColumnError, match=r"'total' of population_table is not a number.*'\*'"):
        from_table(layer, CENSUS.assign(total=["*", "5"]))
    with pytest.raises(ColumnError, match=r"first value '2\.100'.*thousands separators"):
        from_table(layer, CENSUS.assign(total=["310", "2.100"]))
    assert from_table(layer, CENSUS.assign(total=[310.125, 2.125]))["population"].sum() == 312.25


def test_tables_that_are_not_plain_are_refused(layer, tmp_path):
    with pytest.raises(DataFileError, match=r"not a plain local file"):
        from_table(layer, "https://example.org/censo.csv")
    with pytest.raises(DataFileError, match=r"type '\.dbf'.*\.csv.*\.xlsx.*\.parquet"):
        from_table(layer, tmp_path / "censo.dbf")
    with pytest.raises(DataFileError, match=r"there is no file"):
        from_table(layer, tmp_path / "censo.csv")
    with pytest.raises(DataFileError, match=r"there is no row below the header"):
        from_table(layer, CENSUS.iloc[:0])
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataFileError, match=r"cannot be read as Parquet"):
        from_table(layer, tmp_path / "broken.parquet")
    doubled = pd.DataFrame([["0001", 1, 2]], columns=["clave", "total", "total"])
    with pytest.raises(ColumnError, match=r"two columns are named 'total'"):
        from_table(layer, doubled)


NINE = np.arange(1.0, 10.0, dtype="float32").reshape(3, 3)  # 1 2 3 / 4 5 6 / 7 8 9, cells of 100 m


def raster(path, cells, *, nodata=None):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=3,
        width=3,
        count=1,
        dtype="float32",
        crs=32613,
        nodata=nodata,
        transform=from_origin(300_000, 3_500_300, 100, 100),
    ) as grid:
        grid.write(cells, 1)
    return path


def boxes(*corners):
    """Units from meters east and north of the raster's lower left corner."""
    shapes = [box(300_000 + a, 3_500_000 + b, 300_000 + c, 3_500_000 + d) for a, b, c, d in corners]
    names = [f"u{place}" for place in range(len(shapes))]
    return gpd.GeoDataFrame({"id": names}, geometry=shapes, crs=32613)


def test_residents_from_a_raster_that_can_be_added_up_by_hand(tmp_path):
    path = raster(tmp_path / "nine.tif", NINE)
    # The border runs through the middle of the second column.
    layer = boxes((0, 0, 150, 300), (150, 0, 300, 300))
    units = read_units(layer, id="id", population_raster=path)
    assert units["population"].tolist() == [1 + 4 + 7 + 7.5, 3 + 6 + 9 + 7.5]
    degrees = read_units(layer.to_crs(4326), id="id", population_raster=path)
    assert degrees["population"].tolist() == pytest.approx([19.5, 25.5], rel=1e-4)


def test_cells_without_data_hold_nobody(tmp_path):
    cells = NINE.copy()
    cells[:, 0], cells[1, 1] = -99999.0, np.nan
    path = raster(tmp_path / "gaps.tif", cells, nodata=-99999.0)
    layer = boxes((0, 0, 100, 300), (100, 0, 300, 300))
    units = read_units(layer, id="id", population_raster=path)
    assert units["population"].tolist() == [0, 2 + 3 + 6 + 8 + 9]
    with pytest.raises(InputError, match=r"declares no value for empty cells, and holds -99999"):
        read_units(
            layer, id="id", population_raster=raster(tmp_path / "undeclared.tif", cells[:, ::-1])
        )


def test_units_beyond_the_raster_are_named(tmp_path):
    path = raster(tmp_path / "nine.tif", NINE)
    layer = boxes((0, 0, 300, 300), (300, 0, 400, 300), (150, 300, 250, 400))
    with pytest.raises(
        InputError, match=r"nine\.tif is missing in 2 units \('u1', 'u2'\)\. The ra"
    ):
        read_units(layer, id="id", population_raster=path)
    units = read_units(layer, id="id", population_raster=path, missing="zero")
    assert units["population"].tolist() == [45, 0, 0]
    assert units["repair"].tolist() == ["", "missing_population", "missing_population"]
    # Half of it is known, and those residents stay.
    half = read_units(boxes((200, 0, 400, 300)), id="id", population_raster=path, missing="zero")
    assert half["population"].tolist() == [3 + 6 + 9]
    with pytest.raises(InputError, match=r"no cell of .* with data lies in any polygon"):
        read_units(boxes((900, 0, 999, 99)), id="id", population_raster=path)


@pytest.mark.parametrize(
    ("east", "known"),
    # From 200 m eastward: more than a hundredth of the unit beyond the raster's edge is not known.
    [(300, True), (300.9, True), (301.5, False), (330, False)],
)
def test_a_unit_is_known_where_the_raster_reaches_all_of_it(tmp_path, east, known):
    path = raster(tmp_path / "nine.tif", NINE)
    layer = boxes((0, 0, 200, 300), (200, 0, east, 300))
    if known:
        units = read_units(layer, id="id", population_raster=path)
        assert units["population"].sum() == pytest.approx(45)
    else:
        with pytest.raises(InputError, match=r"missing in 1 units \('u1'\)"):
            read_units(layer, id="id", population_raster=path)


def test_residents_outside_of_every_unit_and_in_two_are_said(tmp_path):
    path = raster(tmp_path / "nine.tif", NINE)
    apart = boxes((0, 0, 100, 300), (200, 0, 300, 300))
    with pytest.warns(HotspotsWarning, match=r"nine\.tif: 15 residents .* beside 30 that lie with"):
        read_units(apart, id="id", population_raster=path)
    twice = boxes((0, 0, 200, 300), (100, 0, 300, 300))
    with pytest.warns(HotspotsWarning, match=r"count 15 residents of the raster twice; it has 45"):
        units = read_units(twice, id="id", population_raster=path)
    assert units["population"].tolist() == [12 + 15, 15 + 18]


def test_a_grid_over_a_real_raster_conserves_its_residents(shared_data):
    path = shared_data / "aruba" / "population_2020.tif"
    with rasterio.open(path) as grid:
        cells = grid.read(1, masked=True).astype("float64")
        west, south, east, north = grid.bounds
        crs = grid.crs
    assert cells.mask.any()
    x, y = np.linspace(west, east, 8), np.linspace(south, north, 8)
    shapes = shapely.box(x[:-1, None], y[None, :-1], x[1:, None], y[None, 1:]).ravel()
    # Straight in degrees and nearly so in meters: more vertices keep the borders in place.
    shapes = shapely.segmentize(shapes, 0.002)
    layer = gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs=crs)
    units = read_units(layer, id="id", population_raster=path)
    # exactextract holds shares of cells in single precision.
    assert units["population"].sum() == pytest.approx(float(cells.sum()), rel=1e-6)


def odd_units(*shapes, **options):
    layer = gpd.GeoDataFrame(
        {"id": [f"u{place}" for place in range(len(shapes))], "n": 10},
        geometry=[shapely.affinity.translate(one, 300_000, 3_500_000) for one in shapes],
        crs=32613,
    )
    return unit_problems(read_units(layer, id="id", population="n"), **options).to_numpy().tolist()


def test_two_units_of_one_shape():
    # The same square drawn from another corner, with one vertex more.
    again = Polygon([(100, 0), (100, 50), (100, 100), (0, 100), (0, 0)])
    assert odd_units(box(0, 0, 100, 100), again, box(100, 0, 200, 100)) == [
        ["u0", "same_shape", "u1"]
    ]


def test_a_unit_inside_another_is_no_twin_of_it():
    within, around = box(20, 20, 80, 80), box(0, 0, 100, 100)
    found = odd_units(around, within, box(100, 0, 200, 100))
    assert ["u0", "overlap", "3600 m² · u1"] in found
    assert all(problem != "same_shape" for _, problem, _ in found)


def test_a_sliver_of_overlap_is_told_from_a_real_one():
    shapes = [box(0, 0, 100, 100), box(99.5, 0, 200, 100), box(190, 0, 300, 100)]
    assert odd_units(*shapes) == [
        ["u0", "sliver_overlap", "50 m² · u1"],
        ["u1", "overlap", "1000 m² · u2"],
    ]
    assert odd_units(*shapes, gap_m=0.4)[0] == ["u0", "overlap", "50 m² · u1"]


def test_enclosed_gaps_wide_and_narrow():
    ring = shapely.difference(box(0, 0, 100, 100), box(20, 20, 40, 60))
    assert odd_units(ring, box(100, 0, 200, 100)) == [["u0", "gap", "800 m²"]]
    # Two units that touch above and below, and leave a crack of 0.4 m between.
    cracked = Polygon(
        [(100, 0), (100, 20), (100.4, 50), (100, 80), (100, 100), (200, 100), (200, 0)]
    )
    assert odd_units(box(0, 0, 100, 100), cracked) == [["u0", "small_gap", "12 m² · u1"]]
    # A lake with an island in it: the island is no gap, and has no neighbor.
    lake = shapely.difference(box(0, 0, 100, 100), box(20, 20, 80, 80))
    assert odd_units(lake, box(40, 40, 60, 60), box(100, 0, 200, 100)) == [
        ["u0", "gap", "3200 m² · u1"],
        ["u1", "no_neighbor", "20.00 m · u0"],
    ]


def test_one_unit_has_no_neighbor():
    assert odd_units(box(0, 0, 100, 100)) == [["u0", "no_neighbor", ""]]


def test_units_that_are_slivers_or_lie_in_parts():
    parts = shapely.union(box(0, 0, 100, 100), box(300, 0, 400, 100))
    assert odd_units(parts, box(100, 0, 300, 100), box(400, 0, 408, 100)) == [
        ["u0", "several_parts", "2"],
        ["u2", "sliver", "800 m² · < 10 m"],
    ]
    assert odd_units(box(0, 0, 100, 100), box(100, 0, 108, 100), sliver_m=7.9) == []


def test_a_real_city_is_told_in_full(shared_data):
    path = shared_data / "monterrey" / "colonias.gpkg"
    units = read_units(path, population="POBTOT", id="ID_COL")
    found = unit_problems(units)
    assert set(found["unit_id"]) <= set(units.index)
    by_problem = found.groupby("problem")["unit_id"].nunique()
    source = gpd.read_file(path)
    fractional = (source["POBTOT"] != source["POBTOT"].round()).sum()
    assert by_problem["fractional_population"] == fractional
    assert by_problem["self_intersection"] == (~source.is_valid).sum()
    (row, _), away = shapely.STRtree(units.geometry).query_nearest(
        units.geometry, exclusive=True, return_distance=True, all_matches=False
    )
    alone = set(found.loc[found["problem"] == "no_neighbor", "unit_id"])
    assert set(units.index[row[away > 1.0]]) <= alone
    # The others come near at a corner, which is no border.
    for corner in alone - set(units.index[row[away > 1.0]]):
        shape, rest = units.geometry[corner], units.geometry.drop(corner)
        beside = rest[rest.dwithin(shape, 1.0)].buffer(1.0)
        assert beside.intersection(shape.boundary).length.max() < 4.1
    # A circle of 10 m fits in none of the slivers, and in every other unit.
    slivers = units.index.isin(found.loc[found["problem"] == "sliver", "unit_id"])
    assert (
        (2 * shapely.maximum_inscribed_circle(units.geometry, 0.01).length < 10) == slivers
    ).all()
    clean = read_units(shared_data / "manchester" / "lsoa.gpkg", population="pop_usual", id="code")
    assert unit_problems(clean).empty


def test_a_layer_south_of_the_equator_and_one_across_two_zones():
    tumbes = gpd.GeoDataFrame(
        {"id": ["a"], "n": [5000]}, geometry=[box(-80.46, -3.58, -80.44, -3.56)], crs=4326
    )
    units = read_units(tumbes, id="id", population="n")
    assert units.crs.to_epsg() == 32717
    # Zones 12 and 13 meet at 108° west.
    across = gpd.GeoDataFrame(
        {"id": ["a", "b"], "n": [5000, 5000]},
        geometry=[box(-108.1, 30.0, -108.0, 30.1), box(-108.0, 30.0, -107.9, 30.1)],
        crs=4326,
    )
    both = read_units(across, id="id", population="n")
    assert both.crs.to_epsg() in (32612, 32613)
    for before, after in ((tumbes, units), (across, both)):
        for shape, area in zip(before.geometry, after.area, strict=True):
            geodesic = abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0])
            assert area == pytest.approx(geodesic, rel=2.5e-3)


def test_degrees_that_are_said_to_be_meters_are_refused(layer):
    lied = layer.set_crs(32613, allow_override=True)
    with (
        pytest.warns(HotspotsWarning, match=r"EPSG:32613 \(projected\).*look like degrees"),
        pytest.raises(CrsError, match=r"EPSG:32613 \(meters\).*1,200 residents would live on 0\.0"),
    ):
        read(lied)


def test_the_web_maps_meters_become_true_ones(layer):
    assert read(layer.to_crs(3857)).crs.to_epsg() == 32613
