"""Where the last cents go, who can take money at all, and what an interval of ranks holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import InputError
from hotspots.priority.allocation import allocate
from hotspots.priority.ranking import rank_polygons
from hotspots.schema import Criterion, Ranking


def ranked(scores):
    """A ranking whose scores fall from the first on."""
    index = pd.Index([f"P{place}" for place in range(len(scores))], name="polygon_id")
    table = pd.DataFrame({"score": scores, "rank": range(1, len(scores) + 1)}, index=index)
    return Ranking(table, (), 0)


def test_the_last_cents_go_to_the_largest_remainders():
    # Hamilton: of 10 cents 5.5, 3.7 and .8 are exact; whole 5, 3, 0, and the .8 and .7 get one.
    grants = allocate(ranked([0.55, 0.37, 0.08]), budget=0.10).table["grant"]
    assert grants.tolist() == [0.05, 0.04, 0.01]


def test_a_cap_counts_for_those_alone_who_can_be_given_more_than_the_floor():
    # Nobody lives in two of the three: 60 + 2 × 10 is all that can be placed.
    people = pd.Series([100.0, 0.0, 0.0], index=["P0", "P1", "P2"])
    with pytest.raises(InputError, match=r"for 1 polygons .* places at most 80\.00"):
        allocate(ranked([0.6, 0.3, 0.1]), budget=81, floor=10, cap=60, population=people)
    grants = allocate(ranked([0.6, 0.3, 0.1]), budget=80, floor=10, cap=60, population=people)
    assert grants.table["grant"].tolist() == [60.0, 10.0, 10.0]


def test_a_gap_counts_as_the_middle_value_however_far_the_greatest():
    table = pd.DataFrame(
        {"rate": [1.0, 2.0, 3.0, 4.0, 500.0, np.nan]},
        index=pd.Index(list("abcdef"), name="polygon_id"),
    )
    score = rank_polygons(table, criteria=[Criterion("rate", 1.0)]).table["score"]
    assert score["f"] == score["c"]


def test_an_interval_holds_the_middle_of_the_draws_and_the_rank():
    # Drawn around .62 with a deviation of about .1, the weight of the rate falls below a half
    # in about an eighth of the draws (normal: 11%), so the second place is within the middle
    # 90%; at .72 in a hundredth (1.4%), and it is not.
    table = pd.DataFrame(
        {"rate": [1.0, 0.0], "poverty": [0.0, 1.0]},
        index=pd.Index(["a", "b"], name="polygon_id"),
    )

    def high(weight):
        criteria = [Criterion("rate", weight), Criterion("poverty", 1 - weight)]
        return rank_polygons(table, criteria=criteria, draws=4000).table["rank_high"]["a"]

    assert (high(0.62), high(0.72)) == (2, 1)


def test_a_rank_lies_in_its_interval_even_where_few_draws_agree():
    # With one draw the interval is that draw's rank; the rank by the given weights joins it.
    rng = np.random.default_rng(0)
    index = pd.Index([f"P{place:02d}" for place in range(30)], name="polygon_id")
    table = pd.DataFrame(rng.random((30, 3)), columns=list("abc"), index=index)
    criteria = [Criterion(name, 1.0) for name in "abc"]
    for seed in range(5):
        found = rank_polygons(table, criteria=criteria, draws=1, concentration=2, seed=seed).table
        assert (found["rank_low"] <= found["rank"]).all()
        assert (found["rank_high"] >= found["rank"]).all()
        assert (found["rank_low"] < found["rank"]).any()
        assert (found["rank_high"] > found["rank"]).any()
