"""What bad input gets from the command: one clear error, exit code 2, nothing half-written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from hotspots.cli import app

Spoil = Callable[[object], None]


def duplicate_ids(town) -> None:
    units = town.units()
    units.loc[1, "CVEGEO"] = units.loc[0, "CVEGEO"]
    town.write_units(units)


def negative_population(town) -> None:
    units = town.units()
    units.loc[3, "POBTOT"] = -4
    town.write_units(units)


def no_crs(town) -> None:
    town.write_units(town.units().set_crs(None, allow_override=True))


def no_rows(town) -> None:
    path = town.folder / "incidents.csv"
    path.write_text(path.read_text(encoding="latin-1").splitlines()[0] + "\n", encoding="latin-1")


def binary(town) -> None:
    (town.folder / "incidents.csv").write_bytes(bytes(range(256)) * 40)


def text_poverty(town) -> None:
    town.write_units(town.units().assign(pobreza="mucha"))


def incidents(town, **cells) -> None:
    path = town.folder / "incidents.csv"
    table = pd.read_csv(path, encoding="latin-1", dtype=str, keep_default_na=False)
    table.assign(**cells).to_csv(path, index=False, encoding="latin-1")


def dotted_thousands(town) -> None:
    units = town.units()
    residents = [f"{people:,}".replace(",", ".") for people in units["POBTOT"]]
    town.write_units(units.assign(POBTOT=residents))


def swapped_services(town) -> None:
    path = town.folder / "clinics.csv"
    table = pd.read_csv(path).rename(columns={"LON": "LAT", "LAT": "LON"})
    table.to_csv(path, index=False)


def streets_of_points(town) -> None:
    units = town.units()
    units.set_geometry(units.centroid).to_file(town.folder / "streets.gpkg")
    section = '[gazetteer.streets]\nfile = "streets.gpkg"\nname = "CVEGEO"\n\n[tests]'
    town.edit("[tests]", section)


CASES: dict[str, tuple[Spoil, list[str]]] = {
    "missing file": (lambda t: (t.folder / "units.gpkg").unlink(), ["units.gpkg", "units.file"]),
    "missing column": (
        lambda t: t.edit('"FECHA"', '"FECHAS"'),
        ["incidents.csv", "FECHAS", "FECHA"],
    ),
    "missing unit column": (lambda t: t.edit('"POBTOT"', '"POB"'), ["units.gpkg", "POB", "POBTOT"]),
    "empty table": (no_rows, ["incidents.csv", "no row"]),
    "empty file": (
        lambda t: (t.folder / "incidents.csv").write_bytes(b""),
        ["incidents.csv", "is empty"],
    ),
    "no CRS": (no_crs, ["units.gpkg", "coordinate reference system", "crs"]),
    "duplicate ids": (duplicate_ids, ["080370000", "more than once"]),
    "negative population": (negative_population, ["080370003", "-4"]),
    "unknown category": (
        lambda t: t.edit('["homicide"]', '["homicide", "murder"]'),
        ["tests.categories", "murder", "homicide"],
    ),
    "budget of zero": (lambda t: t.edit("1000000.01", "0"), ["budget.total", "greater than 0"]),
    "bounds the wrong way round": (
        lambda t: t.edit("[tests]", "[polygons]\nresidents = [15000, 10000]\n\n[tests]"),
        ["polygons.residents", "floor comes first"],
    ),
    "rubbish with a .csv name": (binary, ["incidents.csv"]),
    "text where numbers are needed": (text_poverty, ["units.gpkg", "pobreza", "text"]),
    "thousands parted by points": (dotted_thousands, ["units.gpkg", "POBTOT", "thousands"]),
    "too few units": (
        lambda t: t.write_units(t.units().iloc[:3]),
        ["units.gpkg", "3 units", "polygons.residents"],
    ),
    "no date at all": (
        lambda t: incidents(t, FECHA="SE DESCONOCE"),
        ["incidents.csv", "FECHA", "incidents.columns.date"],
    ),
    "no date column": (
        lambda t: t.edit('date = "FECHA"', ""),
        ["incidents.csv", "incidents.columns.date"],
    ),
    "another city's incidents": (
        lambda t: incidents(t, LON="-99.13", LAT="19.43"),
        ["incidents.csv", "units.gpkg", "400 outside", "incidents.crs"],
    ),
    "a category twice": (
        lambda t: t.edit('["homicide"]', '["homicide", "homicide"]'),
        ["tests", "'homicide' twice"],
    ),
    "victims of a category that is not tested": (
        lambda t: t.edit('["homicide"]', '["homicide"]\ncount_victims = ["homicidio"]'),
        ["tests", "count_victims names 'homicidio'"],
    ),
    "longitude alone": (
        lambda t: t.edit(
            'longitude = "LON"\nlatitude = "LAT"\n\n[tests]', 'longitude = "LON"\n\n[tests]'
        ),
        ["incidents.columns", "longitude and latitude go together"],
    ),
    "services the wrong way round": (swapped_services, ["clinics.csv", "row 1", "swapped"]),
    "no such name of services": (
        lambda t: t.edit('file = "clinics.csv"', 'file = "clinics.csv"\nservice_name = "N"'),
        ["clinics.csv", "'N'", "LON"],
    ),
    "streets that are points": (streets_of_points, ["streets", "Point", "lines"]),
    "a URL": (lambda t: t.edit('"units.gpkg"', '"https://example.org/u.gpkg"'), ["example.org"]),
    "not TOML": (lambda t: t.edit("[units]", "[units"), ["project.toml", "TOML"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_clear_error(town, case: str) -> None:
    spoil, words = CASES[case]
    out = town.folder.parent / "out"
    spoil(town)
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert result.exit_code == 2, result.output
    assert result.output.count("Error:") == 1
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output
    assert not out.exists()
    assert sorted(path.name for path in out.parent.iterdir()) == ["town"]


def test_an_output_folder_with_other_files_is_left_alone(town) -> None:
    out = town.folder.parent / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert result.exit_code == 2
    assert "holds files that no run of hotspots made" in result.output
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]


def test_an_output_folder_that_is_a_file(town) -> None:
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(town.project)])
    assert result.exit_code == 2
    assert "a file has that name" in result.output


@pytest.mark.skipif(os.name == "nt", reason="folders are not read-only on Windows")
def test_an_unwritable_output_folder(town) -> None:
    """A file where the parent folder should be cannot be written below, even by root."""
    blocked = town.folder.parent / "blocked"
    blocked.touch()
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(blocked / "out")])
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_an_error_later_leaves_the_old_output_whole(town) -> None:
    out = town.folder.parent / "out"
    first = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert first.exit_code == 0, first.output
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    town.edit("total = 1000000.01", "total = 1000000.01\ncap = 1.0")
    again = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert again.exit_code == 2
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in out.parent.iterdir()) == ["out", "town"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"FECHA": ["05/05/2001", *["05/05/2013"] * 399]}, "1 filas caen fuera de 2013–2013"),
        (
            {"FOLIO": ["7"] * 400, "FECHA": ["1/1/2013", "1/6/2013"] * 200},
            "1 números de la columna FOLIO",
        ),
    ],
)
def test_a_run_warns_of_what_would_bend_its_rates(town, cells, words) -> None:
    incidents(town, **cells)
    if "FOLIO" in cells:
        town.edit('date = "FECHA"', 'date = "FECHA"\nevent = "FOLIO"')
    out = town.folder.parent / "out"
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert words in result.output
    assert words in (out / "internal" / "report.html").read_text(encoding="utf-8")


def test_a_name_does_not_steer_the_terminal(town) -> None:
    town.edit('"clinics.csv"', '"[red]\\u001b[2J.csv"')
    out = town.folder.parent / "out"
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)], color=True)
    assert result.exit_code == 2
    assert "\x1b[2J" not in result.output
    assert "[red]" in result.output


def test_hostile_text_is_data(town, tmp_path: Path) -> None:
    """A cell that Excel would run, or markup, reaches no output as itself."""
    town.edit('"Villa Prueba"', '"[red]</script><img src=x onerror=alert(1)>"')
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["run", str(town.project), "--out", str(out)])
    assert result.exit_code == 0, result.output
    for page in out.rglob("*.html"):
        assert "<img src=x" not in page.read_text(encoding="utf-8")
