"""The shared validators, at the ends of what they let through."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import _checks
from hotspots.errors import CrsError, DataFileError, InputError


@pytest.mark.parametrize("value", [1e-12, 0.05, np.float64(0.5), 1 - 1e-12])
def test_a_share_lies_between_0_and_1(value):
    assert _checks.share(value, "alpha") == value


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, -0.1, 5, True, "0.5", None, float("nan")])
def test_neither_end_is_a_share(value):
    with pytest.raises(InputError, match=r"alpha: came as .*between 0 and 1"):
        _checks.share(value, "alpha")


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan"), True, "1", np.bool_(1)])
def test_what_is_not_above_0_or_not_finite_is_not_positive(value):
    with pytest.raises(InputError, match=r"per came as .*Give meters"):
        _checks.positive(value, "per", "Give meters.")
    assert _checks.positive(5e-324, "per", "") == 5e-324


def test_a_whole_number_may_be_the_least_one():
    assert _checks.whole_number(0, "seed", "", least=0) == 0
    assert _checks.whole_number(np.int64(1), "k", "") == 1
    for wrong in (0, True, 1.0, "1", None):
        with pytest.raises(InputError, match=r"k came as .*Give one"):
            _checks.whole_number(wrong, "k", "Give one.")


def test_bounds_rise():
    assert _checks.bounds_in_order((10_000, 15_000), "residents") == (10_000.0, 15_000.0)
    for wrong in ((10_000, 10_000), (15_000, 10_000), (0, 5), (-1, 5), (5,), (1, 2, 3)):
        with pytest.raises(InputError, match=r"residents: the bounds came as"):
            _checks.bounds_in_order(wrong, "residents")


def test_only_meters_are_meters():
    point = gpd.GeoSeries([shapely.Point(0, 0)])
    _checks.projected_crs(point.set_crs(32613), "units")
    # EPSG:2277 is Texas Central in US survey feet, EPSG:4326 in degrees.
    for code, unit in ((2277, "US survey foots"), (4326, "degrees")):
        with pytest.raises(CrsError, match=rf"units: the CRS EPSG:{code} is in {unit}"):
            _checks.projected_crs(point.set_crs(code), "units")


def test_a_table_is_of_exactly_these_places_in_their_order():
    places = pd.Index(["b", "a"])
    table = pd.DataFrame({"n": [1, 2]}, index=["a", "b"])
    assert _checks.aligned(table, places, "rates")["n"].tolist() == [2, 1]
    more = pd.DataFrame({"n": [1, 2, 3]}, index=["a", "b", "c"])
    with pytest.raises(InputError, match=r"0 places have no row and 1 rows no place.*'c'"):
        _checks.aligned(more, places, "rates")
    with pytest.raises(InputError, match=r"1 places have no row and 0 rows no place.*'b'"):
        _checks.aligned(table[:1], places, "rates")
    with pytest.raises(InputError, match=r"its index is not the places' own"):
        _checks.aligned(pd.concat([table, table[:1]]), places, "rates")


def test_an_empty_file_is_none(tmp_path):
    file = tmp_path / "empty.csv"
    file.touch()
    with pytest.raises(DataFileError, match=r"is empty"):
        _checks.existing_file(file, "incidents")
    file.write_text("x", encoding="utf-8")
    assert _checks.existing_file(file, "incidents") == file
