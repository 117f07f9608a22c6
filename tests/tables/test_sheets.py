"""Old Excel and LibreOffice: the same table as from .xlsx, and what only bears their names."""

from __future__ import annotations

import datetime as dt
import random
import zipfile

import openpyxl
import pytest
import xlwt

from hotspots.errors import DataFileError, HotspotsError, HotspotsWarning
from hotspots.incidents.read import read_incidents
from hotspots.tables.workbook import read_workbook

CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="Hoja1">
{rows}
</table:table></office:spreadsheet></office:body></office:document-content>"""
MIME = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


@pytest.fixture
def old(tmp_path):
    """Return an .xls with a title, dates, a time of its own column, and text with accents."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Hoja1")
    sheet.write(0, 0, "SECRETARÍA DE SEGURIDAD")
    for place, name in enumerate(["FECHA", "HORA", "DELITO", "CALLE", "NUM EXT", "LAT", "LON"]):
        sheet.write(2, place, name)
    day, clock = (xlwt.easyxf(num_format_str=form) for form in ("DD/MM/YYYY", "HH:MM"))
    for row in range(3, 7):
        sheet.write(row, 0, dt.datetime(2013, 4, row), day)
        sheet.write(row, 1, dt.time(21, 30), clock)
        for place, value in enumerate(["extorsión", "Juárez", 120.0, 31.74, -106.48], start=2):
            sheet.write(row, place, value)
    book.add_sheet("Catálogo").write(0, 0, "x")
    path = tmp_path / "carpetas.xls"
    book.save(str(path))
    return path


def opendocument(path, cells):
    opened = '<table:table-cell office:value-type="string"><text:p>'
    closed = "</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(f'{opened}{cell}{closed}' for cell in row)}</table:table-row>"
        for row in cells
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.format(rows=rows))
    return path


@pytest.mark.filterwarnings("ignore")
def test_an_old_workbook_is_read_like_a_new_one(old):
    read = read_incidents(old)
    assert read["date"].dt.strftime("%Y-%m-%d %H:%M").tolist()[0] == "2013-04-03 21:30"
    assert read["category_source"].unique().tolist() == ["extorsión"]
    assert read["address"].unique().tolist() == ["Juárez # 120"]
    assert (read["location_status"] == "given").all()
    assert read_workbook(old, None).header_row == 3


def test_a_sheet_is_taken_by_its_name(old):
    with pytest.raises(DataFileError, match="The sheets are: 'Hoja1', 'Catálogo'"):
        read_workbook(old, "Hoja2")


def test_libreoffice(tmp_path):
    cells = [["Reporte", ""], ["Fecha", "Delito"], ["05/04/2013", "extorsión"], ["", ""]]
    table = read_workbook(opendocument(tmp_path / "t.ods", cells), None)
    assert table.header_row == 2
    assert table.cells.to_numpy().tolist() == [["05/04/2013", "extorsión"]]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("t.xls", b"<html><table><tr><td>FECHA</td></tr></table></html>", "web page or XML"),
        ("t.xls", b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', "web page or XML"),
        ("t.ods", b"<office:document/>", "not an Excel workbook|web page"),
        ("t.xls", b"fecha,delito\n2013-04-05,robo\n", "not an Excel workbook, despite its name"),
        ("t.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "cannot be read as a workbook"),
        ("t.ods", b"PK\x05\x06" + b"\0" * 18, "cannot be read as a workbook"),
        ("t.xlsb", b"PK\x03\x04" + b"\0" * 60, "not an Excel workbook, despite its name"),
    ],
)
def test_what_only_bears_the_name_of_a_workbook(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DataFileError, match=says):
        read_workbook(path, None)


def test_a_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "0" * 30_000_000)
    with pytest.raises(DataFileError, match="would unpack to"):
        read_workbook(tmp_path / "b.ods", None)


def test_bytes_that_a_bad_disk_changed_are_an_error_and_no_crash(old, tmp_path):
    whole, rng, refused = old.read_bytes(), random.Random(0), 0
    path = tmp_path / "broken.xls"
    for _ in range(30):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 40)):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        path.write_bytes(bytes(broken[: rng.randint(600, len(broken))]))
        try:
            read_workbook(path, None)
        except HotspotsError:
            refused += 1
    assert refused > 0


def test_a_header_over_two_rows_and_victims_under_merged_cells(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "REPORTE"
    for cell, text in {"A2": "FOLIO", "B2": "FECHA", "C2": "LUGAR", "F2": "DELITO"}.items():
        sheet[cell] = text
    for cell, text in {"C3": "CALLE", "D3": "NUM EXT", "E3": "COLONIA"}.items():
        sheet[cell] = text
    for merged in ("A2:A3", "B2:B3", "C2:E2", "F2:F3", "A4:A6", "B4:B6"):
        sheet.merge_cells(merged)
    sheet["A4"], sheet["B4"] = "C-1", "05/04/2013"
    for row in range(4, 7):
        for cell, text in zip("CDEF", ("Lerdo", "12", "Centro", "homicidio"), strict=True):
            sheet[f"{cell}{row}"] = text
    book.create_sheet("FEBRERO")["A1"] = "x"
    path = tmp_path / "t.xlsx"
    book.save(path)
    with pytest.warns(HotspotsWarning, match="were not: FEBRERO"):
        read = read_incidents(path)
    assert read["event_id"].tolist() == ["C-1"] * 3
    assert read["date"].notna().all()
    assert set(read["address"]) == {"Lerdo # 12"}
    assert set(read["category_source"]) == {"homicidio"}


def test_a_table_in_the_middle_of_a_sheet_with_merged_cells_beyond_it(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for cell, text in {
        **{"B3": "FECHA", "C3": "DELITO", "D3": "VICTIMAS"},
        **{"B4": "05/04/2013", "C4": "robo", "D4": "1"},
        **{"B5": "06/04/2013", "C5": "robo", "D5": "=1+1"},
    }.items():
        sheet[cell] = text
    for beyond in ("F3:G9", "B20:B22"):
        sheet.merge_cells(beyond)
    path = tmp_path / "t.xlsx"
    book.save(path)
    with pytest.warns(HotspotsWarning, match="row 3 was taken for the header"):
        read = read_incidents(path, date="fecha", category="delito", victims="victimas")
    assert read["date"].dt.day.tolist() == [5, 6]
    assert read["problem"].str.contains("formula_unsaved").tolist() == [False, True]


def test_a_module_in_the_working_folder_is_not_run(old, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit(3)", "utf-8")
    (tmp_path / "python_calamine.py").write_text("raise SystemExit(3)", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(read_workbook(old, None).cells) == 4
