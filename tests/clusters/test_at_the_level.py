"""Where q meets the level exactly: q ≤ alpha is the documented rule, and holds at equality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from hotspots.clusters.confidence import confidence
from hotspots.clusters.labels import labels
from hotspots.clusters.local.getis_ord import GI_STAR, getis_ord
from hotspots.clusters.multiple_testing import adjusted, correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.schema import LocalResult

INDEX = pd.Index(["a", "b", "c", "d"])


def hot(p):
    """A result by hand: places that lean hot, with these p."""
    p = np.asarray(p, dtype=float)
    table = pd.DataFrame(
        {"statistic": 0.0, "expected": 0.0, "z": 0.0, "p": p, "q": p, "label": "not significant"},
        index=pd.RangeIndex(p.size),
    )
    return LocalResult(
        table, GI_STAR, "y", "total", "two-sided", "none", 0.05, p.size,
        candidate_label=pd.Series("hot", index=table.index),
    )  # fmt: skip


def test_a_label_is_given_up_to_the_level_and_not_beyond():
    candidate = pd.Series(["hot", "cold", "hot", "isolate"], INDEX)
    q = pd.Series([0.05, 0.05, np.nextafter(0.05, 1), np.nan], INDEX)
    assert labels(candidate, q, 0.05).tolist() == ["hot", "cold", "not significant", "isolate"]


def test_a_test_whose_q_is_its_level_labels():
    # Two chosen of five on a ring: what each place's own q is, is the level asked for next.
    ring = Graph.from_weights_dict({i: {(i + 1) % 9: 1.0, (i - 1) % 9: 1.0} for i in range(9)})
    values = pd.Series([9.0, 8, 7, 1, 1, 1, 1, 1, 1])
    options = {"correction": "none", "permutations": 999, "seed": 1}
    q = float(getis_ord(values, ring, **options).table["q"].min())
    assert 0 < q < 1
    at = getis_ord(values, ring, alpha=q, **options).table
    assert (at["label"] == "hot").sum() == (at["q"] == q).sum() > 0
    under = getis_ord(values, ring, alpha=np.nextafter(q, 0), **options).table
    assert (under["label"] != "hot").all()


def test_an_excess_whose_q_is_the_level_is_one():
    people = pd.Series(10_000.0, index=range(40))
    counts = pd.Series([20, 27, 14, 19, 23] * 8)
    counts[7] = 90
    q = float(excess_risk(counts, people).table["q"][7])
    assert excess_risk(counts, people, alpha=q).table["label"][7] == "above"
    assert excess_risk(counts, people, alpha=np.nextafter(q, 0)).table["label"][7] != "above"


def test_a_category_exactly_at_the_level_is_selected():
    # Two categories of one place each, BH over the two: .05 and .05 both pass at .05, exactly.
    p = [np.array([0.05]), np.array([0.05])]
    assert [float(q[0]) for q in adjusted(p, "fdr", 0.05)] == [0.05, 0.05]
    found = correct_family({"x": hot([0.05]), "y": hot([0.05])}, alpha=0.05)
    assert [one.table["label"][0] for one in found.values()] == ["hot", "hot"]
    # Alone among two, .05 is asked for half the level and fails.
    found = correct_family({"x": hot([0.05]), "y": hot([0.9])}, alpha=0.05)
    assert [one.table["label"][0] for one in found.values()] == ["not significant"] * 2


def test_a_category_that_could_not_be_tested_lowers_no_bar():
    # Of three categories one has no p at all: .02 alone of two tested is asked for .05 / 2.
    found = correct_family({"x": hot([0.024]), "y": hot([0.9]), "none": hot([np.nan])})
    assert found["x"].table["q"][0] == pytest.approx(0.048)
    assert found["x"].table["label"][0] == "hot"
    assert found["x"].family == 2


def test_no_place_passes_in_a_category_that_did_not():
    """Benjamini and Bogomolov: BH within selected categories, at alpha times their share."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        p = [rng.uniform(0, 1, 6) ** rng.integers(1, 9) for _ in range(4)]
        simes = [(np.sort(one) * 6 / np.arange(1, 7)).min() for one in p]
        chosen = stats.false_discovery_control(simes) <= 0.05
        for one, q, passed in zip(p, adjusted(p, "fdr", 0.05), chosen, strict=True):
            within = stats.false_discovery_control(one) <= 0.05 * chosen.sum() / 4
            assert ((q <= 0.05) == (within & passed)).all()


@pytest.mark.parametrize(("q", "bin_"), [(0.01, "99%"), (0.05, "95%"), (0.1, "90%"), (0.11, "")])
def test_a_bin_holds_its_own_level(q, bin_):
    result = hot([q, 0.9])
    assert confidence(replace(result, correction="none"))["confidence"][0] == bin_
