"""A statistic and a kind of layer are added by a row in a table, and go through a whole run."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from hotspots.catalogue import has_text, languages
from hotspots.catalogue.results import UNTESTED
from hotspots.errors import ProjectFileError
from hotspots.maps.themes.label_classes import STYLES
from hotspots.project.config.settings import load_project
from hotspots.project.config.starter import write_project_file
from hotspots.project.registry.layer_section import LayerSection
from hotspots.project.registry.layers import LAYERS
from hotspots.project.registry.registry import Registry
from hotspots.project.registry.tests import TESTS, RegisteredTest, rates
from hotspots.project.runner import run_project
from hotspots.schema import Label, Layer, LocalResult, LocalTest

TALLER = LocalTest("taller_than_neighbors", (Label.HIGH_LOW,), question="clusters")


def taller_than_neighbors(values, graph, *, correction, alpha, family, seed) -> LocalResult:
    """Label the one place that stands highest above the highest of its neighbors."""
    around = values[graph.adjacency.index.get_level_values("neighbor")].to_numpy()
    highest = pd.Series(around, graph.adjacency.index.get_level_values("focal"))
    above = values - highest.groupby(level=0).max().reindex(values.index)
    p = above.rank(ascending=False, method="first") / 1_000
    table = pd.DataFrame(
        {"statistic": above, "expected": 0.0, "z": np.nan, "p": p, "q": p.where(p == 0.001, 1.0)}
    )
    candidate = pd.Series(Label.HIGH_LOW.value, index=values.index)
    return LocalResult(
        table.assign(label=candidate.where(table["q"] <= alpha, Label.NOT_SIGNIFICANT.value)),
        kind=TALLER,
        variable=str(values.name),
        null="analytic",
        alternative="greater",
        correction=correction,
        alpha=alpha,
        family=family or len(values),
        level="units",
        candidate_label=candidate,
    )


class DensityLayer(LayerSection):
    """Residents by area, of the polygons themselves."""

    kind: Literal["density"]
    per_m2: float = 10_000

    def read(self, files, units, limits):
        return units["population"]

    def make(self, source, units, plan) -> Layer:
        residents = source.groupby(plan.membership).sum().reindex(plan.polygons.index)
        return Layer(
            self.name,
            residents / plan.polygons.area * self.per_m2,
            unit=self.unit,
            direction=self.direction,
            source=self.source,
            title=self.title,
        )


WITH_TOYS = Registry(
    tests=TESTS
    | {TALLER.name: RegisteredTest(TALLER, taller_than_neighbors, takes=rates, levels=("units",))},
    layers=LAYERS | {"density": DensityLayer},
)

DENSITY = """
[[layers]]
name = "residents_per_hectare"
kind = "density"
file = "units.gpkg"
unit = "hab./ha"
source = "the census of the toy"
title = { es = "Densidad de juguete" }

[[ranking]]
layer = "homicide_rate"
"""


@pytest.fixture
def toy_town(town):
    named = '["homicide"]\nexploratory = [{ test = "taller_than_neighbors", level = "units" }]'
    town.edit('["homicide"]', named)
    town.edit('[[ranking]]\nlayer = "homicide_rate"\n', DENSITY)
    return town


def run_with_toys(town, out: Path):
    project = load_project(town.project, registry=WITH_TOYS)
    return run_project(project, town.project, out=out)


def test_a_row_in_each_table_goes_through_a_whole_run(toy_town, tmp_path: Path) -> None:
    result = run_with_toys(toy_town, tmp_path / "out")
    found = result.findings.exploratory["homicide:taller_than_neighbors:units"]
    assert (found.table["label"] == Label.HIGH_LOW.value).sum() == 1
    density = next(one for one in result.layers if one.name == "residents_per_hectare")
    # Four square kilometers of 250,000 m² units hold all residents.
    polygons = result.plan.polygons
    assert (density.values * polygons.area / 10_000).sum() == pytest.approx(
        toy_town.units()["POBTOT"].sum()
    )
    internal = tmp_path / "out" / "internal"
    page = (internal / "briefing.html").read_text("utf-8")
    assert "taller than neighbors · unidades censales" in page
    assert "alto, entre vecinos bajos" in page
    assert "Densidad de juguete" in page
    report = (internal / "report.html").read_text("utf-8")
    assert "taller than neighbors" in report
    assert "the census of the toy" in report
    tests = pd.read_csv(internal / "tests.csv", encoding="utf-8-sig")
    assert (tests["test"] == "taller_than_neighbors").sum() == len(result.units)
    meanings = pd.read_csv(internal / "data_dictionary.csv", encoding="utf-8-sig")
    meanings = meanings.drop_duplicates("column").set_index("column")["meaning"]
    assert "taller than neighbors" in meanings["homicide_taller_than_neighbors_label"]
    assert "Densidad de juguete" in meanings["residents_per_hectare"]


def test_a_toy_may_be_the_headline_test_of_its_question(toy_town, tmp_path: Path) -> None:
    headline = 'clusters = { test = "taller_than_neighbors", level = "units" }\nexploratory = []'
    toy_town.edit('exploratory = [{ test = "taller_than_neighbors", level = "units" }]', headline)
    result = run_with_toys(toy_town, tmp_path / "out")
    found = result.findings.clusters["homicide"]
    assert (found.test, found.headline) == ("taller_than_neighbors", True)
    assert result.findings.exploratory == {}


def test_the_tables_of_a_run_are_its_own(toy_town) -> None:
    with pytest.raises(ProjectFileError, match=r"exploratory\.0\.test: came as 'taller_than_nei"):
        load_project(toy_town.project)


@pytest.mark.parametrize(
    ("choice", "match"),
    [
        (
            'exploratory = [{ test = "moran", level = "units" }]',
            r"tests\.exploratory\.0\.test: came as 'moran'; the tests are 'getis_ord_star', "
            r".*'local_moran'.*'excess_risk'",
        ),
        (
            'exploratory = [{ test = "local_join_counts", level = "polygons" }]',
            r"tests\.exploratory\.0: local_join_counts runs on units, not on polygons",
        ),
        (
            'exploratory = [{ test = "local_moran", level = "city" }]',
            r"tests\.exploratory\.0\.level: came as 'city'; .*'units' or 'polygons'",
        ),
        (
            'clusters = { test = "local_geary", level = "units" }',
            r"tests\.clusters\.test: came as 'local_geary'; the headline tests of this question "
            r"are 'getis_ord_star', 'getis_ord', 'local_moran'\.",
        ),
        (
            'excess = { test = "getis_ord" }',
            r"tests\.excess\.test: came as 'getis_ord'; .* this question are 'excess_risk'\.",
        ),
        ("exploratory = [{ test = 7, level = 'units' }]", r"0\.test: came as 7; the tests are"),
    ],
)
def test_a_test_that_cannot_be_is_named_with_those_that_can(town, choice, match) -> None:
    town.edit('["homicide"]', f'["homicide"]\n{choice}')
    with pytest.raises(ProjectFileError, match=match):
        load_project(town.project)


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        ('"access"', '"acess"', r"layers\.1: its kind came as 'acess'; .*'areal', 'raster', 'acc"),
        ('kind = "access"\n', "", r"layers\.1: it has no kind; the kinds are 'areal', 'raster', '"),
        ('kind = "access"', "kind = 3", r"layers\.1: its kind came as 3; the kinds are 'areal',"),
        ('"LAT"\nunit', '"LAT"\nservise_name = "N"\nunit', r"layers\.1\.servise_name \(did you m"),
        ('column = "pobreza"\n', "", r"layers\.0: give either column, or numerator and denominat"),
    ],
)
def test_a_layer_that_cannot_be_is_named_with_its_key(town, before, after, match) -> None:
    town.edit(before, after)
    with pytest.raises(ProjectFileError, match=match):
        load_project(town.project)


@pytest.mark.parametrize("language", languages())
def test_every_test_of_the_table_has_its_words(language) -> None:
    for name, row in TESTS.items():
        assert row.name == name
        assert has_text(f"test.{name}", language)
        assert has_text(f"theme.{row.kind.theme or name}", language)
        for label in row.kind.labels:
            assert has_text(f"label.{label.replace(' ', '_')}", language)


def test_every_label_is_drawn() -> None:
    assert {*STYLES, *UNTESTED, Label.NOT_SIGNIFICANT} == {*Label}


def test_every_test_of_the_table_runs(town, tmp_path: Path) -> None:
    chosen = [f'{{ test = "{name}", level = "{row.levels[0]}" }}' for name, row in TESTS.items()]
    town.edit('["homicide"]', f'["homicide"]\nexploratory = [{", ".join(chosen)}]')
    result = run_project(load_project(town.project), town.project, out=tmp_path / "out")
    found = [*result.findings.exploratory.values(), *result.findings.clusters.values()]
    assert {one.test for one in found} == {*TESTS}
    for one in found:
        assert {*one.table["label"]} <= {*one.kind.labels, Label.NOT_SIGNIFICANT, *UNTESTED}


def test_the_tables_are_not_changed_in_place() -> None:
    assert isinstance(TESTS, MappingProxyType)
    assert isinstance(LAYERS, MappingProxyType)


def test_init_names_what_can_be_tested_and_laid_over_the_polygons(town) -> None:
    written = write_project_file(
        town.folder / "new.toml",
        units=town.folder / "units.gpkg",
        incidents=town.folder / "incidents.csv",
    ).read_text("utf-8")
    for name in [*TESTS, *LAYERS]:
        assert name in written
    assert load_project(town.folder / "new.toml").layers == ()
