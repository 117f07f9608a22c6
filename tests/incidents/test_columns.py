"""Columns are found by their headers, and an address that stands in several becomes one text."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from hotspots.errors import ColumnError, HotspotsWarning
from hotspots.geocoding.address.parse import parse_address
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
    with pytest.raises(ColumnError, match="address: came as"):
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


# The columns of tables that police forces and prosecutors publish, and what they should be taken
# for: the deed's date and not the report's, the street with its crossing.
PUBLISHED = {
    "Mexico City, prosecutor's files": (
        "anio_hecho mes_hecho fecha_hecho hora_hecho delito categoria_delito colonia_hecho "
        "alcaldia_hecho latitud longitud calle_hechos calle_hechos2 fecha_inicio hora_inicio",
        {"date": "fecha_hecho", "time": "hora_hecho", "category": "delito",
         "address": ("calle_hechos", "calle_hechos2"), "neighborhood": "colonia_hecho"},
    ),
    "Mexico City, victims": (
        "idCarpeta Ano_inicio FechaInicio Delito Categoria Sexo FechaHecho HoraHecho HoraInicio "
        "ColoniaHechos Calle_hechos Calle_hechos2 latitud longitud",
        {"event": "idCarpeta", "date": "FechaHecho", "time": "HoraHecho", "category": "Delito",
         "address": ("Calle_hechos", "Calle_hechos2"), "neighborhood": "ColoniaHechos"},
    ),
    "São Paulo": (
        "NUM_BO DATA_REGISTRO DATA_OCORRENCIA_BO HORA_OCORRENCIA_BO BAIRRO LOGRADOURO "
        "NUMERO_LOGRADOURO LATITUDE LONGITUDE RUBRICA",
        {"event": "NUM_BO", "date": "DATA_OCORRENCIA_BO", "time": "HORA_OCORRENCIA_BO",
         "address": ("LOGRADOURO", "NUMERO_LOGRADOURO"), "neighborhood": "BAIRRO"},
    ),
    "New York": (
        "CMPLNT_NUM CMPLNT_FR_DT CMPLNT_FR_TM CMPLNT_TO_DT RPT_DT OFNS_DESC Latitude Longitude "
        "Lat_Lon",
        {"event": "CMPLNT_NUM", "date": "CMPLNT_FR_DT", "time": "CMPLNT_FR_TM",
         "category": "OFNS_DESC", "latitude": "Latitude", "longitude": "Longitude"},
    ),
    "England": (
        "Month,Longitude,Latitude,Location,LSOA code,Crime type,Crime ID",
        {"date": "Month", "address": "Location", "category": "Crime type", "event": "Crime ID"},
    ),
    "emergency calls": (
        "Folio,Fecha Apertura,Hora Apertura,Motivo,Dirección,Colonia,Longitud,Latitud",
        {"event": "Folio", "date": "Fecha Apertura", "time": "Hora Apertura",
         "category": "Motivo", "address": "Dirección", "neighborhood": "Colonia"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", PUBLISHED)
def test_headers_of_published_tables(table):
    columns, expected = PUBLISHED[table]
    names = columns.split("," if "," in columns else None)
    found = guess_columns(names)
    assert {role: found.get(role) for role in expected} == expected


def test_case_alone_finds_a_named_column():
    read = read_incidents(pd.DataFrame({"FechaHecho": ["2013-04-05"]}), date="fechahecho")
    assert read["date_precision"].item() == "day"


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"date": "f", "latitude": "y"}, "latitude was named alone"),
        ({"date": "f", "taxonomy": "mexico"}, "a taxonomy was given and no column"),
        ({"date": 5}, "date: came as 5"),
        ({"date": ["f", "y"]}, "date: came as"),
    ],
)
def test_what_is_half_named_is_said(named, says):
    with pytest.raises(ColumnError, match=says):
        read_incidents(pd.DataFrame({"f": ["2013-04-05"], "y": ["31.7"]}), **named)


def test_a_table_without_a_known_header_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("5;lerdo;robo\n6;mina;robo\n", "utf-8")
    with pytest.raises(
        ColumnError, match="row 1, which was taken for the header: '5', 'lerdo', 'robo'"
    ):
        read_incidents(path)


def test_words_for_nothing_are_no_address():
    table = pd.DataFrame({"a": ["SE DESCONOCE", "S/D", "Lerdo 12"], "n": ["N/A", "-", "Centro"]})
    read = read_incidents(table, address="a", neighborhood="n")
    assert read["address"].tolist() == ["", "", "Lerdo 12"]
    assert read["neighborhood"].tolist() == ["", "", "Centro"]
    assert read["problem"].tolist() == ["location_missing", "location_missing", ""]


def test_the_number_of_victims_on_each_victims_row_is_counted_once():
    table = pd.DataFrame({"f": ["A", "A", "A", "B", "B", "C"], "v": ["3", "3", "3", "1", "1", "2"]})
    with pytest.warns(HotspotsWarning, match="1 event states its number of victims"):
        read = read_incidents(table, event="f", victims="v")
    assert read["victims"].tolist() == [1, 1, 1, 1, 1, 2]


def test_house_numbers_that_went_through_a_spreadsheet():
    table = pd.DataFrame({"CALLE": ["Lerdo"] * 3, "NUM_EXT": ["1,234", "345.0", "0"]})
    read = read_incidents(table, address=["CALLE", "NUM_EXT"])
    assert read["address"].tolist() == ["Lerdo # 1234", "Lerdo # 345", "Lerdo S/N"]
