"""Keeping: funding follows polygons from year to year, so few units change hands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import CrsError, InputError
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.units.read import read_units
from tests.polygons.soundness import is_sound


@pytest.fixture(scope="module")
def last_year(lognormal):
    units = lognormal(15, 0.6, seed=1)
    return units, build_polygons(units, seed=3)


@pytest.mark.parametrize("form", ["plan", "membership", "polygons"])
def test_the_same_units_keep_the_same_plan(last_year, form):
    units, plan = last_year
    last = {"plan": plan, "membership": plan.membership, "polygons": plan.polygons}[form]
    again = build_polygons(units, keep=last, seed=99)
    assert again.changes.empty
    pd.testing.assert_series_equal(again.membership, plan.membership)
    pd.testing.assert_frame_equal(pd.DataFrame(again.polygons), pd.DataFrame(plan.polygons))


def test_few_units_move_when_residents_do(last_year):
    units, plan = last_year
    grown = units.copy()
    rng = np.random.default_rng(0)
    grown["population"] = np.round(units["population"] * rng.normal(1.02, 0.08, len(units)))
    out = ~grown["population"].groupby(plan.membership).sum().between(10_000, 15_000)
    assert out.sum() >= 3
    kept = build_polygons(grown, keep=plan)
    is_sound(grown, kept)
    assert kept.quality.residents_in_bounds == kept.quality.residents
    fresh = build_polygons(grown, seed=3)
    moved = (fresh.membership != plan.membership).sum()
    # One or two units for each polygon out of bounds, where a new plan moves half the city.
    assert len(kept.changes) <= 2 * out.sum()
    assert moved > 5 * len(kept.changes)


def test_changes_say_which_and_why(squares):
    now = squares([6000, 3000, 4000, 7000, 4000, 6000, 5000])
    before = pd.Series(list("aabbccc"), index=now.index)
    kept = build_polygons(now, keep=before)
    is_sound(now, kept)
    # 9,000 must grow: 4,000 come from b, which then must grow by a unit of c.
    assert kept.membership.tolist() == list("aaabbcc")
    changed = kept.membership != before
    assert kept.changes.index.tolist() == changed.index[changed].tolist()
    assert (kept.changes["before"] == before[changed]).all()
    assert (kept.changes["after"] == kept.membership[changed]).all()
    assert set(kept.changes["reason"]) == {"to keep polygons whole and within bounds"}


def test_one_unit_is_enough_where_one_is(squares):
    plan = build_polygons(squares([5000, 5000, 1000, 5000, 6000]))
    before = pd.Series(["a", "a", "b", "b", "b"], index=plan.membership.index)
    kept = build_polygons(squares([4500, 5000, 1000, 5000, 6000]), keep=before)
    assert kept.changes.index.tolist() == ["u2"]
    assert kept.membership.tolist() == ["a", "a", "a", "b", "b"]


def test_a_new_unit_joins_and_a_lost_one_is_missed_by_nobody(squares):
    before = pd.Series({"u0": "P001", "u1": "P001", "u9": "P001", "u3": "P004"})
    kept = build_polygons(squares([6000, 4000, 2000, 12_000]), keep=before)
    assert kept.membership.tolist() == ["P001", "P001", "P001", "P004"]
    assert kept.changes.index.tolist() == ["u2"]
    assert kept.changes["reason"].tolist() == ["new unit"]
    assert kept.changes["before"].isna().all()


def test_a_new_polygon_has_a_number_of_its_own(squares):
    before = pd.Series({"u0": "P003", "u1": "P003", "u2": "P003", "u3": "P003"})
    kept = build_polygons(squares([6000, 6000, 6000, 6000]), keep=before)
    assert kept.membership.tolist() in (
        ["P003", "P003", "P004", "P004"], ["P004", "P004", "P003", "P003"],
    )  # fmt: skip
    assert len(kept.changes) == 2


def test_what_never_fitted_is_left_alone(squares):
    # A total that fits no number of polygons: one is out of bounds, whatever is moved.
    plan = build_polygons(squares([6000, 6000, 6000]))
    again = build_polygons(squares([6000, 6000, 6000]), keep=plan)
    assert again.changes.empty
    assert again.exceptions["reason"].tolist() == plan.exceptions["reason"].tolist()


def test_names_are_kept(squares):
    units = squares([9000, 3000, 12_000]).assign(colonia=["Centro", "Norte", "Sur"])
    plan = build_polygons(units, name="colonia")
    renamed = units.assign(colonia=["Otro", "Otro", "Otro"])
    assert build_polygons(renamed, name="colonia", keep=plan).polygons["name"].tolist() == [
        "Centro", "Sur",
    ]  # fmt: skip


def test_units_of_another_census_are_found_by_their_ground(last_year, grid):
    units, plan = last_year
    # The same city in squares of half the side: every fourth of the residents each.
    rows = np.repeat(np.repeat(units["population"].to_numpy().reshape(15, 15), 2, 0), 2, 1)
    finer = grid(30, 30, rows.ravel() / 4, side=250.0)
    kept = build_polygons(finer, keep=plan.polygons)
    is_sound(finer, kept)
    assert kept.changes.empty
    assert kept.polygons["population"].to_dict() == pytest.approx(
        plan.polygons["population"].to_dict()
    )


def test_greater_manchester_keeps_its_polygons(shared_data):
    units = read_units(shared_data / "manchester/lsoa.gpkg", population="pop_usual", id="code")
    plan = build_polygons(units)
    grown = units.assign(
        population=np.round(
            units["population"] * np.random.default_rng(1).normal(1.01, 0.05, len(units))
        )
    )
    kept = build_polygons(grown, keep=plan)
    is_sound(grown, kept)
    assert kept.quality.residents_in_bounds == kept.quality.residents
    out = ~grown["population"].groupby(plan.membership).sum().between(10_000, 15_000)
    assert len(kept.changes) <= 2 * max(out.sum(), 1)


@pytest.mark.parametrize(
    ("keep", "error", "text"),
    [
        ("last.gpkg", InputError, r"keep came as str.*Give last year's plan"),
        (pd.Series({"x1": "P001"}), InputError, r"no unit of this year lay in any"),
        (pd.Series(["a", "b"], index=["u0", "u0"]), InputError, r"more than once"),
    ],
)
def test_a_plan_that_is_none_is_refused(squares, keep, error, text):
    with pytest.raises(error, match=text):
        build_polygons(squares([6000, 6000]), keep=keep)


def test_polygons_in_another_system_are_refused(squares, last_year):
    with pytest.raises(CrsError, match=r"EPSG:32613 and EPSG:6372"):
        build_polygons(squares([6000, 6000]), keep=last_year[1].polygons.to_crs(6372))
