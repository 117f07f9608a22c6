"""Power: what is planted is found. A test that never alarms keeps its level, and is no test."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.join_counts import local_join_counts
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.scan.scan import spatial_scan

MAPS = 12
BLOCK = [33, 34, 35, 43, 44, 45, 53, 54, 55]
"""Three by three places in the middle of ten by ten."""

TESTS = {
    "Gi*": lambda values, graph, seed: getis_ord(values, graph, seed=seed),
    "Gi": lambda values, graph, seed: getis_ord(values, graph, star=False, seed=seed),
    "local Moran": lambda values, graph, seed: local_moran(values, graph, seed=seed),
    "bivariate Moran": lambda values, graph, seed: local_moran_bivariate(
        values, values.rename("other"), graph, seed=seed
    ),
    "local Geary": lambda values, graph, seed: local_geary(values, graph, seed=seed),
    "join counts": lambda values, graph, seed: local_join_counts(
        (values > 2).astype(float), graph, seed=seed
    ),
}


def planted(seed):
    """A map of noise in which the block is four deviations higher."""
    values = pd.Series(np.random.default_rng(seed).normal(size=100))
    values[BLOCK] += 4
    return values


@pytest.mark.parametrize("test", TESTS)
def test_the_middle_of_a_planted_block_is_labeled_on_nearly_every_map(lattice, test):
    graph = lattice(10, 10)
    found = [
        TESTS[test](planted(seed), graph, seed).table["label"][44] != "not significant"
        for seed in range(MAPS)
    ]
    # The middle's eight neighbors are all raised: its z is beyond 8 for the sums, so that a
    # sound test misses it on next to no map.
    assert sum(found) >= MAPS - 1


@pytest.mark.parametrize("test", ["Gi*", "local Moran"])
def test_unequal_weights_find_it_as_well(lattice, test):
    graph = lattice(10, 10)
    weights = {
        focal: {other: 1 + (focal + other) % 3 / 10 for other in graph[focal].index}
        for focal in graph.unique_ids
    }
    uneven = type(graph).from_weights_dict(weights)
    found = [
        TESTS[test](planted(seed), uneven, seed).table["q"][44] <= 0.05 for seed in range(MAPS // 2)
    ]
    assert all(found)


@pytest.mark.parametrize(
    ("null", "label"), [("at_least", "above"), ("spread", "extreme"), ("binomial", "excess")]
)
def test_a_place_of_three_times_the_risk_is_above_the_city(null, label):
    people = pd.Series(12_000.0, index=range(100))
    for seed in range(MAPS):
        rng = np.random.default_rng(seed)
        counts = pd.Series(rng.poisson(30, 100))
        # 90 where 30 are usual is eleven deviations of counting.
        counts[44] = rng.poisson(90)
        assert excess_risk(counts, people, null=null).table["label"][44] == label


def test_a_planted_cluster_is_scanned():
    row, column = np.divmod(np.arange(100), 10)
    squares = shapely.box(column * 1e3, row * 1e3, column * 1e3 + 1e3, row * 1e3 + 1e3)
    areas = gpd.GeoDataFrame(geometry=squares, crs=32613)
    people = pd.Series(12_000.0, index=range(100))
    for seed in range(MAPS // 3):
        counts = pd.Series(np.random.default_rng(seed).poisson(20, 100))
        counts[BLOCK] += 30
        found = spatial_scan(counts, people, areas, simulations=199, seed=seed)
        members = found.table.index[found.table["label"] == "excess"]
        assert set(BLOCK) & set(members) >= {34, 43, 44, 45, 54}
