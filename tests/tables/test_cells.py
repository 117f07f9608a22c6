"""Identifiers as text: whole numbers without a point, and none mistaken for another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.errors import ColumnError, DataFileError
from hotspots.tables.cells import as_text, read_plain_table


@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1))
def test_whole_numbers_that_went_through_a_spreadsheet_come_back_as_they_were(numbers):
    floats = pd.Series([float(number) for number in numbers] + [np.nan])
    assert as_text(floats).tolist() == [str(number) for number in numbers] + [""]


def test_beyond_the_whole_numbers_that_a_float_tells_apart_nothing_is_made_of_it():
    # 2⁵³ + 1 is no float: written as 9007199254740992 it would be another identifier.
    assert as_text(pd.Series([2.0**53])).tolist() == ["9007199254740992.0"]
    assert as_text(pd.Series([2.0**53 - 1])).tolist() == ["9007199254740991"]


def test_one_fraction_keeps_a_column_as_it_is():
    assert as_text(pd.Series([1.0, 2.5])).tolist() == ["1.0", "2.5"]
    assert as_text(pd.Series([" 007 ", None, "8"])).tolist() == ["007", "", "8"]


def test_what_is_no_table_is_named():
    with pytest.raises(DataFileError, match=r"census: there is no row below the header"):
        read_plain_table(pd.DataFrame({"a": []}), what="census")
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ColumnError, match=r"census: two columns are named 'a'"):
        read_plain_table(twice, what="census")
    for name in ("http://city/x.csv", "/vsicurl/x.csv", r"\\server\x.csv"):
        with pytest.raises(DataFileError, match=r"is not a plain local file"):
            read_plain_table(name, what="census")
