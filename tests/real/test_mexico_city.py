"""The same command on a whole metropolis: Mexico City's homicides, whose risks differ much."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from hotspots.cli import app

PROJECT = Path(__file__).with_name("mexico_city.toml")


def run(folder: Path) -> Path:
    result = CliRunner().invoke(app, ["run", str(PROJECT), "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def out(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("mexico_city") / "out")


@pytest.fixture(scope="module")
def excess(out: Path) -> pd.DataFrame:
    tests = pd.read_csv(out / "internal" / "tests.csv")
    mine = tests[(tests["test"] == "excess_risk") & (tests["level"] == "polygons")]
    return mine.set_index("place")


def test_the_map_is_not_blank(excess: pd.DataFrame) -> None:
    assert (excess["label"] == "above").sum() >= 10


def test_what_is_above_is_surely_above_the_typical_rate(out: Path, excess: pd.DataFrame) -> None:
    """The exact 95% lower limit of each rate, by its count alone, lies above the typical rate."""
    rates = pd.read_csv(out / "internal" / "rates.csv").set_index("polygon_id")
    above = excess.index[excess["label"] == "above"]
    per_event = 100_000 / rates["exposure"] / rates["years"]
    assert (rates["rate_low"] > excess["expected"] * per_event)[above].all()


def test_the_highest_rates_on_fifteen_events_or_more_are_above(
    out: Path, excess: pd.DataFrame
) -> None:
    rates = pd.read_csv(out / "internal" / "rates.csv").set_index("polygon_id")
    highest = rates["rate"].nlargest(10).index
    sure = [place for place in highest if excess["statistic"][place] >= 15]
    assert sure
    assert (excess["label"][sure] == "above").all()


def test_the_table_of_tests_says_how_many_times_and_how_sure(excess: pd.DataFrame) -> None:
    above = excess[excess["label"] == "above"]
    assert (above["probability"] > 0.8).all()
    assert (above["ratio"] > 1.5).all()
    assert ((above["ratio_low"] < above["ratio"]) & (above["ratio"] < above["ratio_high"])).all()
    not_above = excess[excess["label"] == "not above"]
    assert (not_above["ratio_high"] < 1.5).all()


@pytest.mark.slow
def test_two_runs_are_the_same_bytes(out: Path, tmp_path: Path) -> None:
    again = run(tmp_path / "out")
    first, second = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
        for folder in (out, again)
    )
    assert first == second
