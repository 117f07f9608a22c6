"""Text that a spreadsheet would run is made harmless; numbers stay numbers."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import OutputError
from hotspots.maps.save.csv import safe_cell, safe_csv


def test_text_that_would_run_gets_an_apostrophe_and_comes_back_as_text(tmp_path):
    table = pd.DataFrame(
        {
            "name": ["=1+1", "+52 656", "-x", "@SUM(A1)", "\tx", "\rx", 'a,"b"\nc', "Ñandú"],
            "longitude": [-106.4, 1e-12, np.nan, 0.1 + 0.2, 3.0, -0.0, 1e22, 5.0],
            "count": range(-3, 5),
        }
    )
    path = safe_csv(table.rename_axis("polygon_id"), tmp_path / "table.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(path, index_col="polygon_id", encoding="utf-8-sig")
    assert [name[0] for name in back["name"][:6]] == ["'"] * 6
    assert back["name"][6:].tolist() == ['a,"b"\nc', "Ñandú"]
    pd.testing.assert_series_equal(back["longitude"], table["longitude"], check_index=False)
    assert back["count"].tolist() == list(range(-3, 5))


def test_heads_are_made_harmless_too(tmp_path):
    path = safe_csv(pd.DataFrame({"=cmd": [1]}), tmp_path / "table.csv")
    assert path.read_text(encoding="utf-8-sig").startswith("'=cmd")


@given(st.text(min_size=1))
@settings(deadline=None)
def test_no_text_begins_a_formula(text):
    assert not str(safe_cell(text)).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.one_of(st.floats(allow_nan=False), st.integers()))
@settings(deadline=None)
def test_numbers_stay_numbers(value):
    assert safe_cell(value) == value


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (pd.NaT, ""), (pd.NA, ""), (True, "true"), (np.int64(3), 3), (np.nan, "")],
)
def test_other_kinds_of_cells(value, cell):
    assert safe_cell(value) == cell


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pd.DataFrame({"a": [0.1, 0.2], "b": ["x", "=y"]}, index=pd.Index([1, 2], name="id"))
    first, second = (safe_csv(table, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
    assert pd.read_csv(io.BytesIO(first), encoding="utf-8-sig").columns[0] == "id"


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(OutputError, match="is a folder"):
        safe_csv(pd.DataFrame({"a": [1]}), tmp_path)
