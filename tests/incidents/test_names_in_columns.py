"""A column that should hold numbers or dates may hold names, and no note carries them on."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import hotspots as hs
from hotspots.errors import ColumnError

NAME = "Ana María Ruiz"

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")


def table(**columns):
    plain = {"FECHA": ["05/04/2013"] * 3, "DELITO": ["HOMICIDIO"] * 3}
    plain |= {"LON": ["-106.48"] * 3, "LAT": ["31.74"] * 3}
    return pd.DataFrame(plain | columns)


def test_a_column_of_names_is_not_guessed_as_the_count_of_victims():
    read = hs.read_incidents(table(victimas=[NAME, "Luis Paz", "Eva Sol"]))
    assert read["victims"].tolist() == [1, 1, 1]
    assert not read.astype(str).apply(lambda column: column.str.contains("Ana")).to_numpy().any()
    counted = hs.read_incidents(table(victimas=["2", "", "1"]))
    assert counted["victims"].tolist() == [2, 1, 1]


@pytest.mark.parametrize("column", ["FECHA", "LON", "LAT", "victimas", "HORA"])
@pytest.mark.parametrize("value", [NAME, "Ana 3", "Ruiz, A. 12/04/2013", "mayo Ruiz 2013"])
def test_no_note_quotes_a_name(column, value):
    cells = table(victimas=["1"] * 3, HORA=["10:00"] * 3)
    cells.loc[1, column] = value
    read = hs.read_incidents(
        cells, date="FECHA", time="HORA", category="DELITO", longitude="LON", latitude="LAT",
        victims="victimas",
    )  # fmt: skip
    notes = " ".join(read["problem"]) + " ".join(read["repair"])
    assert "Ana" not in notes
    assert "Ruiz" not in notes


@pytest.mark.parametrize(
    ("column", "value"), [("FECHA", "31/02/2013"), ("LON", "106°99'W x"), ("victimas", "2.5")]
)
def test_what_looks_like_a_number_or_a_date_is_quoted(column, value):
    cells = table(victimas=["1"] * 3)
    cells.loc[1, column] = value
    read = hs.read_incidents(
        cells, date="FECHA", category="DELITO", longitude="LON", latitude="LAT", victims="victimas"
    )
    if "x" not in value:
        assert value in read.loc[2, "problem"]


def test_an_error_on_residents_quotes_no_name():
    layer = gpd.GeoDataFrame(
        {"id": ["a", "b"], "n": [NAME, "5"]},
        geometry=[box(0, 0, 900, 900), box(900, 0, 1800, 900)], crs=32613,
    )  # fmt: skip
    with pytest.raises(ColumnError, match="a text of 14 letters") as caught:
        hs.read_units(layer, id="id", population="n")
    assert "Ana" not in str(caught.value)
