"""A project whose incidents lie in PostGIS, and whose results go there; the password stays put."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import hotspots as hs
from hotspots.cli import app
from hotspots.errors import ProjectFileError
from hotspots.project.config.settings import load_project
from tests.database import PASSWORD

VARIABLE = "HOTSPOTS_TEST_PASSWORD"
FILE = 'file = "incidents.csv"'
OUTPUT = '\n[output]\ndatabase = "{url}"\nschema = "results"\npassword_env = "{variable}"\n'


def from_database(town, url, *, table="public.carpetas"):
    town.edit(FILE, f'database = "{url}"\ntable = "{table}"\npassword_env = "{VARIABLE}"')


@pytest.fixture
def database(postgis, town, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    postgis.sql("DROP SCHEMA IF EXISTS results CASCADE; CREATE SCHEMA results")
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    hs.write_postgis(table, postgis.url, "public.carpetas", password_env=VARIABLE, replace=True)
    return postgis


@pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")
def test_a_run_from_a_database_into_a_database(town, database, tmp_path):
    plain = hs.run(town.project, out=tmp_path / "plain")
    from_database(town, database.url)
    text = town.project.read_text(encoding="utf-8")
    output = OUTPUT.format(url=database.url, variable=VARIABLE)
    town.project.write_text(text + output, encoding="utf-8")
    for _ in range(2):
        result = hs.run(town.project, out=tmp_path / "out")
    pd.testing.assert_frame_equal(pd.DataFrame(result.incidents), pd.DataFrame(plain.incidents))
    tables = "SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM "
    tables += "information_schema.tables WHERE table_schema = 'results'"
    assert (
        database.sql(tables)
        == "allocation incidents near_repeats polygons ranking rates tests units worst_addresses"
    )
    assert database.sql("SELECT count(*) FROM results.incidents") == str(len(plain.incidents))
    population = (
        "SELECT round(sum(population)) FROM results.polygons WHERE ST_SRID(geometry) = 32613"
    )
    assert float(database.sql(population)) == round(plain.plan.polygons["population"].sum())
    offline = hs.verify(tmp_path / "out")
    assert (offline.needs_online, offline.ran_again, offline.same) == (True, False, False)
    assert hs.verify(tmp_path / "out", online=True).same
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ('database = "postgresql://c:s3creto@h/db"\ntable = "t"', "must not contain a password"),
        ('file = "postgresql://c:s3creto@h/db"', "file is a path on this machine"),
        ('database = ["postgresql://c:s3creto@h/db"]\ntable = "t"', r"c:\*\*\*@h/db"),
        ('database = "postgresql://c@h/db"', "either a table or a query"),
        ('database = "postgresql://c@h/db"\nquery = "DELETE FROM t"', "one SELECT"),
        (FILE + '\ndatabase = "postgresql://c@h/db"', "either a file, or a database"),
        (FILE + '\ntable = "t"', "belong to a database"),
        ("", "either a file, or a database"),
        ('database = "postgresql://c@h/db"\npassword = "s3creto"', "there is no key"),
    ],
)
def test_what_is_wrong_with_a_database_is_said_without_the_password(town, after, message):
    town.edit(FILE, after)
    with pytest.raises(ProjectFileError, match=message) as caught:
        load_project(town.project)
    assert "s3creto" not in str(caught.value)


def test_the_command_says_what_the_database_says(town, database, monkeypatch):
    from_database(town, database.url, table="public.none")
    done = CliRunner().invoke(app, ["check", str(town.project)])
    assert done.exit_code == 2
    assert "does not exist" in " ".join(done.output.split())
    assert PASSWORD not in done.output
    monkeypatch.delenv(VARIABLE)
    done = CliRunner().invoke(app, ["check", str(town.project)])
    assert done.exit_code == 2
    assert "is not set" in " ".join(done.output.split())
