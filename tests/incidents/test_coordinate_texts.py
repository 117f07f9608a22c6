"""Coordinates in degrees, minutes and seconds, written and read back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.incidents.coordinate_texts import parse_numbers, parted


@settings(max_examples=150, deadline=None)
@given(
    degrees=st.integers(0, 179),
    minutes=st.integers(0, 59),
    seconds=st.integers(0, 599),
    letter=st.sampled_from(["N", "S", "E", "W", "O", ""]),
    form=st.sampled_from(["{d}°{m}'{s}\" {h}", "{h}{d} {m} {s}", "{d}:{m}:{s}{h}"]),
)
def test_degrees_minutes_and_seconds(degrees, minutes, seconds, letter, form):
    text = form.format(d=degrees, m=minutes, s=seconds / 10, h=letter).strip()
    found = parse_numbers(pd.Series([text]))
    size = degrees + minutes / 60 + seconds / 36_000
    # South and west are below 0; O is oeste, which is west.
    assert found.values[0] == pytest.approx(-size if letter in ("S", "W", "O") else size)
    assert found.sexagesimal[0]
    assert not found.unreadable[0]


@pytest.mark.parametrize("text", ["106°60'00\" W", "31°75' N", "31°44.5'30\" N", "31°44'24\"X"])
def test_what_no_clock_of_degrees_can_say_is_no_number(text):
    found = parse_numbers(pd.Series([text]))
    assert np.isnan(found.values[0])
    assert found.unreadable[0]


def test_fifty_nine_minutes_are_minutes():
    assert parse_numbers(pd.Series(["106°59'00\" W"])).values[0] == pytest.approx(-(106 + 59 / 60))


def test_pairs_are_parted_in_their_own_order():
    one = pd.Series(["31.74, -106.48", "POINT(-106.48 31.74)", "", "-106.48"])
    other = pd.Series(["31.74, -106.48", "", "(31,74; -106,48)", "31.74"])
    longitude, latitude = parted(one, other)
    assert longitude.str.replace(",", ".").tolist() == ["-106.48"] * 4
    assert latitude.str.replace(",", ".").tolist() == ["31.74"] * 4
