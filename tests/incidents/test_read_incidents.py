"""Police tables of many makes read the same; every row keeps its fate."""

from __future__ import annotations

import datetime as dt
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from hotspots.errors import ColumnError, CrsError, DataFileError, HotspotsWarning, InputError
from hotspots.incidents.read import read_incidents
from hotspots.incidents.source import describe_source

COLUMNS = {
    "date": "FECHA",
    "time": "HORA",
    "category": "DELITO",
    "address": "DOMICILIO",
    "longitude": "LONGITUD",
    "latitude": "LATITUD",
    "event": "FOLIO",
}
HEADER = ["FOLIO", "FECHA", "HORA", "DELITO", "DOMICILIO", "LATITUD", "LONGITUD", "NOMBRE"]
ROWS = [
    ["C1", "05/04/2013", "930", "Extorsión", "Av. Juárez 5", "31.74", "-106.48", "Ana"],
    ["C2", "06/04/2013", "24:00", "HOMICIDIO", "Calle Niños Héroes", "31.75", "-106.47", "Eva"],
    ["C3", "SE DESCONOCE", "", "Secuestro", "C. Peñón 3", "", "", "Luz"],
]


@pytest.fixture(scope="module")
def city():
    """Ten by ten kilometers of Ciudad Juárez, in UTM zone 13 north."""
    to_meters = Transformer.from_crs(4326, 32613, always_xy=True)
    x, y = to_meters.transform(-106.48, 31.74)
    square = shapely.box(x - 5_000, y - 5_000, x + 5_000, y + 5_000)
    return gpd.GeoDataFrame({"unit": ["a"]}, geometry=[square], crs=32613)


def as_text(separator=",", decimal="."):
    def cell(value):
        if decimal == "," and value.replace(".", "").replace("-", "").isdigit():
            value = value.replace(".", ",")
        return f'"{value}"' if separator in value else value

    return "\n".join(separator.join(map(cell, row)) for row in [HEADER, *ROWS]) + "\n"


@pytest.mark.parametrize(
    ("encoding", "separator", "decimal"),
    [
        ("utf-8", ",", "."),
        ("utf-8-sig", ";", ","),
        ("latin-1", ",", "."),
        ("cp1252", ";", ","),
        ("cp850", "|", "."),
        ("utf-16", "\t", ","),
        ("utf-16-le", ";", ","),
        ("utf-16-be", ",", "."),
    ],
)
def test_encodings_separators_and_decimals_read_alike(tmp_path, encoding, separator, decimal):
    path = tmp_path / "table.csv"
    path.write_bytes(as_text(separator, decimal).encode(encoding))
    read = read_incidents(path, **COLUMNS)
    assert read["address"].tolist() == [row[4] for row in ROWS]
    assert read["category_source"].tolist() == [row[3] for row in ROWS]
    assert [point.wkt if point else None for point in read.geometry] == [
        "POINT (-106.48 31.74)",
        "POINT (-106.47 31.75)",
        None,
    ]
    description = describe_source(path)
    assert (description.separator, description.decimal) == (separator, decimal)


def test_a_line_in_another_encoding_does_not_spoil_the_others(tmp_path):
    path = tmp_path / "mixed.csv"
    lines = ["calle", "Peñón", "Bahía"]
    path.write_bytes(
        b"\n".join([lines[0].encode(), lines[1].encode("utf-8"), lines[2].encode("cp1252")])
    )
    assert read_incidents(path, address="calle")["address"].tolist() == lines[1:]


@pytest.mark.parametrize(("usual", "rare"), [("utf-8", "cp1252"), ("cp1252", "utf-8")])
def test_rows_in_another_encoding_than_the_rest_bear_a_note(tmp_path, usual, rare):
    path = tmp_path / "mixed.csv"
    rows = [("Peñón", usual), ("Centro", usual), ('"Bahía; ""Sur"""', rare), ("Ñandú", usual)]
    body = b"\r\n".join(f"{text};1".encode(encoding) for text, encoding in rows)
    path.write_bytes("calle;número\r\n".encode(usual) + body)
    read = read_incidents(path, address="calle")
    assert read["address"].tolist() == ["Peñón", "Centro", 'Bahía; "Sur"', "Ñandú"]
    assert read["problem"].str.contains("encoding").tolist() == [False, False, True, False]


def test_a_geopackage_with_several_layers_asks_which(tmp_path):
    path = tmp_path / "incidents.gpkg"
    points = gpd.GeoDataFrame({"calle": ["A"]}, geometry=gpd.points_from_xy([1.0], [2.0]), crs=4326)
    for layer in ("robos", "otros"):
        points.to_file(path, layer=layer)
    with pytest.raises(DataFileError, match="2 layers: robos, otros"):
        read_incidents(path, address="calle")
    with pytest.raises(DataFileError, match="no layer 'x'"):
        read_incidents(path, address="calle", sheet="x")
    assert read_incidents(path, address="calle", sheet="otros")["address"].tolist() == ["A"]


def test_excel_with_title_rows_above_the_header(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Fiscalía General del Estado"])
    sheet.append([])
    sheet.append(["Periodo:", "2013"])
    sheet.append(HEADER)
    sheet.append(["C1", dt.datetime(2013, 4, 5), dt.time(9, 30), *ROWS[0][3:5], 31.74, -106.48, ""])
    sheet.append([7, "06/04/2013", 2130, *ROWS[1][3:5], "31,75", "-106,47", ""])
    sheet["I6"] = "=1+1"
    path = tmp_path / "carpetas.xlsx"
    book.save(path)
    read = read_incidents(path, **COLUMNS)
    assert read["event_id"].tolist() == ["C1", "7"]
    assert read["date"].astype(str).tolist() == ["2013-04-05 09:30:00", "2013-04-06 21:30:00"]
    assert read.geometry.x.tolist() == [-106.48, -106.47]
    assert describe_source(path).header_row == 4


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet", ".shp", ".fgb", ".zip"])
def test_geographic_files_bring_their_points(tmp_path, suffix):
    points = gpd.GeoDataFrame(
        {"tipo": ["robo", "homicidio"]},
        geometry=gpd.points_from_xy([-77, -78], [-12, -13]),
        crs=4326,
    )
    path = tmp_path / f"points{suffix}"
    if suffix == ".parquet":
        points.to_parquet(path)
    elif suffix == ".zip":
        points.to_file(tmp_path / "points.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("points.[!z]*"):
                archive.write(part, part.name)
    else:
        points.to_file(path)
    read = read_incidents(path, category="tipo")
    assert read.geometry.x.tolist() == [-77, -78]
    assert read["location_status"].tolist() == ["given", "given"]
    assert read.crs == points.crs


def test_only_mapped_columns_are_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(as_text())
    read = read_incidents(path, **COLUMNS)
    assert not read.astype(str).isin(["Ana", "Eva", "Luz"]).to_numpy().any()


def test_columns_that_nobody_named_are_guessed_aloud(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(as_text())
    with pytest.warns(HotspotsWarning, match="category='DELITO'"):
        read = read_incidents(path)
    pd.testing.assert_frame_equal(
        pd.DataFrame(read), pd.DataFrame(read_incidents(path, **COLUMNS)), check_dtype=True
    )


REPAIRS = [
    ("-106.48", "31.74", "", ""),
    ("31.74", "-106.48", "coordinates_swapped", ""),
    ("106.48", "31.74", "longitude_sign", ""),
    ("31.74", "106.48", "coordinates_swapped; longitude_sign", ""),
    ("""106°28'48" W""", """31°44'24"N""", "degrees_minutes", ""),
    ("360000", "3512500", "coordinates_in_meters: WGS 84 / UTM zone 13N", ""),
    (
        "3512500",
        "360000",
        "coordinates_in_meters: WGS 84 / UTM zone 13N; coordinates_swapped",
        "",
    ),
    ("106°28.8' O", "31°44.4' N", "degrees_minutes", ""),
    ("−106.48", "31.74", "", ""),
    ("31.74, -106.48", "31.74, -106.48", "", ""),
    ("", "(31,74; -106,48)", "", ""),
    ("", "POINT (-106.48 31.74)", "", ""),
    ("31 44", "", "", "coordinates_unreadable: 31 44 |"),
    ("-106480000", "31740000", "decimal_point_lost", ""),
    ("-106.480.000", "31.740.000", "decimal_point_lost", ""),
    ("-10648", "3174", "", "coordinates_impossible: -10648 | 3174"),
    ("0", "0", "", "coordinates_zero"),
    ("-99.13", "19.43", "", "outside_study_area"),
    ("-106.48", "", "", "coordinates_incomplete"),
    ("cerca", "del río", "", "coordinates_unreadable: a text of 5 letters | a text of 7 letters"),
    ("-206.48", "131.74", "", "coordinates_impossible: -206.48 | 131.74"),
]


def test_a_column_of_pairs_is_guessed_as_both_coordinates(city):
    table = pd.DataFrame({"Coordenadas": ["31.74, -106.48"], "Delito": ["robo"]})
    with pytest.warns(HotspotsWarning, match="latitude='Coordenadas'"):
        read = read_incidents(table, study_area=city)
    assert city.union_all().contains(read.geometry.iloc[0])


@pytest.mark.parametrize(("longitude", "latitude", "repair", "problem"), REPAIRS)
def test_coordinates_are_repaired_only_where_one_repair_will_do(
    city, longitude, latitude, repair, problem
):
    table = pd.DataFrame({"lon": [longitude], "lat": [latitude], "tipo": ["robo"]})
    read = read_incidents(table, longitude="lon", latitude="lat", category="tipo", study_area=city)
    row = read.iloc[0]
    assert (row["repair"], row["problem"]) == (repair, problem)
    inside = row.geometry is not None and city.union_all().contains(row.geometry)
    assert inside == (not problem)
    given_place = problem in ("", "outside_study_area")
    assert row["location_status"] == ("given" if given_place else "invalid")
    assert (row.geometry is not None) == given_place


def test_two_repairs_that_differ_are_no_repair():
    to_meters = Transformer.from_crs(4326, 32631, always_xy=True)
    boxes = [
        shapely.box(x - 3_000, y - 3_000, x + 3_000, y + 3_000)
        for x, y in (to_meters.transform(-2.0, 4.0), to_meters.transform(2.0, -4.0))
    ]
    area = gpd.GeoDataFrame(geometry=boxes, crs=32631)
    table = pd.DataFrame({"lon": ["2.0"], "lat": ["4.0"]})
    read = read_incidents(table, longitude="lon", latitude="lat", study_area=area)
    assert read["repair"].item() == ""
    assert read["problem"].item() == (
        "outside_study_area; several_repairs: longitude_sign | latitude_sign"
    )
    assert read["location_status"].item() == "given"


@settings(max_examples=30, deadline=None)
@given(
    places=st.lists(
        st.tuples(st.floats(-106.52, -106.44), st.floats(31.705, 31.775)), min_size=1, max_size=20
    ),
    fault=st.sampled_from(["none", "swapped", "sign"]),
)
def test_what_a_fault_did_the_repair_undoes(places, fault):
    to_meters = Transformer.from_crs(4326, 32613, always_xy=True)
    x, y = to_meters.transform(-106.48, 31.74)
    city = gpd.GeoDataFrame(
        geometry=[shapely.box(x - 5_000, y - 5_000, x + 5_000, y + 5_000)], crs=32613
    )
    longitude, latitude = np.array(places).T
    written = {
        "none": (longitude, latitude),
        "swapped": (latitude, longitude),
        "sign": (-longitude, latitude),
    }[fault]
    table = pd.DataFrame({"lon": written[0].astype(str), "lat": written[1].astype(str)})
    read = read_incidents(table, longitude="lon", latitude="lat", study_area=city)
    truth_x, truth_y = to_meters.transform(longitude, latitude)
    np.testing.assert_allclose(read.geometry.x, truth_x, atol=1e-6)
    np.testing.assert_allclose(read.geometry.y, truth_y, atol=1e-6)
    note = {"none": "", "swapped": "coordinates_swapped", "sign": "longitude_sign"}[fault]
    assert (read["repair"] == note).all()


def test_exact_repeats_are_marked_and_kept():
    table = pd.DataFrame({"f": ["C1", "C1", "C2", "C1"], "d": ["01/01/2013"] * 4})
    read = read_incidents(table, event="f", date="d")
    assert len(read) == 4
    assert read["repeat_of"].tolist() == [pd.NA, 1, pd.NA, 1]
    assert read["event_id"].nunique() == 2


def test_victims_default_to_one_and_odd_numbers_are_said():
    table = pd.DataFrame({"v": ["3", "", "dos", "-1", "2.0"], "t": ["x"] * 5})
    read = read_incidents(table, victims="v", address="t")
    assert read["victims"].tolist() == [3, 1, 1, 1, 2]
    assert read["victims"].dtype == "int64"
    said = "victims_counted_as_one: "
    assert read["problem"].tolist() == ["", "", f"{said}a text of 3 letters", f"{said}-1", ""]


def test_rows_of_another_width_are_kept_with_a_note(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text("tipo,calle\nrobo,Lerdo\nrobo,Lerdo,9,x\nrobo\n")
    read = read_incidents(path, category="tipo", address="calle")
    assert len(read) == 3
    assert read.loc[2, "problem"] == "row_width: 4 ≠ 2"
    assert read.loc[3, "problem"] == "row_width: 1 ≠ 2; location_missing"


def test_nul_bytes_are_taken_out_and_said(tmp_path):
    path = tmp_path / "nul.csv"
    path.write_bytes(b"tipo,calle\nrobo,Ler\0do\nrobo,Ocampo\n")
    read = read_incidents(path, category="tipo", address="calle")
    assert read["address"].tolist() == ["Lerdo", "Ocampo"]
    assert read["problem"].tolist() == ["nul_bytes", ""]


def test_hostile_text_stays_text(tmp_path):
    cells = [
        "=CMD|' /C calc'!A0",
        "<script>alert(1)</script>",
        "'; DROP TABLE x;--",
        "${jndi:ldap}",
    ]
    path = tmp_path / "hostile.csv"
    pd.DataFrame({"tipo": cells, "calle": cells}).to_csv(path, index=False)
    read = read_incidents(path, category="tipo", address="calle")
    assert read["address"].tolist() == cells
    assert read["category_source"].tolist() == cells


def test_the_source_is_not_changed():
    table = pd.DataFrame({"tipo": ["robo "], "lon": [1.5]})
    before = table.copy()
    read_incidents(table, category="tipo")
    pd.testing.assert_frame_equal(table, before)


def write(path, content):
    path.write_bytes(content)
    return path


BAD_FILES = {
    "empty": ("a.csv", b"", "is empty"),
    "blank": ("a.csv", b"\n \n", "is empty"),
    "header only": ("a.csv", b"tipo,fecha\n", "no row below it"),
    "binary": ("a.csv", bytes(range(256)) * 40, "not text"),
    "a workbook called csv": ("a.csv", b"PK\x03\x04rest", "Excel workbook"),
    "no encoding": ("a.csv", "tipo\nКража\n".encode("koi8-r"), "encoding cannot be told"),
    "a workbook that is none": ("a.xlsx", b"tipo,fecha\nrobo,2013\n", "not an Excel workbook"),
    "a geopackage that is none": ("a.gpkg", b"<OGRVRTDataSource>", "not a geopackage"),
    "json that is no geojson": ("a.geojson", b'{"a": 1}', "not a GeoJSON FeatureCollection"),
    "broken json": ("a.geojson", b'{"a": ', "cannot be read as geojson"),
    "a vrt": ("a.vrt", b"<OGRVRTDataSource/>", "are not read"),
    "an unclosed quote": ("a.csv", b'a,b\n1,2,3\n"x' + b"y" * 200_000, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_get_one_clear_error(tmp_path, name):
    file, content, message = BAD_FILES[name]
    path = write(tmp_path / file, content)
    with pytest.raises(DataFileError, match=message) as caught:
        read_incidents(path, category="tipo")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "source", ["https://example.org/a.csv", "/vsizip/a.zip/a.csv", "/vsicurl/http://x/a.csv"]
)
def test_nothing_but_local_files_is_opened(source):
    with pytest.raises(DataFileError, match="only files on this machine"):
        read_incidents(source, category="tipo")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataFileError, match="there is no file"):
        read_incidents(tmp_path / "none.csv", category="tipo")


def test_a_missing_column_names_those_there_are_and_the_closest():
    table = pd.DataFrame({"DELITO": ["robo"], "FECHA_HECHO": ["2013"]})
    with pytest.raises(ColumnError, match=r"Did you mean 'FECHA_HECHO'\?.*'DELITO'"):
        read_incidents(table, date="fecha hechos")


def test_doubled_columns_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("tipo,tipo\nrobo,hurto\n")
    with pytest.raises(ColumnError, match="two columns are named 'tipo'"):
        read_incidents(path, category="tipo")


def test_a_table_of_unknown_categories_is_the_wrong_table():
    table = pd.DataFrame({"giro": ["panadería", "ferretería"]})
    with pytest.raises(InputError, match="none of the 2 categories is in the taxonomy 'peru'"):
        read_incidents(table, category="giro", taxonomy="peru")


def test_a_study_area_in_degrees_is_refused():
    area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    with pytest.raises(CrsError, match="meters are needed"):
        read_incidents(pd.DataFrame({"a": ["b"]}), category="a", study_area=area)


def test_an_unknown_crs_is_refused():
    table = pd.DataFrame({"lon": ["1"], "lat": ["2"]})
    with pytest.raises(CrsError, match="not a coordinate reference system"):
        read_incidents(table, longitude="lon", latitude="lat", crs="EPSG:nonsense")


def test_an_unknown_sheet_names_those_there_are(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["tipo"])
    book.active.append(["robo"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    with pytest.raises(DataFileError, match=r"no sheet 'Enero'\. The sheets are: 'Sheet'"):
        read_incidents(path, category="tipo", sheet="Enero")


def test_how_a_text_file_was_read_is_said_aloud(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(as_text(";", ",").encode("cp850"))
    with pytest.warns(
        HotspotsWarning, match=r"as cp850, .* ';', numbers with ',', header in line 1"
    ):
        read_incidents(path, **COLUMNS)


def test_a_header_below_title_rows_is_said_aloud(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Fiscalía"], HEADER, ROWS[0], ROWS[1]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.warns(HotspotsWarning, match="row 2 was taken for the header"):
        read_incidents(tmp_path / "a.xlsx", **COLUMNS)


@pytest.mark.parametrize("first", ["sep=;", "Reporte de abril"])
def test_a_line_above_a_narrow_table_is_no_header(tmp_path, first):
    path = tmp_path / "t.csv"
    path.write_text(f"{first}\nfecha;delito\n2013-04-05;robo\n2013-04-06;robo\n", "utf-8")
    with pytest.warns(HotspotsWarning, match="header in line 2"):
        read = read_incidents(path, date="fecha", category="delito")
    assert len(read) == 2
