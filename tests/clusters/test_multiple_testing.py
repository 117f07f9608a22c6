from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.clusters.confidence import confidence_bins
from hotspots.clusters.local.getis_ord import GI_STAR, getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.whole_map.global_statistics import global_moran
from hotspots.errors import HotspotsWarning, InputError
from hotspots.schema import LocalResult


@pytest.fixture
def results(lattice):
    graph, generator = lattice(10, 10), np.random.default_rng(0)
    found = {}
    for category, raised in (("robbery", 6.0), ("theft", 1.5), ("arson", 0.0)):
        values = pd.Series(generator.normal(10, 1, 100))
        values[[33, 34, 35, 43, 44, 45, 53, 54, 55]] += raised
        found[category] = getis_ord(values, graph, family=300)
    return found


def test_two_steps_of_benjamini_and_bogomolov(results):
    # Benjamini & Bogomolov (2014), §3: select categories by BH on their Simes p, then BH
    # within each selected one at alpha × selected / tested.
    corrected = correct_family(results)
    assert list(corrected) == list(results)
    p = {category: result.table["p"] for category, result in results.items()}
    simes = [(np.sort(values) * 100 / np.arange(1, 101)).min() for values in p.values()]
    selected = stats.false_discovery_control(simes) <= 0.05
    assert selected[0]
    assert not selected[2]
    for (category, result), chosen in zip(corrected.items(), selected, strict=True):
        passes = stats.false_discovery_control(p[category]) <= 0.05 * selected.sum() / 3
        labeled = result.table["label"].isin(["hot", "cold"])
        np.testing.assert_array_equal(labeled, passes & chosen)
        np.testing.assert_array_equal(labeled, result.table["q"] <= 0.05)
        assert result.headline
        assert result.family == 300
    assert (corrected["robbery"].table["label"] == "hot").sum() >= 5


def test_bonferroni_is_over_all_places_of_all_categories(results):
    corrected = correct_family(results, correction="bonferroni")
    for category, result in results.items():
        expected = np.minimum(result.table["p"] * 300, 1)
        np.testing.assert_allclose(corrected[category].table["q"], expected)


def test_one_category_alone_is_corrected_as_it_was(lattice):
    values = pd.Series(np.random.default_rng(2).normal(size=100))
    values[[33, 34, 43, 44]] += 3
    result = getis_ord(values, lattice(10, 10))
    again = correct_family({"one": result})["one"]
    pd.testing.assert_series_equal(again.table["label"], result.table["label"])


def test_results_are_not_changed(results):
    before = {category: result.table.copy() for category, result in results.items()}
    correct_family(results, correction="bonferroni")
    for category, result in results.items():
        pd.testing.assert_frame_equal(result.table, before[category])
        assert not result.headline


def test_a_place_that_passes_only_by_its_family_gets_the_label_of_its_tail(lattice):
    values = pd.Series(np.random.default_rng(1).normal(size=100))
    values[[33, 34, 43, 44]] += 2
    strict = local_moran(values, lattice(10, 10), correction="bonferroni")
    loose = correct_family({"one": strict}, correction="none")["one"]
    again = local_moran(values, lattice(10, 10), correction="none")
    pd.testing.assert_frame_equal(loose.table, again.table)


def test_untested_places_keep_their_label():
    count, people = pd.Series([5, 9, 4, 60, 7, 3]), pd.Series([100, 100, 100, 100, 100, 0])
    with pytest.warns(UserWarning, match="without residents"):
        result = excess_risk(count, people, null="binomial")
    corrected = correct_family({"a": result, "b": result})["a"]
    assert corrected.table["label"][5] == "no data"
    assert corrected.family == 10


def test_what_the_floor_of_the_draws_loses_is_said():
    # Thirty categories of 100 places; in one, 7 at the least p of 1,999 draws, .001. Alone they
    # pass (.001·100/7 = .014); among thirty their category is asked for .05/30, and fails.
    p = np.linspace(0.2, 1, 100)
    results = {f"c{number:02d}": local(p, 1_999) for number in range(30)}
    results["c07"] = local(np.where(np.arange(100) < 7, 2 / 2000, p), 1_999)
    with pytest.warns(
        HotspotsWarning,
        match=r"7 places of c07 have the least p that 1,999 .*all 3,000 tests.*1,199,999 perm",
    ):
        lost = correct_family(results)["c07"]
    assert (lost.table["label"] == "not significant").all()
    # As many draws as it says are enough, and nothing is said.
    results["c07"] = local(np.where(np.arange(100) < 7, 2 / 1_200_000, p), 1_199_999)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = correct_family(results)["c07"]
    assert (found.table["label"] == "hot").sum() == 7


def local(p, permutations):
    table = pd.DataFrame({"statistic": 0.0, "expected": 0.0, "z": 0.0, "p": p, "q": p})
    return LocalResult(
        table.assign(label="not significant"), GI_STAR, "y", "total", "two-sided", "fdr",
        0.05, len(p), permutations, least_p=2 / (permutations + 1),
        candidate_label=pd.Series("hot", index=table.index),
    )  # fmt: skip


@pytest.mark.parametrize("correct", [correct_family, confidence_bins])
def test_what_is_no_mapping_of_results_of_one_test(results, lattice, correct):
    other = local_moran(pd.Series(np.arange(100.0)), lattice(10, 10))
    with pytest.raises(InputError, match=r"results came as a list\. Give a mapping of category"):
        correct(list(results.values()))
    with pytest.raises(InputError, match="results came as a LocalResult"):
        correct(other)
    with pytest.raises(InputError, match="result of 'b' came as a int"):
        correct({"a": other, "b": 3})
    whole = global_moran(pd.Series(np.arange(100.0)), lattice(10, 10))
    with pytest.raises(InputError, match=r"'b' came as a GlobalResult\. Only a local test"):
        correct({"a": other, "b": whole})
    with pytest.raises(InputError, match=r"different tests \(getis_ord_star, local_moran\)"):
        correct({**results, "other": other})
    with pytest.raises(InputError, match="has no candidate_label"):
        correct({"a": replace(other, candidate_label=None)})


def test_bad_input(results):
    with pytest.raises(InputError, match="no result"):
        correct_family({})
    with pytest.raises(InputError, match="between 0 and 1"):
        correct_family(results, alpha=5)
    with pytest.raises(InputError, match="'holm'"):
        correct_family(results, correction="holm")
