"""The sample city without a planted place: each headline test labels nothing, nearly always.

``make test-slow`` runs it; its figures are in docs/evidence/calibration.md.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.units.read import read_units
from hotspots.schema import LOWERED, RAISED, PolygonPlan
from hotspots.spatial.weights import neighbors

SAMPLES = Path(__file__).parents[2] / "sample_data"
SEEDS = 100
SIMULTANEOUS = 9
"""So many of a hundred maps may show a label: 5%, and two standard errors of a share of 100."""


@pytest.fixture(scope="module")
def make_cities() -> ModuleType:
    sys.path.insert(0, str(SAMPLES))
    try:
        spec = importlib.util.spec_from_file_location("make_cities", SAMPLES / "make_cities.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SAMPLES))
    return module


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return read_units(SAMPLES / "juarez" / "unidades.geojson", population="POBTOT", id="CVEGEO")


@pytest.fixture(scope="module")
def plan(units: gpd.GeoDataFrame) -> PolygonPlan:
    return build_polygons(units, similarity=["pobreza"], name="NOM_COL", seed=2014)


def patternless(make_cities: ModuleType, seed: int) -> dict[str, pd.Series]:
    """Category → events by unit, of the city of that seed: no planted place, no spread of risk."""
    codes, _ = make_cities.unit_table("juarez")
    events = make_cities.draw_incidents("juarez", seed, planted=False, spread=False)
    return {
        name: pd.Series(counts, codes).rename_axis("unit_id") for name, counts in events.items()
    }


def any_label(results: dict) -> bool:
    return any(result.table["label"].isin([*RAISED, *LOWERED]).any() for result in results.values())


@pytest.mark.slow
def test_clusters_label_nothing_in_a_city_without_planted_places(
    make_cities: ModuleType, units: gpd.GeoDataFrame
) -> None:
    graph = neighbors(units)
    labeled = 0
    for seed in range(SEEDS):
        counts = patternless(make_cities, seed)
        family = len(counts) * len(units)
        labeled += any_label(
            correct_family(
                {
                    name: getis_ord(
                        events.reindex(units.index).where(units["population"] > 0, 0),
                        graph,
                        exposure=units["population"],
                        alternative="greater",
                        family=family,
                    )
                    for name, events in counts.items()
                }
            )
        )
    print(f"\nGi* on units: {labeled} of {SEEDS} maps with any label")
    assert labeled <= SIMULTANEOUS


@pytest.mark.slow
def test_excess_labels_nothing_in_a_city_without_planted_places(
    make_cities: ModuleType, units: gpd.GeoDataFrame, plan: PolygonPlan
) -> None:
    labeled = 0
    residents = plan.polygons["population"]
    for seed in range(SEEDS):
        counts = patternless(make_cities, seed)
        by_polygon = {
            name: events.groupby(plan.membership).sum().reindex(residents.index, fill_value=0)
            for name, events in counts.items()
        }
        labeled += any_label(
            correct_family(
                {
                    name: excess_risk(events.astype(np.int64), residents, seed=seed)
                    for name, events in by_polygon.items()
                }
            )
        )
    print(f"\nExcess risk of polygons: {labeled} of {SEEDS} maps with any label")
    assert labeled <= SIMULTANEOUS


@pytest.mark.slow
def test_excess_of_units_labels_one_category_in_twenty_at_most(
    make_cities: ModuleType, units: gpd.GeoDataFrame
) -> None:
    """The exploratory one: every category of every map with a correction of its own."""
    labeled = maps = 0
    residents = units["population"]
    for seed in range(SEEDS):
        for events in patternless(make_cities, seed).values():
            counts = events.reindex(units.index).where(residents > 0, 0).astype(np.int64)
            labeled += any_label({"one": excess_risk(counts, residents, seed=seed)})
            maps += 1
    print(f"\nExcess risk of units: {labeled} of {maps} maps of one category with any label")
    assert labeled <= 0.05 * maps
