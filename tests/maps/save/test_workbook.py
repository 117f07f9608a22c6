"""A workbook shows what it was given and runs none of it; read back with openpyxl."""

from __future__ import annotations

import datetime
import warnings
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspots as hs
from hotspots.errors import HotspotsWarning, InputError, OutputError
from hotspots.maps.save import workbook

HOSTILE = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://example.org","x")',
    "=cmd|' /C calc'!A0",
    "http://example.org",
    "mailto:a@example.org",
    "internal:Sheet1!A1",
    "{=1+1}",
    "00123",
    "1e5",
    "a\u2028b",
    "\u202eabc",
    "</c><script>",
]


def read(path, **options):
    return openpyxl.load_workbook(path, **options)


def cells(path, sheet="places"):
    return list(read(path)[sheet].iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_text_that_comes_back(words, tmp_path):
    path = hs.save_workbook({"places": pd.DataFrame({"name": [words]})}, tmp_path / "t.xlsx")
    cell = read(path)["places"]["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    # openpyxl leaves the escapes of XML's forbidden letters as they stand in the file.
    shown = openpyxl.utils.escape.unescape(cell.value)
    assert shown == words
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/")]
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
        assert not any("externalLink" in name for name in book.namelist())


def test_text_that_looks_like_the_files_own_marks_stays_text(tmp_path):
    """XlsxWriter would write ``<r>…</r>`` as it is: marks of its own, or a file that is broken."""
    words = ["<r><t>x</t></r>", "<r></sst></r>", "_x0041_"]
    path = hs.save_workbook({"places": pd.DataFrame({"name": words})}, tmp_path / "t.xlsx")
    assert [row[0].strip() for row in cells(path)] == words


def test_a_text_like_a_formula_bears_the_mark_of_text(tmp_path):
    table = pd.DataFrame({"name": ["=1+1", "Centro"]})
    path = hs.save_workbook({"places": table}, tmp_path / "t.xlsx")
    sheet = read(path)["places"]
    assert [sheet[at].quotePrefix for at in ("A2", "A3")] == [True, False]


def test_numbers_dates_and_what_is_missing_keep_their_kinds(tmp_path):
    moment = pd.Timestamp("2013-04-05 06:07")
    table = pd.DataFrame(
        {
            "longitude": [-106.4, np.nan],
            "n": pd.array([3, None], dtype="Int64"),
            "hot": [True, False],
            "date": [moment, pd.NaT],
            "old": [datetime.date(1850, 1, 2), None],
            "big": [2**60, 5],
            "far": [np.inf, 1.0],
        }
    )
    first, second = cells(hs.save_workbook({"places": table}, tmp_path / "t.xlsx"))
    assert first == (
        -106.4, 3, True, moment.to_pydatetime(), "1850-01-02", str(2**60), "inf",
    )  # fmt: skip
    assert second == (None, None, False, None, None, 5, 1)


def test_letters_that_xml_forbids_do_not_spoil_the_file(tmp_path):
    table = pd.DataFrame({"name": ["a\x00b", "\x01", "\ufffe", "\ud800x", "\x1f"]}, dtype=object)
    found = cells(hs.save_workbook({"places": table}, tmp_path / "t.xlsx"))
    assert len(found) == 5
    assert openpyxl.utils.escape.unescape(found[0][0]) == "a\x00b"
    assert found[3] == ("?x",)


@given(st.lists(st.text(), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_any_text_makes_a_file_that_opens(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "t.xlsx"
    hs.save_workbook({"places": pd.DataFrame({"name": texts, "n": 1})}, path)
    found = read(path)["places"]
    assert found.max_row == len(texts) + 1
    assert {cell.data_type for cell in found["A"]} <= {"s", "n"}


@pytest.mark.parametrize("letter", ["x", "\U0001f600"])
def test_a_cell_of_ten_megabytes_is_cut_and_said(letter, tmp_path):
    table = pd.DataFrame({"name": [letter * 10_000_000, "b"]})
    with pytest.warns(
        HotspotsWarning, match=r"places: 1 text is longer than an Excel cell.*32,767"
    ):
        path = hs.save_workbook({"places": table}, tmp_path / "t.xlsx")
    words = cells(path)[0][0]
    assert words.endswith("…")
    assert 32_766 <= len(words.encode("utf-16-le")) // 2 <= 32_767


def test_a_text_as_long_as_a_cell_is_whole_and_nothing_is_said(tmp_path):
    table = pd.DataFrame({"name": ["x" * 32_767]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = hs.save_workbook({"places": table}, tmp_path / "t.xlsx")
    assert cells(path) == [("x" * 32_767,)]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "_MOST_ROWS", 3)
    with pytest.warns(HotspotsWarning, match="tests: 7 rows; an Excel sheet holds 3"):
        path = hs.save_workbook({"tests": pd.DataFrame({"n": range(7)})}, tmp_path / "t.xlsx")
    book = read(path)
    assert book.sheetnames == ["tests", "tests (2)", "tests (3)"]
    assert [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)] == (
        list(range(7))
    )


def test_names_of_sheets_are_made_valid_and_stay_apart(tmp_path):
    one = pd.DataFrame({"n": [1]})
    names = ["a/b:c?*[]\\", "x" * 40, "x" * 41, "History", "'q'", "", "ÁREA", "área"]
    book = read(hs.save_workbook(dict.fromkeys(names, one), tmp_path / "t.xlsx"))
    assert len({name.casefold() for name in book.sheetnames}) == len(names)
    assert all(0 < len(name) <= 31 for name in book.sheetnames)
    assert not any(set(name) & set("[]:*?/\\") for name in book.sheetnames)


def test_the_dictionary_is_first_and_heads_stay_in_view(tmp_path):
    table = pd.DataFrame({"n": [1]}, index=pd.Index(["P1"], name="polygon_id"))
    words = pd.DataFrame({"column": ["n"], "meaning": ["=x"]})
    path = tmp_path / "t.xlsx"
    book = read(hs.save_workbook({"places": table}, path, dictionary=words, language="en"))
    assert book.sheetnames == ["Dictionary", "places"]
    assert [cell.value for cell in book["places"][1]] == ["polygon_id", "n"]
    assert book["places"].freeze_panes == "A2"


def test_columns_of_one_name_are_both_written(tmp_path):
    table = pd.DataFrame([[1, "=x"]], columns=["a", "a"])
    assert cells(hs.save_workbook({"places": table}, tmp_path / "t.xlsx")) == [(1, "=x")]


def test_the_same_tables_give_the_same_bytes(tmp_path):
    table = pd.DataFrame({"a": [0.1, None], "b": ["=x", "y"]})
    first, second = (
        hs.save_workbook({"t": table}, tmp_path / name).read_bytes() for name in ("a", "b")
    )
    assert first == second


def test_what_cannot_be_written_says_why(tmp_path):
    one = pd.DataFrame({"n": [1]})
    with pytest.raises(InputError, match="no table"):
        hs.save_workbook({}, tmp_path / "t.xlsx")
    with pytest.raises(OutputError, match="is a folder"):
        hs.save_workbook({"t": one}, tmp_path)
    with pytest.raises(OutputError, match="cannot be written"):
        hs.save_workbook({"t": one}, tmp_path / "no" / "t.xlsx")
    with pytest.raises(InputError, match="16385 columns"):
        hs.save_workbook({"t": pd.DataFrame(np.zeros((1, 16_385)))}, tmp_path / "t.xlsx")
