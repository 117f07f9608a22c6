"""The sample city's truth, which only tests read: what was planted is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.project.config.settings import load_project
from hotspots.project.run.inputs import read_inputs
from hotspots.project.run.pipeline import RunResult, compute
from hotspots.schema import RAISED
from hotspots.spatial.vector import read_vector

JUAREZ = Path(__file__).parents[2] / "sample_data" / "juarez"
DISTRICT = 30_000
"""Residents; a planted place below is one of the two small ones."""


@pytest.fixture(scope="module")
def result() -> RunResult:
    project = load_project(JUAREZ / "project.toml")
    return compute(project, read_inputs(project, JUAREZ), lambda stage: None)


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    """Unit × category → name of the planted place, missing elsewhere."""
    table = pd.read_csv(JUAREZ / "verdad" / "units.csv", dtype=str)
    return table.set_index("CVEGEO").rename_axis("unit_id")


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    return read_vector(JUAREZ / "verdad" / "places.geojson", what="truth")


def hot_share(result: RunResult, planted: pd.DataFrame, category: str, names: list[str]) -> float:
    """Share of the residents of planted places who live in hot units."""
    inside = planted[category].isin(names).reindex(result.units.index, fill_value=False)
    residents = result.units.loc[inside, "population"]
    hot = result.findings.clusters[category].table["label"].isin(RAISED)
    return float(residents[hot[inside]].sum() / residents.sum())


def large(places: gpd.GeoDataFrame, category: str) -> list[str]:
    chosen = (places["category"] == category) & (places["residents"] > DISTRICT)
    return places.loc[chosen, "name"].tolist()


def test_of_the_homicide_districts_residents_80_percent_live_in_hot_units(
    result: RunResult, planted: pd.DataFrame, places: gpd.GeoDataFrame
) -> None:
    names = large(places, "homicide")
    assert len(names) == 1
    assert hot_share(result, planted, "homicide", names) >= 0.80


def test_of_the_three_carjacking_districts_residents_half_live_in_hot_units(
    result: RunResult, planted: pd.DataFrame, places: gpd.GeoDataFrame
) -> None:
    names = large(places, "carjacking")
    assert len(names) == 3
    assert hot_share(result, planted, "carjacking", names) >= 0.50


def test_of_the_polygons_mostly_in_a_planted_place_80_percent_show_an_excess(
    result: RunResult, planted: pd.DataFrame
) -> None:
    population = result.units["population"]
    found = []
    for category, excess in result.findings.excess.items():
        inside = population.where(planted[category].notna().reindex(population.index), 0.0)
        share = (
            inside.groupby(result.plan.membership).sum()
            / population.groupby(result.plan.membership).sum()
        )
        mostly = share.index[share > 0.5]
        if len(mostly) and excess.table.loc[mostly, "statistic"].mean() >= 80:
            found.append(excess.table.loc[mostly, "label"].isin(RAISED))
    labeled = pd.concat(found)
    assert len(labeled) >= 20
    assert labeled.mean() >= 0.80


def test_kidnapping_shows_nothing(result: RunResult) -> None:
    for headline in (result.findings.clusters, result.findings.excess):
        assert not headline["kidnapping"].table["label"].isin(RAISED).any()


def test_innocent_polygons_are_few(result: RunResult, planted: pd.DataFrame) -> None:
    """Polygons that hold no resident of a planted place are labeled at most at the level."""
    labeled, innocent = 0, 0
    for category, excess in result.findings.excess.items():
        touched = result.plan.membership[planted[category].notna().reindex(result.units.index)]
        free = excess.table.drop(index=touched.unique())
        innocent += len(free)
        labeled += int(free["label"].isin(RAISED).sum())
    assert labeled / innocent <= 0.01


def test_units_with_an_excess_lie_in_planted_places(
    result: RunResult, planted: pd.DataFrame
) -> None:
    inside, labeled = 0, 0
    for category in result.project.tests.categories:
        one = result.findings.exploratory[f"{category}:excess_risk:units"]
        assert (one.variable, one.level, one.headline) == (category, "units", False)
        raised = one.table.index[one.table["label"].isin(RAISED)]
        labeled += len(raised)
        inside += int(planted[category].reindex(raised).notna().sum())
    assert labeled >= 100
    assert inside / labeled >= 0.95


def test_counts_over_all_fates_add_up(result: RunResult) -> None:
    rows = len(pd.read_csv(JUAREZ / "incidentes.csv", encoding="latin-1", dtype=str))
    assert len(result.incidents) == rows
    assert result.incidents["assignment_status"].notna().all()
    assert result.incidents["location_status"].notna().all()


def test_every_polygon_is_in_bounds_or_has_its_reason(result: RunResult) -> None:
    polygons = result.plan.polygons
    assert polygons["population"].sum() == result.units["population"].sum() == 1_332_131
    outside = polygons.index[~polygons["population"].between(10_000, 15_000)]
    assert set(outside) == set(result.plan.exceptions.index)
    assert (result.plan.exceptions["reason"].str.len() > 0).all()
    assert set(result.plan.membership.index) == set(result.units.index)
