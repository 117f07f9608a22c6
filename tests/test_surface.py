"""The public surface: every name loads, nothing heavy loads before it is used."""

from __future__ import annotations

import subprocess
import sys

import hotspots as hs


def test_every_public_name_loads() -> None:
    assert len(hs.__all__) > 30
    for name in hs.__all__:
        assert getattr(hs, name) is not None


def test_the_import_loads_nothing_heavy() -> None:
    """At most 0.3 s for the import: what makes it slow is not loaded."""
    script = "import sys, hotspots; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "pandas", "geopandas", "folium", "pydantic", "typer", "scipy"}


def test_the_help_loads_no_stage() -> None:
    script = (
        "import sys\nfrom typer.testing import CliRunner\nfrom hotspots.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\nprint(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"numpy", "pandas", "geopandas", "folium", "pydantic"}
