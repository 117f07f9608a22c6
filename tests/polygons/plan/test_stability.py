"""What hangs on the plan and on its borders."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.assignment.assign import assign
from hotspots.errors import ColumnError, InputError
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.plan.stability import border_sensitivity, plan_stability


@pytest.fixture(scope="module")
def two():
    polygons = gpd.GeoDataFrame(
        geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)],
        crs=32613,
        index=pd.Index(["P1", "P2"], name="polygon_id"),
    )
    # Three well inside of P1, one 4 m from the border in P2, and one outside.
    places = [Point(20, 50), Point(30, 50), Point(40, 50), Point(104, 50), Point(500, 50)]
    rows = gpd.GeoDataFrame(geometry=places, crs=32613, index=pd.RangeIndex(5, name="row_id"))
    return polygons, assign(rows, polygons)


def test_what_holds_in_every_plan_and_in_none(lognormal):
    units = lognormal(12, 0.5, seed=2)
    plan = build_polygons(units)
    corner, other = units.index[0], units.index[-1]

    def judge(drawn):
        home = drawn.membership[corner]
        table = pd.DataFrame({"home": drawn.polygons.index == home}, index=drawn.polygons.index)
        return table.assign(everywhere=True)

    found = plan_stability(units, plan, judge, plans=6)
    assert found.plans + found.left_out == 6
    assert found.table["everywhere"].eq(1).all()
    assert found.table.loc[corner, "home"] == 1
    assert found.table.loc[other, "home"] == 0
    # Its neighbors share its polygon in some plans and not in others.
    near = found.table["home"].drop(corner)
    assert ((near > 0) & (near < 1)).any()
    by_hand = [
        build_polygons(units, seed=seed).membership.pipe(lambda m: m == m[corner])
        for seed in range(1, 7)
    ]
    assert found.left_out == 0
    pd.testing.assert_series_equal(
        found.table["home"], pd.concat(by_hand, axis=1).mean(axis=1), check_names=False
    )


def test_worse_plans_are_left_out_and_said(lognormal):
    units = lognormal(12, 0.5, seed=2)
    plan = build_polygons(units)
    better = type(plan.quality)(
        **{
            **{name: getattr(plan.quality, name) for name in plan.quality.__slots__},
            "residents_in_bounds": plan.quality.residents + 1e6,
        }
    )
    braggart = type(plan)(
        plan.polygons, plan.membership, plan.exceptions, better, plan.changes, plan.residents
    )
    found = plan_stability(
        units, braggart, lambda drawn: pd.Series(True, drawn.polygons.index), plans=2
    )
    assert (found.plans, found.left_out) == (0, 2)
    assert found.table.isna().all(axis=None)


def test_one_point_at_the_border_decides_or_does_not(two):
    polygons, rows = two

    def judge(incidents):
        counts = incidents["polygon_id"].value_counts().reindex(polygons.index, fill_value=0)
        return pd.DataFrame({"any": counts > 0, "three": counts >= 3})

    found = border_sensitivity(rows, polygons, judge, distance_m=5, draws=400, seed=1)
    assert found.share == 0.25
    assert found.table["three"].tolist() == [0, 0]
    assert found.table.loc["P1", "any"] == 0
    # P2 loses its only incident in half of the draws: a fair coin, within four errors.
    assert abs(found.table.loc["P2", "any"] - 0.5) < 4 * 0.025
    again = border_sensitivity(rows.iloc[::-1], polygons, judge, distance_m=5, draws=400, seed=1)
    pd.testing.assert_frame_equal(found.table, again.table)
    none = border_sensitivity(rows, polygons, judge, distance_m=1, draws=3)
    assert none.share == 0
    assert (none.table == 0).all(axis=None)


def test_counts_stay_what_they_were(two):
    polygons, rows = two
    seen = []

    def judge(incidents):
        seen.append(incidents["polygon_id"].notna().sum())
        return pd.Series(True, index=polygons.index)

    border_sensitivity(rows, polygons, judge, distance_m=90, draws=5)
    assert seen == [4] * 6


def test_wrong_options_are_named(two, squares):
    polygons, rows = two
    units = squares([12_000, 12_000])
    plan = build_polygons(units)
    with pytest.raises(InputError, match=r"plans came as 0"):
        plan_stability(units, plan, lambda drawn: drawn.polygons["in_bounds"], plans=0)
    with pytest.raises(InputError, match=r"says nothing of 1 polygons, first 'P002'"):
        plan_stability(units, plan, lambda drawn: pd.Series(True, ["P001"]), plans=1)
    yes = pd.Series(True, index=polygons.index)
    with pytest.raises(InputError, match=r"distance_m came as 0"):
        border_sensitivity(rows, polygons, lambda _: yes, distance_m=0)
    with pytest.raises(InputError, match=r"draws came as 1.5"):
        border_sensitivity(rows, polygons, lambda _: yes, draws=1.5)
    with pytest.raises(ColumnError, match=r"assignment_status"):
        border_sensitivity(rows.drop(columns="assignment_status"), polygons, lambda _: yes)


def test_no_incident_hangs_on_no_border(two):
    polygons, rows = two
    found = border_sensitivity(rows.head(0), polygons, lambda _: polygons.area > 0)
    assert np.isnan(found.share)
