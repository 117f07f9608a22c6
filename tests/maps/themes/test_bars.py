"""The two shares that the header speaks of, met exactly: half of the residents, the 85% bar."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.maps.themes.headline import headline_of, sentence

POLYGONS = pd.Index(["P1", "P2", "P3", "P4"], name="polygon_id")


def found(*shares):
    """The headline where these shares of the polygons' residents live in hot units."""
    rolled = pd.DataFrame(
        {"share_hot": shares, "share_cold": 0.0, "least_q": 0.01}, index=POLYGONS[: len(shares)]
    )
    return headline_of(
        rolled.index, category="x", results={}, unit_results={}, rolled_up=rolled, language="en"
    )


def test_at_least_half_of_the_residents_are_most():
    hot = found(0.5, 0.4999, 0.0, 1.0).hot
    assert hot.tolist() == [True, False, False, True]


def test_a_polygon_whose_share_is_not_known_is_not_hot():
    assert found(float("nan"), 0.51).hot.tolist() == [False, True]


@pytest.mark.parametrize(
    # Ratcliffe (2004): a crime map can be trusted from 85% located on.
    ("located", "read", "warned"),
    [(85, 100, False), (8_499, 10_000, True), (8_500, 10_000, False), (84, 100, True),
     (82, 100, True), (1, 1, False), (0, 0, False)],
)  # fmt: skip
def test_below_85_percent_is_warned_of_and_85_is_not(located, read, warned):
    told = sentence(found(0.6), language="en", period="2013", located=(located, read))
    assert any("were located" in one for one in told.warnings) is warned


def test_what_is_withheld_is_in_no_answer():
    answer = found(0.9, 0.9, 0.1, 0.1)
    hidden = pd.Series([True, False, False, False], POLYGONS)
    kept = answer.without(hidden)
    assert kept.hot.tolist() == [False, True, False, False]
    assert kept.withheld == 1
    assert kept.share_hot.isna().tolist() == hidden.tolist()
