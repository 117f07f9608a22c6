"""The sample city's truth, which only tests read: what is truly high is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.project.config.settings import load_project
from hotspots.project.run.inputs import read_inputs
from hotspots.project.run.pipeline import RunResult, compute
from hotspots.schema import RAISED
from hotspots.spatial.files.vector import read_vector

JUAREZ = Path(__file__).parents[2] / "sample_data" / "juarez"
DISTRICT = 30_000
"""Residents; a planted place below is one of the two small ones."""
PERIOD = ("2009", "2014")
"""Both halves of the moving places: what is found, and the truth it is held to, are of all six."""


@pytest.fixture(scope="module")
def result() -> RunResult:
    project = load_project(JUAREZ / "project.toml")
    tests = project.tests.model_copy(update={"period": PERIOD})
    project = project.model_copy(update={"tests": tests})
    return compute(project, read_inputs(project, JUAREZ), lambda stage: None)


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    """Unit × category → name of the planted place, missing elsewhere."""
    table = pd.read_csv(JUAREZ / "verdad" / "units.csv", dtype=str)
    return table.set_index("CVEGEO").rename_axis("unit_id")


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    return read_vector(JUAREZ / "verdad" / "places.geojson", what="truth")


@pytest.fixture(scope="module")
def risk(result: RunResult) -> pd.DataFrame:
    """Unit × category → the true risk over the period, each span of years by its events."""
    table = pd.read_csv(JUAREZ / "verdad" / "risk.csv").set_index("CVEGEO")
    table = table.rename_axis("unit_id").reindex(result.units.index)
    year, category = result.incidents["date"].dt.year, result.incidents["category"]
    found = {}
    for name in result.project.tests.categories:
        if name in table:
            found[name] = table[name]
            continue
        spans = table.filter(like=f"{name}_")
        years = [[int(year) for year in span.split("_")[-2:]] for span in spans]
        events = [(category.eq(name) & year.between(*span)).sum() for span in years]
        level = [np.average(spans[span], weights=result.units["population"]) for span in spans]
        found[name] = pd.Series(np.average(spans / level, axis=1, weights=events), spans.index)
    return pd.DataFrame(found)


def multiples(result: RunResult, risk: pd.DataFrame, category: str) -> pd.Series:
    """How many times the median polygon's true risk each polygon has."""
    residents = result.units["population"]
    of_polygon = result.plan.membership
    living = residents.groupby(of_polygon).sum()
    true = (risk[category] * residents).groupby(of_polygon).sum() / living
    return true / true.median()


def hot_share(result: RunResult, category: str, inside: pd.Series) -> float:
    """Share of the residents of the units given who live in hot units."""
    residents = result.units.loc[inside, "population"]
    hot = result.findings.clusters[category].table["label"].isin(RAISED)
    return float(residents[hot[inside]].sum() / residents.sum())


def excess_tables(result: RunResult) -> dict[str, pd.DataFrame]:
    return {category: excess.table for category, excess in result.findings.excess.items()}


def test_what_was_planted_has_three_times_the_typical_risk(
    result: RunResult, planted: pd.DataFrame, places: gpd.GeoDataFrame, risk: pd.DataFrame
) -> None:
    """The truth itself: over all six years a place that moved away keeps less than all of it."""
    for place in places.itertuples():
        inside = planted[place.category].eq(place.name).reindex(risk.index, fill_value=False)
        residents = result.units["population"]
        here = np.average(risk.loc[inside, place.category], weights=residents[inside])
        typical = (risk[place.category] * residents).groupby(result.plan.membership).sum()
        typical = (typical / residents.groupby(result.plan.membership).sum()).median()
        lasting = (place.first_year, place.last_year) == (2009, 2014)
        assert here / typical > (2.2 if lasting else 1.3)


def test_where_homicide_is_at_three_times_the_typical_half_of_the_residents_live_in_hot_units(
    result: RunResult, risk: pd.DataFrame
) -> None:
    high = multiples(result, risk, "homicide") >= 3
    assert high.sum() >= 5
    inside = result.plan.membership.isin(high.index[high]).reindex(result.units.index)
    assert hot_share(result, "homicide", inside) >= 0.50


def test_of_the_polygons_at_three_times_the_typical_most_hold_hot_units(
    result: RunResult, risk: pd.DataFrame
) -> None:
    found = []
    for category, clusters in result.findings.clusters.items():
        hot = clusters.table["label"].isin(RAISED)
        share = hot.groupby(result.plan.membership).any()
        found.append(share[multiples(result, risk, category) >= 3])
    labeled = pd.concat(found)
    assert len(labeled) >= 15
    assert labeled.mean() >= 0.80


def test_hot_units_lie_where_the_risk_is_high(result: RunResult, risk: pd.DataFrame) -> None:
    """A hot unit stands for itself and its neighbors: its polygon is above the typical one."""
    for category, clusters in result.findings.clusters.items():
        hot = clusters.table.index[clusters.table["label"].isin(RAISED)]
        of_polygon = multiples(result, risk, category)[result.plan.membership[hot]]
        assert (of_polygon > 1).mean() >= 0.95 if len(hot) else category == "kidnapping"


def test_of_the_polygons_at_three_times_the_typical_85_percent_are_above(
    result: RunResult, risk: pd.DataFrame
) -> None:
    """Those on which at least 20 events are usual."""
    found = []
    for category, table in excess_tables(result).items():
        high = multiples(result, risk, category) >= 3
        usual = table["statistic"].median() >= 20
        found.append(table.loc[high & usual, "label"].isin(RAISED))
    labeled = pd.concat(found)
    assert len(labeled) >= 15
    assert labeled.mean() >= 0.85


def test_of_the_polygons_above_at_most_5_percent_are_truly_below_the_multiple(
    result: RunResult, risk: pd.DataFrame
) -> None:
    true = pd.concat(
        [
            multiples(result, risk, category)[table["label"].isin(RAISED)]
            for category, table in excess_tables(result).items()
        ]
    )
    assert len(true) >= 50
    assert (true <= 1.5).mean() <= 0.05


def test_of_the_polygons_truly_above_half_are_found(result: RunResult, risk: pd.DataFrame) -> None:
    found = []
    for category, table in excess_tables(result).items():
        found.append(table.loc[multiples(result, risk, category) > 1.5, "label"].isin(RAISED))
    labeled = pd.concat(found)
    assert len(labeled) >= 100
    assert labeled.mean() >= 0.50


def test_kidnapping_the_control_shows_nothing(result: RunResult, risk: pd.DataFrame) -> None:
    assert multiples(result, risk, "kidnapping").max() < 1.5
    for headline in (result.findings.clusters, result.findings.excess):
        assert not headline["kidnapping"].table["label"].isin(RAISED).any()


def test_innocent_polygons_are_few(result: RunResult, risk: pd.DataFrame) -> None:
    """Polygons truly at or below 1.5 times the typical risk are labeled at most at the level."""
    innocent = [
        table.loc[multiples(result, risk, category) <= 1.5, "label"].isin(RAISED)
        for category, table in excess_tables(result).items()
    ]
    assert pd.concat(innocent).mean() <= 0.01


def test_units_above_are_truly_above(result: RunResult, risk: pd.DataFrame) -> None:
    true = []
    for category in result.project.tests.categories:
        one = result.findings.exploratory[f"{category}:excess_risk:units"]
        assert (one.variable, one.level, one.headline) == (category, "units", False)
        raised = one.table["label"].isin(RAISED)
        lived = result.units["population"] > 0
        true.append((risk[category] / risk.loc[lived, category].median())[raised])
    labeled = pd.concat(true)
    assert len(labeled) >= 100
    # At most 5% are expected to be wrong; this is one city, with its own binomial error.
    assert (labeled > 1.5).mean() >= 0.95 - 2 * (0.05 * 0.95 / len(labeled)) ** 0.5


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
