"""Money: worked by hand, to the cent, within floor and cap, and against a plain bisection."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotspots.errors import InputError
from hotspots.priority.allocation import allocate
from hotspots.schema import Ranking


def ranking_of(scores):
    """A ranking whose polygons are in the order of their scores."""
    index = pd.Index([f"P{place:03d}" for place in range(len(scores))], name="polygon_id")
    table = pd.DataFrame({"score": np.asarray(scores, dtype=float)}, index=index)
    order = np.argsort(-table["score"].to_numpy(), kind="stable")
    table = table.iloc[order].assign(rank=np.arange(1, len(scores) + 1))
    return Ranking(table=table, criteria=(), seed=0)


def people(counts):
    return pd.Series(
        np.asarray(counts, dtype=float),
        index=pd.Index([f"P{place:03d}" for place in range(len(counts))], name="polygon_id"),
    )


def cents(allocation):
    """The grants as whole cents; each must be one."""
    whole = (allocation.table["grant"] * 100).round().astype("int64")
    assert (whole / 100 == allocation.table["grant"]).all()
    return whole


def test_in_proportion_to_score_and_residents():
    allocation = allocate(
        ranking_of([0.8, 0.4]), budget=600_000, population=people([10_000, 15_000])
    )
    # .8 · 10,000 : .4 · 15,000 = 8 : 6
    assert allocation.table["grant"].to_list() == [342_857.14, 257_142.86]
    assert allocation.table["grant_per_resident"].to_list() == [34.29, 17.14]
    assert allocation.table["population"].to_list() == [10_000, 15_000]
    assert allocation.table["rank"].to_list() == [1, 2]
    assert allocation.budget == 600_000


def test_equal_remainders_go_by_rank():
    allocation = allocate(ranking_of([0.5, 0.5, 0.5]), budget=100)
    assert allocation.table["grant"].to_list() == [33.34, 33.33, 33.33]


def test_what_a_cap_leaves_is_divided_among_the_others():
    # 60 : 30 : 10 of 100; capped at 40, the other 60 go 30 : 10 = 45 : 15, and 45 is capped, too.
    allocation = allocate(ranking_of([0.6, 0.3, 0.1]), budget=100, cap=40)
    assert allocation.table["grant"].to_list() == [40.0, 40.0, 20.0]


def test_what_a_floor_takes_comes_from_the_others():
    # 60 : 30 : 10 of 100; the last is raised to 25, the other 75 go 2 : 1.
    allocation = allocate(ranking_of([0.6, 0.3, 0.1]), budget=100, floor=25)
    assert allocation.table["grant"].to_list() == [50.0, 25.0, 25.0]


def test_floor_and_cap_that_leave_one_way_only():
    assert allocate(ranking_of([0.9, 0.1]), budget=100, floor=50).table["grant"].to_list() == [
        50.0,
        50.0,
    ]
    assert allocate(ranking_of([0.9, 0.1]), budget=100, cap=50).table["grant"].to_list() == [
        50.0,
        50.0,
    ]


def test_only_the_first_are_funded():
    allocation = allocate(ranking_of([0.2, 0.9, 0.5, 0.4]), budget=140, select=2)
    assert allocation.table["grant"].to_dict() == {"P001": 90.0, "P002": 50.0}


def test_nobody_to_give_to_gets_the_floor_alone():
    allocation = allocate(
        ranking_of([0.5, 0.5, 0.0]), budget=100, floor=10, population=people([100, 0, 50])
    )
    assert allocation.table["grant"].to_dict() == {"P000": 80.0, "P001": 10.0, "P002": 10.0}
    assert np.isnan(allocation.table.loc["P001", "grant_per_resident"])


def test_without_population_the_score_alone_decides():
    table = allocate(ranking_of([0.75, 0.25]), budget=10).table
    assert table["grant"].to_list() == [7.5, 2.5]
    assert table["population"].isna().all()
    assert table["grant_per_resident"].isna().all()


@pytest.mark.parametrize("budget", [6_000_000, 6e6, Decimal("6000000.00"), np.float64(6e6)])
def test_money_may_come_as_any_number(budget):
    allocation = allocate(ranking_of([0.7, 0.2, 0.1]), budget=budget, floor=0.1 + 0.2)
    assert cents(allocation).sum() == 600_000_000


amounts = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 20_000)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=200)
@given(
    places=amounts,
    budget=st.integers(1, 10**9),
    floor_share=st.floats(0, 1),
    cap_share=st.floats(1, 5) | st.none(),
)
def test_every_cent_is_given_within_floor_and_cap(places, budget, floor_share, cap_share):
    scores = [score / 1000 for score, _ in places]
    residents = [count for _, count in places]
    weights = np.array(scores) * residents
    floor = int(budget / len(places) * floor_share)
    cap = None if cap_share is None else int(budget / len(places) * cap_share) + 1
    weighty = int((weights > 0).sum())
    assume(weighty > 0)
    assume(cap is None or cap * weighty + floor * (len(places) - weighty) >= budget)
    allocation = allocate(
        ranking_of(scores),
        budget=Decimal(budget) / 100,
        population=people(residents),
        floor=Decimal(floor) / 100,
        cap=None if cap is None else Decimal(cap) / 100,
    )
    given_cents = cents(allocation)
    assert given_cents.sum() == budget
    assert given_cents.min() >= floor
    assert cap is None or given_cents.max() <= cap
    mine = pd.Series(weights, index=people(residents).index)[given_cents.index]
    # More score × residents never gets less.
    in_order = given_cents[mine.sort_values(kind="stable").index]
    later = mine.sort_values(kind="stable")
    grown = later.diff().iloc[1:].to_numpy() > 1e-9
    assert (in_order.diff().iloc[1:].to_numpy()[grown] >= 0).all()
    # And each is within a cent of the water level found by plain bisection.
    expected = water_filled(mine.to_numpy(), budget, floor, cap)
    np.testing.assert_allclose(given_cents, expected, atol=1.01, rtol=1e-9)


def water_filled(weights, budget, floor, cap):
    """The level by bisection, in floats: another way to the same parts."""
    most = np.inf if cap is None else cap
    low, high = 0.0, 1.0
    while np.clip(high * weights, floor, most).sum() < budget and high < 1e30:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(middle * weights, floor, most).sum() < budget:
            low = middle
        else:
            high = middle
    return np.clip(high * weights, floor, most)


def test_the_order_of_rows_and_the_scale_of_scores_do_not_matter():
    scores, residents = [0.31, 0.62, 0.11, 0.93], people([11_000, 12_500, 10_100, 14_900])
    ranking = ranking_of(scores)
    base = allocate(ranking, budget=1_000_000.01, population=residents).table["grant"]
    shuffled = Ranking(ranking.table.iloc[::-1], (), 0)
    again = allocate(shuffled, budget=1_000_000.01, population=residents[::-1]).table["grant"]
    pd.testing.assert_series_equal(base, again, check_exact=True)
    halved = allocate(
        ranking_of([score / 2 for score in scores]), budget=1_000_000.01, population=residents
    ).table["grant"]
    pd.testing.assert_series_equal(base, halved, check_exact=True)


def test_a_thousand_polygons_are_divided_at_once():
    random = np.random.default_rng(1)
    scores, residents = random.uniform(0, 1, 1000), random.uniform(10_000, 15_000, 1000)
    allocation = allocate(
        ranking_of(scores), budget=10**9, population=people(residents), floor=10**5, cap=2 * 10**6
    )
    assert cents(allocation).sum() == 10**11


class TestErrors:
    @pytest.mark.parametrize("budget", [0, -5, -0.01])
    def test_no_budget(self, budget):
        with pytest.raises(InputError, match=f"the budget came as {budget}"):
            allocate(ranking_of([0.5]), budget=budget)

    def test_a_floor_that_the_budget_cannot_pay(self):
        with pytest.raises(
            InputError,
            match=r"floor of 40\.00 for 3 polygons takes 120\.00, and the budget is 100\.00\. "
            r"Lower the floor to 33\.33",
        ):
            allocate(ranking_of([0.5, 0.4, 0.3]), budget=100, floor=40)

    def test_a_cap_that_leaves_money_over(self):
        with pytest.raises(
            InputError, match=r"cap of 30\.00 for 3 polygons .* at most 90\.00, .* is 100\.00"
        ):
            allocate(ranking_of([0.5, 0.4, 0.3]), budget=100, cap=30)

    def test_a_cap_below_the_floor(self):
        with pytest.raises(InputError, match=r"cap 10\.00 is below the floor 20\.00"):
            allocate(ranking_of([0.5, 0.4]), budget=100, floor=20, cap=10)

    def test_a_negative_floor(self):
        with pytest.raises(InputError, match="floor came as -1"):
            allocate(ranking_of([0.5, 0.4]), budget=100, floor=-1)

    @pytest.mark.parametrize("budget", [np.nan, np.inf, 1e15])
    def test_an_amount_that_is_none(self, budget):
        with pytest.raises(InputError, match="Give a finite amount below"):
            allocate(ranking_of([0.5]), budget=budget)

    def test_a_word_for_an_amount(self):
        with pytest.raises(InputError, match=r"budget came as 'much'\. Give an amount"):
            allocate(ranking_of([0.5]), budget="much")

    def test_fractions_of_a_cent(self):
        with pytest.raises(InputError, match=r"floor came as 0\.005, which has fractions"):
            allocate(ranking_of([0.5]), budget=1, floor=0.005)

    @pytest.mark.parametrize("select", [0, -1, 3, 1.5, True])
    def test_a_number_of_polygons_that_cannot_be(self, select):
        with pytest.raises(InputError, match=f"select came as {select}.*from 1 to 2"):
            allocate(ranking_of([0.5, 0.4]), budget=1, select=select)

    def test_a_missing_population(self):
        with pytest.raises(InputError, match=r"population of 1 funded polygons .* first 'P001'"):
            allocate(ranking_of([0.5, 0.4]), budget=1, population=people([10]))

    def test_a_negative_population(self):
        with pytest.raises(InputError, match="missing or negative, first 'P000'"):
            allocate(ranking_of([0.5, 0.4]), budget=1, population=people([-1, 2]))

    def test_nothing_to_divide_by(self):
        with pytest.raises(InputError, match="score or the population is 0 in all 2 polygons"):
            allocate(ranking_of([0.0, 0.0]), budget=1)

    def test_an_empty_ranking(self):
        with pytest.raises(InputError, match="the ranking is empty"):
            allocate(Ranking(ranking_of([0.5]).table.iloc[:0], (), 0), budget=1)
