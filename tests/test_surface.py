"""The public surface: every name loads, nothing heavy loads before it is used."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

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


SHARED = (
    *("alternative", "correction", "alpha", "family", "permutations", "simulations"),
    *("null", "seed"),
)
TESTS = (
    *("getis_ord", "local_moran", "local_moran_bivariate", "local_geary", "local_join_counts"),
    *("local_join_counts_bivariate", "global_moran", "global_geary", "global_getis_ord"),
    *("global_join_counts", "excess_risk", "spatial_scan", "rate_change", "correct_family"),
)
ONE_OF_A_FEW = ("alternative", "correction", "null", "joins", "case", "measure", "smoothing")


def parameters(name: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(getattr(hs, name)).parameters)


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_take_what_they_share_in_one_order(name: str) -> None:
    shared = [one for one in parameters(name) if one in SHARED]
    assert shared == [one for one in SHARED if one in shared]
    assert all(parameters(name)[one].kind == inspect.Parameter.KEYWORD_ONLY for one in shared)


@pytest.mark.parametrize(
    "name",
    ["incident_rates", "standardized_rates", "excess_risk", "spatial_scan", "funnel_limits"],
)
def test_counts_and_exposure_come_first_by_place_or_by_name(name: str) -> None:
    first, second = list(parameters(name).values())[:2]
    assert (first.name, second.name) == ("counts", "exposure")
    assert first.kind == second.kind == inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize("name", sorted(hs.__all__))
def test_permutations_have_one_default_and_options_are_literals(name: str) -> None:
    if not inspect.isfunction(getattr(hs, name)):
        return
    own = parameters(name)
    if "permutations" in own:
        assert own["permutations"].default == "auto"
    for option in ONE_OF_A_FEW:
        assert option not in own or "str" not in own[option].annotation
