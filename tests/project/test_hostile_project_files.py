"""A hostile file gets one clear error from the command, in seconds and within a gigabyte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotspots.cli import app
from tests.project.hostile_files import HOSTILE

APART = Path(__file__).with_name("each_apart.py")
MEGABYTES = 1_024
SECONDS = 60
"""Ten are promised; a busy machine may take more, and what hangs takes all of them."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, make_town) -> dict[str, dict]:
    """Case → what the command said of it, and what it took."""
    projects = {}
    for case, (spoil, _) in HOSTILE.items():
        town = make_town(tmp_path_factory.mktemp("hostile") / "town")
        spoil(town)
        projects[case] = str(town.project)
    command = [sys.executable, APART, str(SECONDS), *projects.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    return dict(zip(projects, map(json.loads, lines), strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kilobytes on Linux")
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_one_clear_error(outcomes, case: str) -> None:
    found, words = outcomes[case], HOSTILE[case][1]
    said = " ".join(found["output"].split())
    assert found["code"] == 2, said
    assert said.count("Error:") == 1
    assert "Traceback" not in said
    for word in words:
        assert word in said
    assert found["megabytes"] < MEGABYTES


@pytest.mark.skipif(os.name == "nt", reason="on Windows every name is Unicode")
@pytest.mark.parametrize("place", ["out", "folder of the project"])
def test_a_name_that_is_no_utf8_is_one_clear_error(town, place: str) -> None:
    odd = town.folder.parent / os.fsdecode(b"a\xff")
    project, out = town.project, odd
    if place != "out":
        town.folder.rename(odd)
        project, out = odd / "project.toml", town.folder.parent / "out"
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert "the name is not UTF-8" in done.output
    assert not out.exists()


def test_a_limit_is_raised_in_the_project_file(town) -> None:
    town.edit("[tests]", "[limits]\ncolumns = 3\n\n[tests]")
    done = CliRunner().invoke(app, ["check", str(town.project)])
    assert done.exit_code == 2
    assert "at most 3 are read" in done.output
    assert "columns = 5 under [limits]" in " ".join(done.output.split())
    town.edit("columns = 3", "columns = 5")
    assert CliRunner().invoke(app, ["check", str(town.project)]).exit_code == 0


@pytest.mark.parametrize("value", ["0", "-1", '"many"', "inf"])
def test_a_limit_is_a_number_above_zero(town, value: str) -> None:
    town.edit("[tests]", f"[limits]\nrows = {value}\n\n[tests]")
    done = CliRunner().invoke(app, ["check", str(town.project)])
    assert done.exit_code == 2
    assert "limits.rows" in done.output
