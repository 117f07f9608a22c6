from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.clusters.confidence import confidence, confidence_bins
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.multiple_testing import adjusted, correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.errors import InputError

LEVELS = {"90%": 0.10, "95%": 0.05, "99%": 0.01}
"""The bins that a map of hot spots has (ArcGIS and GeoDa), the widest first."""


@pytest.fixture
def results(lattice):
    graph, generator = lattice(10, 10), np.random.default_rng(3)
    found = {}
    for category, raised in (("robbery", 3.0), ("theft", 1.0), ("fraud", 0.7), ("arson", 0.0)):
        values = pd.Series(generator.normal(10, 1, 100))
        values[[33, 34, 35, 43, 44, 45, 53, 54, 55]] += raised
        found[category] = getis_ord(values, graph, family=400)
    return found


def at_least(bins, name):
    """Return which places are in that bin or a narrower one."""
    narrower = list(LEVELS)[list(LEVELS).index(name) :]
    return bins["confidence"].isin(narrower)


def test_bins_are_the_labels_of_a_test_made_at_each_level(lattice):
    values = pd.Series(np.random.default_rng(0).normal(10, 1, 100))
    values[[33, 34, 35, 43, 44, 45, 53, 54, 55]] += 2
    values[[71, 72, 81, 82, 91, 92]] -= 2
    bins = confidence(getis_ord(values, lattice(10, 10), permutations=19_999))
    assert set(bins["confidence"]) == {"", *LEVELS}
    for name, level in LEVELS.items():
        table = getis_ord(values, lattice(10, 10), alpha=level, permutations=19_999).table
        labeled = table["label"] != "not significant"
        np.testing.assert_array_equal(at_least(bins, name), labeled)
        # The tail is kept: hot is hot and cold is cold in every bin.
        pd.testing.assert_series_equal(bins["label"][labeled], table["label"][labeled])
    assert {"hot", "cold"} <= set(bins["label"])


def test_bins_of_a_family_are_its_labels_at_each_level(results):
    for family in (results, correct_family(results)):
        bins = confidence_bins(family)
        for name, level in LEVELS.items():
            for category, one in correct_family(results, alpha=level).items():
                labeled = one.table["label"] != "not significant"
                np.testing.assert_array_equal(at_least(bins[category], name), labeled)
    assert (bins["robbery"]["confidence"] == "99%").any()
    assert (bins["arson"]["confidence"] == "").all()


def test_one_q_would_not_do():
    # Two categories of one place. At 5% only the first passes, so its place is asked for half
    # the level (q doubled); at 10% both pass (Benjamini & Bogomolov 2014, §3).
    p = [np.array([0.001]), np.array([0.08])]
    assert [q[0] for q in adjusted(p, "fdr", 0.05)] == pytest.approx([0.002, 0.16])
    assert [q[0] for q in adjusted(p, "fdr", 0.10)] == pytest.approx([0.001, 0.08])


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.floats(1e-5, 1.0), min_size=1, max_size=8), min_size=1, max_size=5),
    st.sampled_from(["fdr", "by", "bonferroni", "none"]),
)
def test_a_99_percent_place_is_a_95_and_a_90_percent_place(values, correction):
    p = [np.array(one) for one in values]
    passed = [[q <= level for q in adjusted(p, correction, level)] for level in (0.01, 0.05, 0.10)]
    for narrow, wide in pairwise(passed):
        for strict, loose in zip(narrow, wide, strict=True):
            assert not (strict & ~loose).any()


def test_untested_places_have_no_bin():
    count = pd.Series([20, 27, 14, 19, 23] * 8)
    people = pd.Series(10_000.0, index=count.index)
    count[7], people[5] = 90, 0
    with pytest.warns(UserWarning, match="without residents"):
        bins = confidence(excess_risk(count, people))
    assert bins.loc[5].tolist() == ["no data", ""]
    assert bins.loc[7].tolist() == ["above", "99%"]


def test_a_place_at_the_mean_has_no_bin():
    # Its candidate is "not significant", whatever its q.
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    line = Graph.from_weights_dict(
        {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 5} for i in range(5)}
    )
    assert confidence(local_moran(values, line, correction="none"))["confidence"][2] == ""


def test_auto_permutations_are_enough_for_the_99_percent_bin(lattice):
    # A single place alone: 2/(P+1) times its 100 tests is a tenth of .05, below .01.
    values = pd.Series(np.random.default_rng(1).normal(10, 1, 100))
    result = getis_ord(values, lattice(10, 10))
    assert result.least_p * result.family <= LEVELS["99%"]


def test_bad_input(results):
    corrected = correct_family(results)
    with pytest.raises(InputError, match=r"confidence_bins\(\)"):
        confidence(corrected["robbery"])
    for other in ({"a": 1}, 3, None):
        with pytest.raises(InputError, match=r"result of 'one' came as .*Only a local test"):
            confidence(other)
    with pytest.raises(InputError, match="no result"):
        confidence_bins({})
    mixed = {**results, "arson": correct_family(results, correction="none")["arson"]}
    with pytest.raises(InputError, match="different ways"):
        confidence_bins(mixed)
