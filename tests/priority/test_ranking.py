"""The weighted sum: worked by hand, robust, in a fixed order, and honest about its weights."""

from __future__ import annotations

import warnings
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import ColumnError, HotspotsWarning, InputError
from hotspots.priority.ranking import rank_polygons
from hotspots.schema import Criterion, Layer


def table_of(**columns):
    length = len(next(iter(columns.values())))
    index = pd.Index([f"P{place:03d}" for place in range(length)], name="polygon_id")
    return pd.DataFrame(columns, index=index)


@pytest.fixture
def city():
    random = np.random.default_rng(0)
    return table_of(
        homicide_rate=random.gamma(2, 20, 60),
        poverty=random.uniform(5, 70, 60),
        clinic_m=random.uniform(100, 5000, 60),
    )


CRITERIA = (
    Criterion("homicide_rate", weight=0.5),
    Criterion("poverty", weight=0.3),
    Criterion("clinic_m", weight=0.2),
)


def test_a_case_worked_by_hand():
    # 21 evenly spaced values: the 5% quantile is the second, so the scale is a straight line.
    steps = np.arange(21.0)
    table = table_of(rate=steps, clinics=steps[::-1].copy())
    ranking = rank_polygons(
        table,
        criteria=[
            Criterion("rate", weight=3),
            Criterion("clinics", weight=1, direction="more_is_better"),
        ],
    )
    expected = pd.Series(steps / 20, index=table.index)
    result = ranking.table.sort_index()
    np.testing.assert_allclose(result["score"], expected)
    np.testing.assert_allclose(result["share_rate"], 0.75 * expected)
    np.testing.assert_allclose(result["share_clinics"], 0.25 * expected)
    assert ranking.table["rank"].to_list() == list(range(1, 22))
    assert ranking.table.index[0] == "P020"
    assert [criterion.weight for criterion in ranking.criteria] == [0.75, 0.25]


def test_the_scale_runs_through_the_quantiles():
    values = np.r_[np.arange(100.0), 1e6]  # one outlier among a hundred
    ranking = rank_polygons(table_of(rate=values), criteria=[Criterion("rate", 1.0)])
    score = ranking.table.sort_index()["score"]
    low, high = np.quantile(values, [0.05, 0.95])
    assert np.interp(low, values, score) == pytest.approx(0.05)
    assert np.interp(high, values, score) == pytest.approx(0.95)
    assert (score.iloc[0], score.iloc[-1]) == (0.0, 1.0)
    assert score.diff().iloc[1:].gt(0).all()  # no two different values become equal
    assert score.iloc[50] == pytest.approx(0.5, abs=0.01)  # the outlier moved nobody


def test_most_values_equal():
    sparse = table_of(rate=[0.0] * 30 + [1.0, 5.0])
    score = rank_polygons(sparse, criteria=[Criterion("rate", 1.0)]).table.sort_index()["score"]
    assert score.iloc[:30].eq(0.0).all()
    assert 0 < score.iloc[30] < score.iloc[31] == 1.0
    middle = table_of(rate=[-2.0] + [0.0] * 40 + [7.0])
    score = rank_polygons(middle, criteria=[Criterion("rate", 1.0)]).table.sort_index()["score"]
    assert score.to_list() == [0.0] + [0.5] * 40 + [1.0]


def test_by_rank():
    table = table_of(rate=[1.0, 100.0, 5.0, 5.0, 2.0])
    ranking = rank_polygons(table, criteria=[Criterion("rate", 1.0)], method="rank")
    assert ranking.table.sort_index()["score"].to_list() == [0.0, 1.0, 0.625, 0.625, 0.25]


def test_shares_add_up_to_the_score_and_the_score_lies_in_its_bounds(city):
    table = rank_polygons(city, criteria=CRITERIA).table
    shares = table.filter(like="share_")
    np.testing.assert_allclose(shares.sum(axis=1), table["score"], rtol=1e-12)
    assert table["score"].between(0, 1).all()
    assert shares.columns.to_list() == ["share_homicide_rate", "share_poverty", "share_clinic_m"]
    assert table["rank"].to_list() == list(range(1, 61))


def test_equal_scores_are_in_the_order_of_their_names():
    table = table_of(rate=[5.0, 9.0, 5.0, 9.0])
    for shown in (table, table.iloc[::-1], table.iloc[[2, 0, 3, 1]]):
        ranking = rank_polygons(shown, criteria=[Criterion("rate", 1.0)])
        assert ranking.table.index.to_list() == ["P001", "P003", "P000", "P002"]


def test_rounding_does_not_decide_between_equals():
    # The same three values in another order are the same score, but not as sums of floats.
    triples = np.random.default_rng(4).uniform(0, 50, (4, 3))
    rows = np.array([row for triple in triples for row in permutations(triple)])
    table = table_of(a=rows[:, 0], b=rows[:, 1], c=rows[:, 2])
    ranking = rank_polygons(table, criteria=[Criterion(name, 1.0) for name in "abc"])
    triple = pd.Series(np.repeat(range(4), 6), index=table.index)
    split = ranking.table["score"].groupby(triple).nunique()
    assert split.max() > 1
    for _, names in triple.groupby(triple):
        mine = ranking.table.index[ranking.table.index.isin(names.index)]
        assert mine.to_list() == sorted(mine)


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(12)), st.floats(0.1, 10), st.floats(-100, 100))
def test_neither_order_nor_unit_nor_origin_matters(order, factor, shift):
    random = np.random.default_rng(3)
    table = table_of(rate=random.normal(size=12), poverty=random.normal(size=12))
    criteria = [Criterion("rate", 2.0), Criterion("poverty", 1.0)]
    base = rank_polygons(table, criteria=criteria, draws=50).table
    shuffled = rank_polygons(table.iloc[order], criteria=criteria, draws=50).table
    pd.testing.assert_frame_equal(base, shuffled, check_exact=True)
    moved = rank_polygons(table * factor + shift, criteria=criteria, draws=50).table
    pd.testing.assert_frame_equal(base, moved, rtol=1e-6)


def test_the_other_direction_turns_the_order_round(city):
    worse = rank_polygons(city, criteria=[Criterion("poverty", 1.0)]).table
    better = rank_polygons(city, criteria=[Criterion("poverty", 1.0, "more_is_better")]).table
    assert worse.index.to_list() == better.index.to_list()[::-1]


def test_a_higher_value_never_ranks_lower(city):
    before = rank_polygons(city, criteria=CRITERIA, method="rank").table["rank"]
    raised = city.copy()
    raised.loc["P010", "poverty"] += 30
    after = rank_polygons(raised, criteria=CRITERIA, method="rank").table["rank"]
    assert after["P010"] <= before["P010"]


class TestMissing:
    def test_it_counts_as_the_median_and_is_flagged(self):
        table = table_of(rate=[0.0, 1.0, 2.0, 3.0, np.nan], poverty=[0.0, 1.0, 2.0, 3.0, np.nan])
        ranking = rank_polygons(table, criteria=[Criterion("rate", 1.0), Criterion("poverty", 1.0)])
        result = ranking.table.sort_index()
        assert result["missing"].to_list() == ["", "", "", "", "rate, poverty"]
        assert result.loc["P004", "score"] == pytest.approx(0.5)

    def test_no_value_at_all(self):
        with pytest.raises(InputError, match="'rate' is empty in every polygon"):
            rank_polygons(table_of(rate=[np.nan, np.nan]), criteria=[Criterion("rate", 1.0)])


class TestUncertainty:
    def test_the_interval_holds_the_rank(self, city):
        table = rank_polygons(city, criteria=CRITERIA).table
        assert (table["rank_low"] <= table["rank"]).all()
        assert (table["rank"] <= table["rank_high"]).all()
        assert table["rank_low"].min() >= 1
        assert table["rank_high"].max() <= len(city)
        assert (table["rank_low"] < table["rank_high"]).any()

    def test_the_same_seed_gives_the_same_bytes_and_another_other_draws(self, city):
        first, again, other = (
            rank_polygons(city, criteria=CRITERIA, draws=100, seed=seed) for seed in (1, 1, 2)
        )
        pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
        assert not first.table["rank_low"].equals(other.table["rank_low"]) or not first.table[
            "rank_high"
        ].equals(other.table["rank_high"])

    def test_a_polygon_that_is_worst_in_everything_is_first_whatever_the_weights(self, city):
        city.loc["P030"] = city.max() + 1
        table = rank_polygons(city, criteria=CRITERIA, concentration=3).table
        assert table.loc["P030", ["rank", "rank_low", "rank_high"]].to_list() == [1, 1, 1]

    def test_weights_are_drawn_around_those_given(self):
        # The first is ahead wherever the weight of the rate is above a half: at .9, nearly always.
        table = table_of(rate=[1.0, 0.0], poverty=[0.0, 1.0])
        sure = rank_polygons(table, criteria=[Criterion("rate", 0.9), Criterion("poverty", 0.1)])
        assert sure.table["rank_high"].to_list() == [1, 2]
        open_ = rank_polygons(table, criteria=[Criterion("rate", 0.5), Criterion("poverty", 0.5)])
        assert open_.table["rank_high"].to_list() == [2, 2]

    def test_one_criterion_leaves_no_choice_of_weights(self, city):
        table = rank_polygons(city, criteria=[Criterion("poverty", 1.0)]).table
        assert table["rank"].equals(table["rank_low"].rename("rank"))
        assert table["rank"].equals(table["rank_high"].rename("rank"))

    def test_more_concentrated_weights_give_narrower_intervals(self, city):
        def width(concentration):
            table = rank_polygons(city, criteria=CRITERIA, concentration=concentration).table
            return (table["rank_high"] - table["rank_low"]).mean()

        assert width(1000) < width(25) < width(4)

    def test_without_draws(self, city):
        table = rank_polygons(city, criteria=CRITERIA, draws=0).table
        assert table["rank"].equals(table["rank_high"].rename("rank"))


class TestWarnings:
    def test_a_criterion_that_is_the_same_everywhere(self):
        table = table_of(rate=[1.0, 2.0, 3.0], poverty=[0.1 * 3, 0.3, 0.3])  # but for rounding
        with pytest.warns(HotspotsWarning, match=r"poverty is 0\.3 in every polygon") as said:
            ranking = rank_polygons(
                table, criteria=[Criterion("rate", 1.0), Criterion("poverty", 1.0)]
            )
        assert said[0].filename == __file__  # the line of the caller, not of the library
        assert ranking.table["share_poverty"].eq(0.25).all()
        assert ranking.table.index[0] == "P002"

    def test_a_criterion_against_its_layer(self, city):
        layer = Layer("poverty", city["poverty"], "%", "more_is_worse", "census")
        against = Criterion("poverty", 1.0, "more_is_better")
        with pytest.warns(HotspotsWarning, match="poverty runs against the direction"):
            rank_polygons(city, criteria=[against], layers=[layer])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rank_polygons(city, criteria=CRITERIA, layers=[layer])


class TestErrors:
    def test_an_unknown_layer_is_told_what_there_is(self, city):
        with pytest.raises(
            ColumnError, match=r"no column 'murders'.*'homicide_rate', 'poverty', 'clinic_m'"
        ):
            rank_polygons(city, criteria=[Criterion("murders", 1.0)])

    @pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
    def test_a_weight_that_is_none(self, city, weight):
        with pytest.raises(InputError, match=f"weight of 'poverty' came as {weight}"):
            rank_polygons(city, criteria=[Criterion("poverty", weight)])

    def test_no_criterion(self, city):
        with pytest.raises(InputError, match="there is no criterion"):
            rank_polygons(city, criteria=[])

    def test_a_criterion_twice(self, city):
        with pytest.raises(InputError, match="'poverty' is a criterion twice"):
            rank_polygons(city, criteria=[Criterion("poverty", 1.0), Criterion("poverty", 2.0)])

    def test_no_direction(self, city):
        with pytest.raises(InputError, match="direction of 'poverty' came as 'neutral'"):
            rank_polygons(city, criteria=[Criterion("poverty", 1.0, "neutral")])

    def test_an_infinite_value(self, city):
        city.loc["P007", "poverty"] = np.inf
        with pytest.raises(InputError, match="'poverty' is infinite in polygon 'P007'"):
            rank_polygons(city, criteria=CRITERIA)

    def test_a_column_of_text(self, city):
        with pytest.raises(InputError, match="'name' does not hold numbers"):
            rank_polygons(city.assign(name="Centro"), criteria=[Criterion("name", 1.0)])

    def test_no_polygon(self, city):
        with pytest.raises(InputError, match="the table has no rows"):
            rank_polygons(city.iloc[:0], criteria=CRITERIA)

    def test_another_index(self, city):
        with pytest.raises(InputError, match="index is called 'unit_id'"):
            rank_polygons(city.rename_axis("unit_id"), criteria=CRITERIA)

    @pytest.mark.parametrize(
        ("option", "value", "told"),
        [
            ("method", "z-score", "method came as 'z-score'.*'min-max', 'rank'"),
            ("draws", -1, "draws came as -1"),
            ("concentration", 0.0, "concentration came as 0.0"),
        ],
    )
    def test_an_option_that_cannot_be(self, city, option, value, told):
        with pytest.raises(InputError, match=told):
            rank_polygons(city, criteria=CRITERIA, **{option: value})
