"""The distribution: every package is listed, and an installed wheel runs a sample town."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_every_package_is_listed() -> None:
    setup = configparser.RawConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    folders = {path.parent for path in (ROOT / "hotspots").rglob("__init__.py")}
    found = {".".join(path.relative_to(ROOT).parts) for path in folders}
    assert listed - {"hotspots.sample_data.tumbes"} == found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason='pip install "hotspots-geo[test]"')
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_a_run_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [*ROOT.glob("hotspots/**/*.toml"), *ROOT.glob("hotspots/**/*.csv")]
    data += ROOT.glob("hotspots/maps/assets/**/*")
    for path in (path for path in data if path.is_file()):
        assert path.relative_to(ROOT).as_posix() in names
    assert "hotspots/sample_data/tumbes/project.toml" in names
    assert not [name for name in names if "verdad" in name or "juarez" in name]


def test_an_installed_wheel_runs_the_demo_away_from_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True, system_site_packages=False)
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    command = [str(python), "-m", "hotspots", "demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "tumbes" / "internal" / "briefing.html").is_file()
