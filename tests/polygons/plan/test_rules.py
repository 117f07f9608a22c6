"""Rules: what stays together, what stays apart, and borders that no polygon crosses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotspots.errors import ColumnError, InputError
from hotspots.polygons.plan.build import build_polygons
from tests.polygons.soundness import is_sound, most_in_bounds


def each_one_whole(inner, outer):
    """Every group of ``outer`` lies in one of ``inner``."""
    return (
        not pd.DataFrame({"i": inner, "o": outer})
        .dropna()
        .drop_duplicates()["o"]
        .duplicated()
        .any()
    )


def test_no_polygon_crosses_the_border_of_a_municipality(lognormal):
    units = lognormal(16, 0.6, seed=4)
    units["municipality"] = np.where(units.geometry.centroid.x < 3700, "west", "east")
    units["river"] = (units.geometry.centroid.y > 4100).astype(int)
    plan = build_polygons(units, within=["municipality", "river"])
    is_sound(units, plan)
    for column in ("municipality", "river"):
        assert each_one_whole(units[column], plan.membership)
    assert plan.quality.polygons_in_bounds == plan.quality.polygons
    free = build_polygons(units)
    assert not each_one_whole(units["municipality"], free.membership)


def test_a_beat_stays_together(lognormal):
    units = lognormal(14, 0.6, seed=5)
    # Beats of two by two squares; every third square row is free.
    row, column = np.divmod(np.arange(196), 14)
    beat = pd.Series([f"{r // 2}-{c // 2}" for r, c in zip(row, column, strict=True)], units.index)
    units["beat"] = beat.where(row % 3 != 0)
    plan = build_polygons(units, fixed="beat")
    is_sound(units, plan)
    assert each_one_whole(plan.membership, units["beat"])
    quality = plan.quality
    assert quality.residents_in_bounds >= 0.99 * (quality.residents - quality.residents_impossible)


def test_measures_do_not_depend_on_what_is_kept_together(squares):
    units = squares([6000, 6000, 7000, 5000])
    free = build_polygons(units)
    fixed = build_polygons(units, fixed={"together": [["u0", "u1"], ["u2", "u3"]]})
    pd.testing.assert_frame_equal(pd.DataFrame(free.polygons), pd.DataFrame(fixed.polygons))


def test_a_group_above_the_ceiling_is_an_exception(squares):
    units = squares([8000, 8000, 6000, 6000])
    plan = build_polygons(units, fixed={"together": [["u0", "u1"]]})
    is_sound(units, plan)
    assert plan.exceptions["reason"].tolist() == ["fixed group above the ceiling"]
    assert plan.exceptions["population"].tolist() == [16_000]
    assert plan.exceptions["proven"].all()
    assert "2 units that fixed= keeps together" in plan.exceptions["detail"].iloc[0]


@settings(deadline=None, max_examples=20)
@given(residents=st.lists(st.integers(500, 9000), min_size=9, max_size=9))
@example(residents=[500, 4460, 5600, 1540, 8985, 4956, 6015, 5001, 5039])
def test_no_division_that_keeps_a_pair_together_is_better(grid, residents):
    units = grid(3, 3, residents)
    pair = list(units.index[[3, 4]])
    plan = build_polygons(units, fixed={"together": [pair]})
    assert plan.membership[pair[0]] == plan.membership[pair[1]]

    def allowed(cells):
        return (3 in cells) == (4 in cells)

    assert plan.quality.residents_in_bounds == pytest.approx(most_in_bounds(residents, allowed))


@settings(deadline=None, max_examples=20)
@given(residents=st.lists(st.integers(500, 9000), min_size=9, max_size=9), seed=st.integers(0, 3))
def test_what_is_apart_shares_no_polygon_and_no_proof_is_false(grid, residents, seed):
    units = grid(3, 3, residents)
    bank = [list(units.index[[0, 1]]), list(units.index[[4, 7]])]
    plan = build_polygons(units, fixed={"apart": [bank]}, seed=seed)
    is_sound(units, plan)
    for one, two in product(*bank):
        assert plan.membership[one] != plan.membership[two]

    def allowed(cells):
        return not (cells & {0, 1} and cells & {4, 7})

    most = most_in_bounds(residents, allowed)
    assert plan.quality.residents_in_bounds <= most
    assert plan.quality.residents_impossible <= sum(residents) - most + 1e-6


def test_apart_holds_however_the_way_round(lognormal):
    # Twelve pairs of squares two steps from each other: no shared border tells them apart.
    units = lognormal(12, 0.6, seed=6)
    pairs = [[units.index[12 * r + 4], units.index[12 * r + 6]] for r in range(12)]
    plan = build_polygons(units, fixed={"apart": pairs})
    is_sound(units, plan)
    assert all(plan.membership[one] != plan.membership[two] for one, two in pairs)
    free = build_polygons(units)
    assert any(free.membership[one] == free.membership[two] for one, two in pairs)


def test_where_nobody_lives_keeps_to_the_rules_too(squares):
    units = squares([12_000, 0, 0, 12_000])
    plan = build_polygons(units, fixed={"apart": [["u1", "u0"]]})
    assert plan.membership["u1"] == plan.membership["u3"]
    units["side"] = ["a", "a", "a", "b"]
    plan = build_polygons(units, within="side")
    assert plan.membership["u2"] == plan.membership["u0"]


def test_more_effort_is_never_worse(lognormal):
    units = lognormal(12, 0.8, seed=7)
    once, often = (build_polygons(units, effort=effort) for effort in (1, 4))
    is_sound(units, often)
    assert often.quality.residents_in_bounds >= once.quality.residents_in_bounds
    assert often.quality.compactness > once.quality.compactness
    again = build_polygons(units.sample(frac=1, random_state=0), effort=4)
    pd.testing.assert_series_equal(again.membership, often.membership)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"fixed": "beat"}, ColumnError, r"no column 'beat'"),
        ({"fixed": {"near": [["u0", "u1"]]}}, InputError, r"fixed came as \{'near'"),
        ({"fixed": {"together": [["u0", "u9"]]}}, InputError, r"'u9' \(together\) is not among"),
        ({"fixed": {"together": ["u0"]}}, InputError, r"together holds 'u0', which is no list"),
        ({"fixed": {"together": [["u0", "u2"]]}}, InputError, r"'u0' and 'u2'.*no shared border"),
        (
            {"fixed": {"together": [["u0", "u1"]], "apart": [["u1", "u0"]]}},
            InputError,
            r"'u1' and 'u0' are to be together and apart",
        ),
        (
            {"fixed": {"together": [["u0", "u1"]]}, "within": "side"},
            InputError,
            r"'u0' and 'u1' are to be together, and lie on two sides",
        ),
        ({"within": "gap"}, InputError, r"within: 'gap' is missing in 1 units, first 'u1'"),
        ({"within": "province"}, ColumnError, r"no column 'province'"),
        ({"effort": 0}, InputError, r"effort came as 0"),
    ],
)
def test_rules_that_cannot_be_kept_are_named(squares, options, error, text):
    units = squares([6000, 6000, 6000, 6000])
    units["side"], units["gap"] = ["a", "b", "b", "b"], ["a", None, "a", "a"]
    with pytest.raises(error, match=text):
        build_polygons(units, **options)
