"""Columns are found by their headers, and an address that stands in several becomes one text."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from hotspots.errors import ColumnError, HotspotsWarning
from hotspots.geocoding.address import parse_address
from hotspots.incidents.columns import guess_columns
from hotspots.incidents.read import read_incidents

TABLE = pd.DataFrame(
    {
        "Delito": ["robo"] * 7,
        "TIPOVIAL": ["AVENIDA", "CALLE", "CALLE", "", "CALLE", "", ""],
        "NOMVIAL": ["Juárez", "Lerdo", "Mina", "Ocampo", "Fresno", "", "Sauce 12"],
        "NUMEXT": ["120", "S/N", "0", "SE DESCONOCE", "", "45", "12"],
        "CRUCE": ["", "", "Lerdo", "", "", "", ""],
        "ENTRE": ["", "Mina", "", "", "Cedro", "", ""],
        "Y_CALLE": ["", "Rayón", "", "", "Yuca", "", ""],
    }
)


def test_street_number_and_crossings_are_guessed_as_one_address():
    with pytest.warns(HotspotsWarning, match="address='TIPOVIAL'\\+'NOMVIAL'\\+'NUMEXT'"):
        read = read_incidents(TABLE)
    assert read["address"].tolist() == [
        "AVENIDA Juárez # 120",
        "CALLE Lerdo S/N entre Mina y Rayón",
        "CALLE Mina S/N esq Lerdo",
        "Ocampo",
        "CALLE Fresno entre Cedro y Yuca",
        "45",
        "Sauce 12",
    ]


def test_what_is_joined_comes_apart_again():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [parse_address(text) for text in read_incidents(TABLE)["address"]]
    assert [part.street.name for part in parts[:5]] == [
        "juarez",
        "lerdo",
        "mina",
        "ocampo",
        "fresno",
    ]
    assert [part.number for part in parts[:3]] == [120, None, None]
    assert [part.relation for part in parts[:5]] == ["", "between", "corner", "", "between"]


def test_named_columns_are_joined_in_their_order():
    read = read_incidents(TABLE, address=["nomvial", "numext"], category="delito")
    assert read["address"].iloc[0] == "Juárez # 120"
    with pytest.raises(ColumnError, match="no column 'numero' for address"):
        read_incidents(TABLE, address=["nomvial", "numero"])
    with pytest.raises(ColumnError, match="no column was named"):
        read_incidents(TABLE, address=[])


def test_a_whole_address_stands_alone():
    assert guess_columns(["DOMICILIO", "NUMERO", "CRUCE"])["address"] == "DOMICILIO"


def test_a_header_that_a_coordinate_needs_joins_no_address():
    found = guess_columns(["CALLE", "X", "Y", "ENTRE"])
    assert (found["longitude"], found["latitude"]) == ("X", "Y")
    assert found["address"] == ("CALLE", "ENTRE")


def test_the_number_of_the_row_is_no_house():
    assert guess_columns(["No.", "FECHA", "CALLE", "COLONIA"])["address"] == "CALLE"
    assert guess_columns(["No.", "CALLE", "NÚMERO", "COLONIA"])["address"] == ("CALLE", "NÚMERO")
