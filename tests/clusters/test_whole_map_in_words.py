"""What a scan and a global statistic say of themselves, in print and in both languages."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.catalogue import languages
from hotspots.clusters.global_statistics import (
    global_geary,
    global_getis_ord,
    global_join_counts,
    global_moran,
)
from hotspots.clusters.scan import spatial_scan

INDEX = pd.Index([f"p{i}" for i in range(100)], name="polygon_id")


@pytest.fixture(scope="module")
def scan():
    areas = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(np.arange(100) % 10 * 900.0, np.arange(100) // 10 * 900.0),
        index=INDEX,
        crs=32613,
    )
    count = pd.Series(np.random.default_rng(0).poisson(20, 100), index=INDEX, name="thefts")
    count.iloc[[22, 23, 32, 33]] = 70
    return spatial_scan(count, pd.Series(12_000, index=INDEX), areas, simulations=199)


def test_a_scan_says_its_most_likely_cluster(scan):
    first = scan.clusters.iloc[0]
    for piece in (
        "Of 100 polygons",
        "up to 50% of the exposure",
        "stands out in thefts",
        f"{first['members']} polygons about {first['center']}, {first['count']} where",
        "the city's ordinary variation (robust), upper tail, 5% for all circles together",
    ):
        assert piece in scan.sentence()
    assert "cúmulo de robos" in scan.sentence("es", variable="robos")
    assert f"{first['center']}" in scan._repr_html_()
    assert "199, seed 0; least p 0.005" in repr(scan)


def test_a_scan_without_a_finding_says_so(scan):
    quiet = replace(scan, clusters=scan.clusters.head(1).assign(p=0.4))
    assert "no circle stands out in thefts more than chance allows" in quiet.sentence()
    assert "the nearest to it:" in quiet.sentence()
    assert "least possible p: 0.20" in replace(quiet, least_p=0.2).sentence()
    nothing = replace(scan, clusters=scan.clusters.head(0))
    assert "nothing to scan" in nothing.sentence()
    assert "no hay nada que barrer" in nothing.sentence("es")
    assert "0 with p" in repr(nothing)


def test_a_name_from_a_file_is_escaped(scan):
    assert "<script>" not in replace(scan, variable="<script>")._repr_html_()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("test", "leans"),
    [
        (global_moran, ("more", "más")),
        (global_geary, ("less", "menos")),
        (global_getis_ord, ("more", "más")),
        (global_join_counts, ("more", "más")),
    ],
)
def test_a_global_statistic_says_which_way_it_leans(lattice, test, leans, language):
    values = pd.Series(np.arange(100) // 10 + 1, name="x", index=range(100))
    if test is global_join_counts:
        values = (values > 5).astype(int)
    result = test(values, lattice(10, 10))
    sentence = result.sentence(language)
    assert leans[language == "es"] in sentence
    assert "0.2%" in sentence
    assert "999" in repr(result)
    assert "<table>" in result._repr_html_()


def test_a_global_statistic_says_what_it_left_out(lattice):
    values = pd.Series(np.random.default_rng(1).normal(size=100), name="x")
    values[[3, 4]] = np.nan
    result = global_moran(values, lattice(10, 10))
    assert "2 are left out" in result.sentence()
    assert "98, 2 left out" in repr(result)
