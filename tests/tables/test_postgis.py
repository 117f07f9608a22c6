"""A PostGIS table or query is a source, results go back as tables, and the password stays put."""

from __future__ import annotations

import traceback

import geopandas as gpd
import pandas as pd
import pytest

import hotspots as hs
from hotspots.errors import ColumnError, CrsError, DataFileError, InputError, OutputError
from tests.database import PASSWORD

VARIABLE = "HOTSPOTS_TEST_PASSWORD"
COLUMNS = {"date": "hecho", "category": "delito", "event": "Folio"}


@pytest.fixture
def database(postgis, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    postgis.sql(
        'DROP SCHEMA IF EXISTS "Fiscalía" CASCADE; CREATE SCHEMA "Fiscalía";'
        'CREATE TABLE "Fiscalía"."Carpetas 2013" ("Folio" text, delito text, hecho timestamp,'
        " victimas numeric, lugar geometry(Point, 32613));"
        'INSERT INTO "Fiscalía"."Carpetas 2013" VALUES'
        " ('C1', 'Extorsión', '2013-04-05 21:30', 1, 'SRID=32613;POINT(360000 3512500)'),"
        " ('C2', 'HOMICIDIO', '2013-04-06', 2, NULL)"
    )
    return postgis


def source(database, **options):
    return hs.postgis_source(database.url, password_env=VARIABLE, **options)


def test_a_table_is_a_source(database):
    carpetas = source(database, table="Fiscalía.Carpetas 2013")
    read = hs.read_incidents(carpetas, **COLUMNS, victims="victimas", crs=32613)
    assert read["event_id"].tolist() == ["C1", "C2"]
    assert read["category_source"].tolist() == ["Extorsión", "HOMICIDIO"]
    assert read["date"].astype(str).tolist() == ["2013-04-05 21:30:00", "2013-04-06 00:00:00"]
    assert read["victims"].tolist() == [1, 2]
    assert [point.wkt if point else None for point in read.geometry] == [
        "POINT (360000 3512500)",
        None,
    ]
    assert read["location_status"].tolist() == ["given", "unmatched"]


def test_a_query_is_a_source(database):
    chosen = source(
        database,
        query="""SELECT "Folio", delito AS "a:b", hecho::date AS dia
                 FROM "Fiscalía"."Carpetas 2013" WHERE delito LIKE 'HOM%' -- its comment;
        """.replace(";", ""),
    )
    read = hs.read_incidents(chosen, event="Folio", date="dia", category="a:b")
    assert read["event_id"].tolist() == ["C2"]
    assert read["date_precision"].tolist() == ["day"]


def test_many_rows_come_in_parts(database):
    query = "SELECT n, 'robo' AS tipo FROM generate_series(1, 120000) AS n"
    frame = hs.read_postgis(source(database, query=query))
    assert frame["n"].tolist() == list(range(1, 120_001))


@pytest.mark.parametrize(
    "query",
    [
        'DELETE FROM "Fiscalía"."Carpetas 2013"',
        'SELECT 1; DELETE FROM "Fiscalía"."Carpetas 2013"',
        "COPY t TO PROGRAM 'true'",
    ],
)
def test_what_is_not_one_select_is_refused_at_once(query):
    with pytest.raises(InputError, match="one SELECT"):
        hs.postgis_source("postgresql://clerk@localhost/city", query=query)


@pytest.mark.parametrize(
    "query",
    [
        'WITH gone AS (DELETE FROM "Fiscalía"."Carpetas 2013" RETURNING *) SELECT * FROM gone',
        "SELECT nextval('public.counter')",
        "SELECT 1) AS a, (DELETE FROM public.carpetas",
    ],
)
def test_the_server_lets_nothing_be_written(database, query):
    database.sql("CREATE SEQUENCE IF NOT EXISTS public.counter")
    with pytest.raises(DataFileError, match="the database says"):
        hs.read_postgis(source(database, query=query))
    assert database.sql('SELECT count(*) FROM "Fiscalía"."Carpetas 2013"') == "2"


def test_results_go_back_as_tables(database):
    polygons = gpd.GeoDataFrame(
        {"label": pd.Categorical(["hot", "none"]), "ñandú": [1.5, None]},
        index=pd.Index(["P1", "P2"], name="polygon_id"),
        geometry=gpd.points_from_xy([0, 1], [0, 1]).buffer(1),
        crs=32613,
    )
    name = "Fiscalía.polygons"
    hs.write_postgis(polygons, database.url, name, password_env=VARIABLE)
    back = hs.read_postgis(source(database, table=name)).set_index("polygon_id")
    assert back.crs == polygons.crs
    assert back["label"].tolist() == ["hot", "none"]
    assert back["ñandú"].tolist()[0] == 1.5
    assert back.geometry.geom_equals(polygons.geometry).all()
    with pytest.raises(OutputError, match="already exists"):
        hs.write_postgis(polygons, database.url, name, password_env=VARIABLE)
    hs.write_postgis(polygons[:1], database.url, name, password_env=VARIABLE, replace=True)
    assert database.sql('SELECT count(*) FROM "Fiscalía".polygons') == "1"


def test_a_plain_table_goes_back_too(database):
    ranking = pd.DataFrame({"rank": [1, 2]}, index=pd.Index(["P1", "P2"], name="polygon_id"))
    hs.write_postgis(ranking, database.url, "Fiscalía.ranking", password_env=VARIABLE)
    assert database.sql('SELECT polygon_id, rank FROM "Fiscalía".ranking') == "P1|1\nP2|2"


def test_units_come_from_a_table(database):
    units = gpd.GeoDataFrame(
        {"CVEGEO": ["001", "002"], "POBTOT": [900, 1_100]},
        geometry=gpd.points_from_xy([0, 5_000], [0, 0]).buffer(100),
        crs=32613,
    )
    hs.write_postgis(units, database.url, "Fiscalía.agebs", password_env=VARIABLE)
    layer = hs.read_postgis(source(database, table="Fiscalía.agebs"))
    assert hs.read_units(layer, id="CVEGEO", population="POBTOT")["population"].sum() == 2_000


def test_several_reference_systems_are_refused(database):
    query = "SELECT ST_Point(0, 0, 4326) AS g UNION ALL SELECT ST_Point(0, 0, 32613)"
    with pytest.raises(CrsError, match="4326, 32613"):
        hs.read_postgis(source(database, query=query))


def test_a_query_without_rows_or_with_doubled_columns(database):
    with pytest.raises(DataFileError, match="no row below"):
        hs.read_incidents(source(database, query="SELECT 1 AS a WHERE false"), category="a")
    with pytest.raises(ColumnError, match="two columns are named 'a'"):
        hs.read_incidents(source(database, query="SELECT 1 AS a, 2 AS a"), category="a")


def test_a_missing_table_and_a_wrong_password_are_said(database, monkeypatch):
    with pytest.raises(DataFileError, match='relation "none" does not exist'):
        hs.read_postgis(source(database, table="none"))
    monkeypatch.setenv(VARIABLE, "wr0ng-secret")
    with pytest.raises(DataFileError, match="password authentication failed") as caught:
        hs.read_postgis(source(database, table="none"))
    assert "wr0ng-secret" not in "".join(traceback.format_exception(caught.value))


def test_nobody_listens(monkeypatch):
    monkeypatch.setenv(VARIABLE, "x")
    nowhere = hs.postgis_source("postgresql://clerk@127.0.0.1:1/city", table="t")
    with pytest.raises(DataFileError, match="the database says"):
        hs.read_postgis(nowhere)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clerk:s3creto@localhost/city",
        "postgresql://clerk@localhost/city?password=s3creto",
        "postgresql://clerk:s3cr@eto@localhost/city",
        "mysql://clerk:s3creto@localhost/city",
        "postgresql://clerk:s3creto@localhost:port/city",
    ],
)
def test_an_address_with_a_password_is_refused_without_showing_it(url):
    for use in (
        lambda: hs.postgis_source(url, table="t"),
        lambda: hs.write_postgis(pd.DataFrame({"a": [1]}), url, "t"),
        lambda: hs.read_incidents(url),
    ):
        with pytest.raises((InputError, DataFileError)) as caught:
            use()
        assert "s3cr" not in "".join(traceback.format_exception(caught.value)).replace(
            repr(url), ""
        )
        assert "s3cr" not in str(caught.value)


def test_the_variable_must_be_set(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(InputError, match=f"'{VARIABLE}', and it is not set"):
        hs.read_postgis(
            hs.postgis_source("postgresql://c@localhost/city", table="t", password_env=VARIABLE)
        )


def test_no_representation_holds_the_password(database):
    assert PASSWORD not in repr(source(database, table="t")) + source(database, table="t").name


@pytest.mark.parametrize("table", ['a"b', "", "a.b.c", "x" * 64])
def test_names_that_are_none_are_refused(table):
    with pytest.raises(InputError, match="table"):
        hs.postgis_source("postgresql://clerk@localhost/city", table=table)
