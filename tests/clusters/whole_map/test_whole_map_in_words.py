"""What a scan and a global statistic say of themselves, in print and in both languages."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.catalogue import languages, significant
from hotspots.clusters.scan.scan import spatial_scan
from hotspots.clusters.whole_map.global_statistics import (
    global_geary,
    global_getis_ord,
    global_join_counts,
    global_moran,
)

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
        "the spread of risk between this city's places, upper tail, 5% for all circles together",
    ):
        assert piece in scan.sentence()
    assert "cúmulo de robos" in scan.sentence("es", variable="robos")
    assert f"{first['center']}" in scan._repr_html_()
    assert "199, seed 0; least p 0.005" in repr(scan)


def test_a_scan_says_what_its_risk_is_compared_with(scan):
    # Under the robust null it is the bulk's median, under the binomial the rest of the map.
    risk = significant(scan.clusters["relative_risk"].iloc[0], "en")
    assert "would be expected at the median risk of the bulk" in scan.sentence()
    assert f"{risk} times as many (p" in scan.sentence()
    assert f"{risk} veces esa cifra (p" in scan.sentence("es")
    binomial = replace(scan, null="binomial")
    assert f"were expected, {risk} times the rest (p" in binomial.sentence()
    assert f"{risk} veces el resto (p" in binomial.sentence("es")


def test_a_scan_has_a_table_of_its_areas(scan):
    table, first = scan.table, scan.clusters.iloc[0]
    assert table.index.equals(INDEX)
    assert table.columns.tolist() == ["cluster", "p", "label"]
    inside = table["cluster"].notna()
    assert inside.sum() == scan.clusters["members"][scan.clusters["p"] <= 0.05].sum()
    assert set(table["label"][inside]) == {"excess"}
    assert set(table["label"][~inside]) == {"not significant"}
    assert table["p"][table["cluster"] == 1].unique().tolist() == [first["p"]]
    assert table["p"][~inside].isna().all()
    pd.testing.assert_series_equal(scan.membership, table["cluster"])


def test_a_global_statistic_has_a_table_of_one_row(lattice):
    values = pd.Series(np.random.default_rng(1).normal(size=100), name="x")
    result = global_moran(values, lattice(10, 10))
    assert result.table.index.tolist() == ["x"]
    row = result.table.loc["x"]
    assert (row["test"], row["statistic"], row["p"]) == (
        "global_moran", result.statistic, result.p,
    )  # fmt: skip
    assert (row["n"], row["left_out"]) == (100, 0)


def test_a_scan_without_a_finding_says_so(scan):
    quiet = replace(scan, clusters=scan.clusters.head(1).assign(p=0.4))
    assert "no circle stands out in thefts more than chance allows" in quiet.sentence()
    assert "the nearest to it:" in quiet.sentence()
    assert "smallest possible p: 0.20" in replace(quiet, least_p=0.2).sentence()
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
    # At the floor no arrangement was as extreme: the sentence must not say that any was.
    assert f"p = {result.p:.3f} (999" in sentence
    assert result.p == 0.002
    assert "999" in repr(result)
    assert f"weights       {result.weights}" in repr(result)
    assert "100 places with 6.84 neighbors in the mean, equal weights" in result.weights
    assert "<table>" in result._repr_html_()


def test_a_global_statistic_says_what_it_left_out(lattice):
    values = pd.Series(np.random.default_rng(1).normal(size=100), name="x")
    values[[3, 4]] = np.nan
    result = global_moran(values, lattice(10, 10))
    assert "2 are left out" in result.sentence()
    assert "98, 2 left out" in repr(result)
