"""All layers side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import ColumnError, InputError
from hotspots.layers.table import layers_table
from hotspots.schema import Layer

POLYGONS = pd.Index(["P1", "P2", "P3"], name="polygon_id")


def layer(name, values, index=POLYGONS):
    return Layer(name, pd.Series(values, index=index), "%", "more_is_worse", "census")


def test_layers_are_joined_on_the_polygons():
    table = layers_table(
        [
            layer("poverty", [1.0, np.nan, 3.0]),
            layer("clinic_m", [30, 20, 10], POLYGONS[::-1]),
        ]
    )
    expected = pd.DataFrame(
        {"poverty": [1.0, np.nan, 3.0], "clinic_m": [10.0, 20.0, 30.0]}, index=POLYGONS
    )
    pd.testing.assert_frame_equal(table, expected)


def test_one_table_of_rates_becomes_rate():
    rates = pd.DataFrame({"count": [1, 2, 3], "rate": [0.5, 1.0, 1.5]}, index=POLYGONS)
    table = layers_table([layer("poverty", [1.0, 2.0, 3.0])], rates=rates)
    assert table.columns.to_list() == ["poverty", "rate"]


def test_rates_by_category_are_called_after_it():
    rates = pd.DataFrame({"rate": [0.5, 1.0, 1.5]}, index=POLYGONS)
    table = layers_table([], rates={"homicide": rates, "extortion": rates * 2})
    assert table.columns.to_list() == ["homicide_rate", "extortion_rate"]
    assert table["extortion_rate"].to_list() == [1.0, 2.0, 3.0]


def test_nothing_to_put_together():
    with pytest.raises(InputError, match="there is no layer and no rate"):
        layers_table([])


def test_two_layers_of_one_name():
    with pytest.raises(ColumnError, match="more than one column would be called 'poverty'"):
        layers_table([layer("poverty", [1, 2, 3]), layer("poverty", [1, 2, 3])])


def test_layers_of_different_polygons():
    other = pd.Index(["P1", "P2", "P9"], name="polygon_id")
    with pytest.raises(InputError, match=r"not of the same polygons.*2 differ, first 'P3'"):
        layers_table([layer("poverty", [1, 2, 3]), layer("clinic_m", [1, 2, 3], other)])


def test_rates_without_a_rate():
    with pytest.raises(ColumnError, match="rates for 'homicide_rate': no column 'rate'"):
        layers_table([], rates={"homicide": pd.DataFrame({"count": [1]}, POLYGONS[:1])})


def test_another_index():
    units = pd.Index(["a"], name="unit_id")
    with pytest.raises(InputError, match="index is called 'unit_id', and 'polygon_id' is needed"):
        layers_table([layer("poverty", [1.0], units)])
