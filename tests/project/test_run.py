"""A whole run of a small town: conservation, the same bytes, and verify."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import hotspots as hs
from hotspots.cli import app
from hotspots.errors import InputError
from hotspots.project.config.starter import write_project_file
from hotspots.project.write.manifest import digests


def outputs(folder: Path) -> dict[str, str]:
    return digests(folder) | {"manifest.json": (folder / "manifest.json").read_text("utf-8")}


def test_every_row_keeps_its_fate(town, tmp_path: Path) -> None:
    result = hs.run(town.project, out=tmp_path / "out")
    fates = result.incidents["assignment_status"].value_counts()
    assert fates.sum() == 400
    counted = fates.reindex(["inside", "boundary", "snapped"]).sum()
    assert result.counts["events"].sum() == counted
    assert result.unit_counts["events"].sum() == counted
    kept = gpd.read_parquet(tmp_path / "out" / "internal" / "incidents.parquet")
    assert len(kept) == 400
    assert kept.loc[4, "category"] == "unmapped"
    assert "date_impossible: 31/02/2013" in kept.loc[2, "problem"].split("; ")


def test_the_header_counts_the_rows_of_the_tested_period(town, tmp_path: Path) -> None:
    whole = hs.run(town.project, out=tmp_path / "whole")
    town.edit('period = "all"', 'period = "2013-02"')
    result = hs.run(town.project, out=tmp_path / "month")
    dates = whole.incidents["date"]
    rows = int(((dates.dt.month == 2) & (whole.incidents["category"] == "homicide")).sum())
    assert 0 < rows < 100
    page = (tmp_path / "month" / "internal" / "briefing.html").read_text(encoding="utf-8")
    located = hs.from_run(result).located_of("homicide")
    assert located[1] == rows
    assert f"{located[0]} de {rows} filas de la tabla ubicadas" in page
    data = re.search(r'id="hs-data">(.*?)</script>', page, re.S)
    (points,) = json.loads(data.group(1))["points"]
    assert len(points["xy"]) // 2 == result.findings.rates["homicide"]["count"].sum()


def test_a_run_is_shown_again_and_its_public_record_has_no_points(town, tmp_path: Path) -> None:
    result = hs.run(town.project, out=tmp_path / "out")
    for audience, name in (("internal", "briefing.html"), ("public", "public.html")):
        shown = hs.from_run(result, audience=audience)
        assert (shown.incidents is None) == (audience == "public")
        assert (shown.over_time.monthly is None) == (audience == "public")
        page = hs.briefing_map(shown, audience=audience, language="es")
        again = hs.save_standalone(page, tmp_path / name)
        assert again.read_bytes() == (tmp_path / "out" / audience / name).read_bytes()
    with pytest.raises(InputError, match="audience: came as 'press'"):
        hs.from_run(result, audience="press")


def test_a_criterion_without_a_direction_has_its_layers(town, tmp_path: Path) -> None:
    source = 'column = "pobreza"\n'
    town.edit(source, f'{source}direction = "more_is_better"\n')
    result = hs.run(town.project, out=tmp_path / "out")
    assert [one.direction for one in result.ranking.criteria] == ["more_is_worse", "more_is_better"]
    table = result.ranking.table
    poverty = next(layer for layer in result.layers if layer.name == "poverty").values
    assert table["share_poverty"].idxmax() == poverty.idxmin()


def test_a_shapefile_is_watched_with_all_its_parts(town, tmp_path: Path) -> None:
    town.units().to_file(town.folder / "units.shp")
    town.edit('"units.gpkg"\nid', '"units.shp"\nid')
    hs.run(town.project, out=tmp_path / "out")
    path = town.folder / "units.dbf"
    path.write_bytes(path.read_bytes() + b" ")
    assert hs.verify(tmp_path / "out").altered_inputs == ("units.dbf",)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_a_run_that_is_asked_to_end_leaves_nothing(town, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from hotspots.cli import app\n"
        "from hotspots.project import runner\n"
        "runner.write_outputs = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "app(sys.argv[1:])\n"
    )
    out = tmp_path / "place" / "out"
    command = [sys.executable, "-c", script, "run", str(town.project), "--out", str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 143, ended.stderr
    assert list(out.parent.iterdir()) == []


def test_the_grant_adds_up_to_the_cent(town, tmp_path: Path) -> None:
    hs.run(town.project, out=tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "internal" / "allocation.csv", dtype=str)
    cents = sum(int(grant.replace(".", "")) for grant in table["grant"])
    assert cents == 100_000_001


def test_the_clerk_gets_the_worst_addresses(town, tmp_path: Path) -> None:
    result = hs.run(town.project, out=tmp_path / "out")
    internal = tmp_path / "out" / "internal"
    table = pd.read_csv(internal / "worst_addresses.csv", dtype=str)
    assert [*table.columns[:5]] == ["address", "neighborhood", "rows", "reason", "closest"]
    assert len(table) == len(result.geocoding.unlocated)
    assert 'href="worst_addresses.csv"' in (internal / "report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "out" / "public" / "worst_addresses.csv").exists()


def test_the_internal_folder_is_its_owners_alone(town, tmp_path: Path) -> None:
    hs.run(town.project, out=tmp_path / "out")
    mode = stat.S_IMODE((tmp_path / "out" / "internal").stat().st_mode)
    assert mode == 0o700 or os.name == "nt"


def test_the_same_run_gives_the_same_bytes_on_one_core_and_on_two(town, tmp_path: Path) -> None:
    hs.run(town.project, out=tmp_path / "one")
    hs.run(town.project, out=tmp_path / "two")
    assert outputs(tmp_path / "one") == outputs(tmp_path / "two")
    script = "import sys, hotspots as hs; hs.run(sys.argv[1], out=sys.argv[2])"
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "GDAL_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script, str(town.project), str(tmp_path / "single")]
    if hasattr(os, "sched_setaffinity"):
        command = ["taskset", "-c", "0", *command]
    random_hash = {"PYTHONHASHSEED": "12345"}
    subprocess.run(command, check=True, env={**os.environ, **single, **random_hash})
    assert outputs(tmp_path / "single") == outputs(tmp_path / "one")


def test_verify_names_an_altered_output_and_an_altered_input(town, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    assert hs.verify(out).same
    ranking = out / "internal" / "ranking.csv"
    ranking.write_bytes(ranking.read_bytes().replace(b"0", b"1", 1))
    found = hs.verify(out)
    assert found.altered_outputs == ("internal/ranking.csv",)
    assert found.ran_again
    assert not found.different_outputs
    table = town.folder / "incidents.csv"
    table.write_bytes(table.read_bytes().replace(b"2013", b"2012", 1))
    result = CliRunner().invoke(app, ["verify", str(out)])
    assert result.exit_code == 1
    assert "internal/ranking.csv" in result.output
    assert "incidents.csv" in result.output


def rewritten(out: Path, change, *, digest: bool) -> None:
    """Change the manifest of a run; with ``digest`` as somebody would who knows its form."""
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    change(manifest)
    if digest:
        content = {key: value for key, value in manifest.items() if key != "manifest"}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        manifest["manifest"] = hashlib.sha256(text.encode("utf-8")).hexdigest()
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_verify_names_what_was_changed_in_the_manifest(town, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    assert hs.verify(out).same
    rewritten(out, lambda manifest: manifest["versions"].update(numpy="1.0"), digest=False)
    found = hs.verify(out)
    assert (found.altered_manifest, found.different_outputs) == (("manifest.json",), ())
    assert not found.same

    def another_seed(manifest):
        manifest["seed"] = manifest["parameters"]["project"]["seed"] = 8
        manifest["parameters"]["tests"]["alpha"] = 0.5

    rewritten(out, another_seed, digest=True)
    found = hs.verify(out)
    keys = ("parameters.project.seed", "parameters.tests.alpha", "seed")
    assert (found.altered_manifest, found.same) == (keys, False)
    result = CliRunner().invoke(app, ["verify", str(out)])
    assert result.exit_code == 1
    assert "parameters.tests.alpha" in result.output


def test_a_received_manifest_opens_no_address(town, tmp_path: Path, monkeypatch) -> None:
    """A password went to the database that a manifest named; now its settings are not followed."""
    monkeypatch.setenv("SECRET_OF_THIS_MACHINE", "hunter2")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"postgresql://reader@127.0.0.1:{server.getsockname()[1]}/city"
        out = tmp_path / "out"
        hs.run(town.project, out=out)

        def database(manifest):
            manifest["parameters"]["incidents"] |= {
                "file": None,
                "database": url,
                "table": "public.carpetas",
                "password_env": "SECRET_OF_THIS_MACHINE",
            }

        rewritten(out, database, digest=True)
        found = hs.verify(out)
        assert "parameters.incidents.database" in found.altered_manifest
        with pytest.raises(TimeoutError):
            server.accept()


def test_verify_of_a_folder_without_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(hs.HotspotsError, match=r"manifest\.json"):
        hs.verify(tmp_path)


def test_init_writes_a_file_that_runs(town, tmp_path: Path) -> None:
    written = town.folder / "mine.toml"
    shown = ["--units", str(town.folder / "units.gpkg")]
    shown += ["--incidents", str(town.folder / "incidents.csv")]
    shown += ["--services", str(town.folder / "clinics.csv")]
    result = CliRunner().invoke(app, ["init", *shown, "--out", str(written)])
    assert result.exit_code == 0, result.output
    assert 'population = "POBTOT"' in written.read_text("utf-8")
    result = CliRunner().invoke(app, ["check", str(written)])
    assert result.exit_code == 0, result.output
    assert "400" in result.output
    result = CliRunner().invoke(app, ["run", str(written), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    again = CliRunner().invoke(app, ["init", *shown, "--out", str(written)])
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_init_speaks_the_language_of_the_labels(town) -> None:
    table = pd.DataFrame({"Crime type": ["Burglary"] * 5, "Longitude": "0", "Latitude": "0"})
    table.to_csv(town.folder / "uk.csv", index=False)
    written = write_project_file(
        town.folder / "uk.toml",
        units=town.folder / "units.gpkg",
        incidents=town.folder / "uk.csv",
    )
    assert 'language = "en"' in written.read_text("utf-8")
    assert 'currency = "GBP"' in written.read_text("utf-8")


def test_an_address_in_several_columns_and_points_in_one_go_through(town, tmp_path: Path) -> None:
    path = town.folder / "incidents.csv"
    table = pd.read_csv(path, encoding="latin-1", dtype=str, keep_default_na=False)
    table["Coordenadas"] = (table["LAT"] + ", " + table["LON"]).where(table["LAT"] != "", "")
    table["CALLE"], table["NUM_EXT"] = "Calle Juárez", "12"
    table.drop(columns=["LAT", "LON", "DOMICILIO"]).to_csv(path, index=False, encoding="latin-1")
    clinics = pd.read_csv(town.folder / "clinics.csv", dtype=str)
    pd.DataFrame({"Coordenadas": clinics["LAT"] + ", " + clinics["LON"]}).to_csv(
        town.folder / "clinics.csv", index=False
    )
    shown = ["--units", str(town.folder / "units.gpkg"), "--incidents", str(path)]
    shown += ["--services", str(town.folder / "clinics.csv")]
    written = town.folder / "mine.toml"
    result = CliRunner().invoke(app, ["init", *shown, "--out", str(written)])
    assert result.exit_code == 0, result.output
    assert 'address = ["CALLE", "NUM_EXT"]' in written.read_text("utf-8")
    run = hs.run(written, out=tmp_path / "out")
    given = run.incidents["location_status"] == "given"
    assert int(given.sum()) == 398
    assert set(run.incidents["address"]) == {"Calle Juárez # 12"}


def test_check_writes_nothing_and_names_the_problems(town) -> None:
    before = sorted(path.name for path in town.folder.parent.rglob("*"))
    result = CliRunner().invoke(app, ["check", str(town.project)])
    assert result.exit_code == 0, result.output
    assert "=HYPERLINK(1)" in result.output
    assert sorted(path.name for path in town.folder.parent.rglob("*")) == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX processes")
def test_what_a_killed_run_left_is_cleared_up_and_the_old_output_goes_back(
    town, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    before = outputs(out)
    killed = tmp_path / ".out-run-abcdefgh"
    (killed / "new").mkdir(parents=True)
    out.rename(killed / "old")
    town.edit("total = 1000000.01", "total = 1000000.01\ncap = 1.0")
    with pytest.raises(hs.HotspotsError, match="cap"):
        hs.run(town.project, out=out)
    assert outputs(out) == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "town") == ["out"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_near_repeats_and_how_the_file_was_read_are_said(town, tmp_path, language):
    town.edit('language = "es"', f'language = "{language}"')
    path = town.folder / "incidents.csv"
    table = pd.read_csv(path, encoding="latin-1", dtype=str, keep_default_na=False)
    told_twice = table.iloc[[9]].assign(DOMICILIO="Av. Juárez 12")
    pd.concat([table, told_twice]).to_csv(path, index=False, encoding="latin-1")
    done = CliRunner().invoke(app, ["run", str(town.project), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    screen = " ".join(done.output.split())
    assert {"es": "se leyó como cp1252", "en": "read as cp1252"}[language] in screen
    words = {"es": "con otro número (fila 401", "en": "another number (row 401"}[language]
    assert words in screen
    assert words in (tmp_path / "out" / "internal" / "report.html").read_text(encoding="utf-8")
    listed = pd.read_csv(tmp_path / "out" / "internal" / "near_repeats.csv")
    assert listed[["row_id", "first_row_id", "reason"]].to_numpy().tolist() == [
        [401, 10, "same_day"]
    ]
