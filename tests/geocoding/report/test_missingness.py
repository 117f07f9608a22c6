"""Whether misses are at random: known answers, scipy's own, and planted truth."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.geocoding.report.missingness import chi_square, missingness_tests, uneven_levels


def rows(table):
    """Return (missed, levels) of a table level → (missed, located)."""
    missed = [flag for miss, hit in table.values() for flag in [True] * miss + [False] * hit]
    levels = [level for level, (miss, hit) in table.items() for _ in range(miss + hit)]
    return pd.Series(missed), pd.Series(levels, dtype=str)


def outcome(table, permutations=9_999, seed=0):
    missed, levels = rows(table)
    tests = missingness_tests(missed, {"factor": levels}, permutations=permutations, seed=seed)
    return tests.loc["factor"]


def exact_p(missed, sizes):
    """Return the p of Pearson's statistic over every table with these margins."""
    total, weight = 0.0, 0.0
    seen = chi_square(np.array(missed), np.array(sizes))
    for drawn in itertools.product(*(range(size + 1) for size in sizes)):
        if sum(drawn) != sum(missed):
            continue
        ways = np.prod([stats.binom.pmf(k, n, 0.5) for k, n in zip(drawn, sizes, strict=True)])
        total += ways
        weight += ways * (chi_square(np.array(drawn), np.array(sizes)) >= seen * (1 - 1e-9))
    return weight / total


def test_fishers_tea_tasting():
    # Fisher (1935): 3 of 4 cups right. R: fisher.test(matrix(c(3,1,1,3),2))$p.value = 0.4857143,
    # and with equal margins Pearson's statistic orders the tables in the same way.
    found = outcome({"milk first": (3, 1), "tea first": (1, 3)})
    assert found["statistic"] == pytest.approx(2.0)
    assert found["p"] == pytest.approx(0.4857143, abs=4 * np.sqrt(0.25 / 9_999))


@pytest.mark.parametrize(
    ("missed", "sizes"), [((3, 0, 1), (5, 6, 4)), ((1, 1, 1, 6), (3, 4, 5, 8)), ((2, 0), (2, 9))]
)
def test_p_is_that_of_every_table_with_these_margins(missed, sizes):
    table = {f"{k}": (m, n - m) for k, (m, n) in enumerate(zip(missed, sizes, strict=True))}
    exact = exact_p(missed, sizes)
    within = 4 * np.sqrt(exact * (1 - exact) / 9_999) + 2e-4
    assert outcome(table)["p"] == pytest.approx(exact, abs=within)


def test_the_statistic_is_scipys():
    table = {"a": (12, 90), "b": (31, 70), "c": (7, 55), "d": (2, 8)}
    peer = stats.chi2_contingency(np.array(list(table.values())), correction=False)
    assert outcome(table)["statistic"] == pytest.approx(peer.statistic)


def test_p_is_near_scipys_chi_square_where_that_holds():
    table = {"a": (100, 900), "b": (130, 870), "c": (110, 890)}
    peer = stats.chi2_contingency(np.array(list(table.values())), correction=False)
    assert outcome(table)["p"] == pytest.approx(peer.pvalue, abs=0.02)


def test_misses_at_random_are_called_uneven_no_more_often_than_alpha():
    generator = np.random.default_rng(5)
    levels = pd.Series(np.repeat(["a", "b", "c", "d", "e"], [3, 8, 20, 40, 60]))
    alarms = 0
    for seed in range(300):
        missed = pd.Series(generator.random(levels.size) < 0.12)
        if missed.any():
            tests = missingness_tests(missed, {"x": levels}, permutations=199, seed=seed)
            alarms += bool(tests.loc["x", "p"] <= 0.05)
    assert alarms <= stats.binom.ppf(0.999, 300, 0.05)


def test_the_same_seed_gives_the_same_p_in_any_order_of_the_rows():
    missed, levels = rows({"a": (5, 20), "b": (9, 18), "c": (2, 30)})
    order = np.random.default_rng(1).permutation(len(missed))
    one = missingness_tests(missed, {"x": levels}, permutations=999, seed=3)
    other = missingness_tests(
        missed.iloc[order], {"x": levels.iloc[order]}, permutations=999, seed=3
    )
    pd.testing.assert_frame_equal(one, other)


def test_many_levels_are_drawn_in_parts():
    # More levels than fit in one draw of 9,999: the parts add up to all of the exchanges.
    levels = pd.Series(np.arange(4_000) // 4)
    missed = pd.Series(np.random.default_rng(2).random(4_000) < 0.2)
    p = missingness_tests(missed, {"x": levels}, permutations=2_500, seed=0).loc["x", "p"]
    assert 1 / 2_501 <= p <= 1 and p * 2_501 == pytest.approx(round(p * 2_501))


@pytest.mark.parametrize(
    "table", [{"a": (3, 4)}, {"a": (0, 4), "b": (0, 9)}, {"a": (4, 0), "b": (9, 0)}, {}]
)
def test_what_cannot_be_tested_is_no_test_of_the_family(table):
    found = outcome(table)
    assert np.isnan(found["statistic"]) and np.isnan(found["p"]) and np.isnan(found["q"])
    missed, levels = rows({"a": (9, 1), "b": (1, 9)})
    tests = missingness_tests(
        missed, {"one": pd.Series(["a"] * 20), "two": levels}, permutations=999, seed=0
    )
    assert tests.loc["two", "q"] == tests.loc["two", "p"]


def test_rows_without_a_level_are_left_out():
    missed, levels = rows({"a": (5, 20), "b": (9, 18), "nowhere": (30, 0)})
    known = levels.where(levels != "nowhere")
    found = missingness_tests(missed, {"x": known}, permutations=99, seed=0).loc["x"]
    assert (found["levels"], found["rows"], found["left_out"]) == (2, 52, 30)
    assert found["statistic"] == pytest.approx(outcome({"a": (5, 20), "b": (9, 18)})["statistic"])


def test_a_planted_level_is_named_with_its_rates_and_no_other():
    missed, levels = rows({"robbery": (31, 69), "theft": (60, 440), "fraud": (48, 352)})
    even = pd.Series(np.arange(len(missed)) % 4)
    factors = {"category": levels, "month": even}
    tests = missingness_tests(missed, factors, permutations=9_999, seed=0)
    found = uneven_levels(missed, factors, tests, alpha=0.05)
    assert found["level"].tolist() == ["robbery"]
    row = found.iloc[0]
    assert (row["rows"], row["missed"], row["miss_rate"]) == (100, 31, 0.31)
    assert row["elsewhere"] == pytest.approx(108 / 900)
    assert row["surplus"] == pytest.approx(31 - 13.9)
    # Two levels: the square of the adjusted residual is Pearson's statistic of the two.
    peer = stats.chi2_contingency([[31, 69], [108, 792]], correction=False)
    assert row["residual"] ** 2 == pytest.approx(peer.statistic)
    tail = stats.fisher_exact([[31, 69], [108, 792]], alternative="greater").pvalue
    assert row["p"] == pytest.approx(2 * tail)


def test_nothing_stands_out_where_nothing_is_uneven():
    missed, levels = rows({"a": (10, 90), "b": (11, 89)})
    tests = missingness_tests(missed, {"x": levels}, permutations=999, seed=0)
    found = uneven_levels(missed, {"x": levels}, tests, alpha=0.05)
    assert found.empty and "miss_rate" in found
