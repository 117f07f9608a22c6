"""Bad input gets a clear error with file and mend, or a row with its reason; never a crash."""

from __future__ import annotations

import csv
import random
import string
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from hotspots.errors import DataFileError
from hotspots.incidents.read import read_incidents

VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x
</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
LONG = "x" * 10_000_000


def read(path):
    return read_incidents(path, category="tipo", address="calle")


def saved(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.gpkg", "not a geopackage"),
        ("a.geojson", "cannot be read as geojson"),
        ("a.json", "cannot be read as geojson"),
        ("a.parquet", "not a parquet"),
        ("a.xlsx", "not an Excel workbook"),
        ("a.csv", "no row below it|no column 'tipo'"),
        ("a.vrt", "are not read"),
    ],
)
def test_a_vrt_under_any_name_sends_nobody_elsewhere(tmp_path, name, message):
    with pytest.raises((DataFileError, KeyError), match=message) as caught:
        read(saved(tmp_path / name, VRT))
    assert name in str(caught.value)


@pytest.mark.parametrize("row", [f"robo,{LONG}", f'robo,"{LONG}"', f'robo,"{LONG}",9'])
def test_a_cell_of_ten_megabytes_does_not_spoil_the_rest(tmp_path, row):
    before = csv.field_size_limit()
    found = read(saved(tmp_path / "a.csv", f"tipo,calle\n{row}\nhurto,Lerdo 3\nrobo,Ocampo\n"))
    assert found["address"].tolist() == [LONG, "Lerdo 3", "Ocampo"]
    assert csv.field_size_limit() == before


def test_a_name_of_ten_megabytes_is_no_header(tmp_path):
    with pytest.raises(DataFileError, match=r"a\.csv: the first line is longer"):
        read(saved(tmp_path / "a.csv", f"tipo,{LONG}\nrobo,a\n"))


def test_a_cell_of_ten_megabytes_in_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["tipo", "calle"], ["robo", "PLACE"], ["hurto", "Lerdo 3"]):
        book.active.append(row)
    book.save(tmp_path / "small.xlsx")
    letters = "".join(random.Random(0).choices(string.ascii_letters, k=10_000_000)).encode()
    with (
        zipfile.ZipFile(tmp_path / "small.xlsx") as small,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as large,
    ):
        for name in small.namelist():
            large.writestr(name, small.read(name).replace(b"PLACE", letters))
    found = read(tmp_path / "a.xlsx")
    assert found["address"].str.len().tolist() == [10_000_000, 7]


@pytest.mark.parametrize(
    ("content", "line"),
    [('tipo,calle\nrobo,"x\nhurto,y\n', 2), ('tipo,calle\nrobo,a,b\nrobo,"x\nhurto,y\n', 3)],
)
def test_a_quotation_mark_that_swallows_the_rest_is_no_cell(tmp_path, content, line):
    with pytest.raises(DataFileError, match=rf"a\.csv: line {line} .* never closed"):
        read(saved(tmp_path / "a.csv", content))


def test_a_quotation_mark_within_a_cell_is_text(tmp_path):
    found = read(saved(tmp_path / "a.csv", 'tipo,calle\nrobo,tubo de 5" y 3\nhurto,Lerdo\n'))
    assert found["address"].tolist() == ['tubo de 5" y 3', "Lerdo"]


def test_a_formula_is_the_value_saved_with_it_or_a_reason(tmp_path):
    book = openpyxl.Workbook()
    for row in (["tipo", "calle"], ["=1+1", '=HYPERLINK("http://x")'], ["robo", "Lerdo 3"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    assert found["address"].tolist() == ["", "Lerdo 3"]
    assert found["problem"].tolist() == ["formula_unsaved; category_missing; location_missing", ""]


def test_a_formula_in_a_text_file_is_text(tmp_path):
    found = read(saved(tmp_path / "a.csv", "tipo,calle\n=1+1,@SUM(A1)\n"))
    assert found["address"].tolist() == ["@SUM(A1)"]


def test_a_date_in_2099_is_a_reason_and_no_date(tmp_path):
    path = saved(tmp_path / "a.csv", "tipo,fecha\nrobo,01/01/2099\nrobo,2013-01-01\n")
    found = read_incidents(path, category="tipo", date="fecha")
    assert found["date"].isna().tolist() == [True, False]
    assert "date_out_of_range: 01/01/2099" in found["problem"].iloc[0]


def test_geojson_without_a_reference_system_or_with_null_for_it(tmp_path):
    feature = '{"type":"Feature","properties":{"tipo":"robo"},"geometry":null}'
    text = f'{{"type":"FeatureCollection","crs":null,"features":[{feature}]}}'
    found = read_incidents(saved(tmp_path / "a.geojson", text), category="tipo")
    assert found["location_status"].tolist() == ["unmatched"]


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_without_a_bottom_is_refused(tmp_path, content):
    with pytest.raises(DataFileError, match="cannot be read as geojson"):
        read(saved(tmp_path / "a.geojson", content))


def zeros(path):
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as stream,
    ):
        for _ in range(300):
            stream.write(b"0" * 1_000_000)


def far_cells(path):
    book = openpyxl.Workbook()
    book.active.append(["tipo"])
    for row in range(2, 3_000):
        book.active.cell(row, 16_384, "robo")
    book.save(path)


SCRIPT = """
import re, sys, warnings
from pathlib import Path
from hotspots.errors import DataFileError
from hotspots.incidents.read import read_incidents
warnings.simplefilter("ignore")
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
try:
    read_incidents(sys.argv[1], category="tipo")
except DataFileError as error:
    print(error)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kilobytes on Linux")
@pytest.mark.parametrize(
    ("bomb", "message"),
    [(zeros, "would unpack to 300,000"), (far_cells, "delete the empty columns")],
)
def test_a_zip_bomb_takes_no_memory(tmp_path, bomb, message):
    bomb(tmp_path / "a.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "a.xlsx"],
        capture_output=True,
        text=True,
        check=True,
    )
    said, kilobytes = done.stdout.splitlines()
    assert message in said
    assert int(kilobytes) < 600_000


def test_three_encodings_in_one_file_are_an_error_with_its_line(tmp_path):
    lines = ["tipo,calle", "robo,Peñón", "robo,Peñón", "robo,Ñu"]
    ways = ["ascii", "utf-8", "cp1252", "cp850"]
    content = b"\n".join(line.encode(way) for line, way in zip(lines, ways, strict=True))
    with pytest.raises(DataFileError, match=r"a\.csv: from line 3 on the encoding cannot be told"):
        read(saved(tmp_path / "a.csv", content))


def test_rows_between_two_stray_quotation_marks_are_not_lost(tmp_path):
    rows = [f"{row};robo;Lerdo {row}" for row in range(1, 41)]
    rows[9], rows[29] = '10;robo;"EL CAPRICHO, LERDO 10', '30;robo;LOS ARCOS", LERDO 30'
    path = tmp_path / "t.csv"
    path.write_text("folio;delito;domicilio\n" + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(DataFileError, match="line 11: a quotation mark opens there and closes 20"):
        read_incidents(path)
    # A line break within a cell is no row.
    path.write_text('folio;delito;domicilio\n1;robo;"Lerdo 12\nCentro"\n2;robo;Mina 3\n', "utf-8")
    assert read_incidents(path, address="domicilio")["address"].iloc[0].startswith("Lerdo 12")
