"""Where a limit is met exactly: half of the ground, the ceiling, the factor of the bounds."""

from __future__ import annotations

import warnings
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.plan.stability import border_sensitivity, plan_stability


@pytest.mark.parametrize(
    ("east", "reasons"),
    # u1 reaches from 500 to 1,000: half of its ground lies in A where A ends at 750.
    [(750.0, ["to keep polygons whole and within bounds"]), (749.0, ["new unit"])],
)
def test_a_unit_lay_where_half_of_its_ground_did(squares, east, reasons):
    units = squares([10_000, 2_000, 10_000])
    last = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, east, 500), shapely.box(1_000, 0, 1_500, 500)],
        index=pd.Index(["A", "B"], name="polygon_id"), crs=units.crs,
    )  # fmt: skip
    fixed = {"together": [["u1", "u2"]]}
    plan = build_polygons(units, keep=last, fixed=fixed)
    assert plan.membership.to_dict() == {"u0": "A", "u1": "B", "u2": "B"}
    assert plan.changes["reason"].tolist() == reasons


def test_a_unit_of_exactly_the_ceiling_is_not_above_it(squares):
    # Of two halves with 15,000 each, the one of more units keeps the name.
    units = squares([8_000, 7_000, 15_000])
    plan = build_polygons(units, keep=pd.Series("P001", index=units.index))
    assert plan.changes["reason"].to_dict() == {"u2": "to keep polygons whole and within bounds"}
    units = squares([8_000, 7_000, 15_001])
    plan = build_polygons(units, keep=pd.Series(["P001", "P001", "P002"], index=units.index))
    assert plan.changes.empty


def test_bounds_of_exactly_the_factor_are_not_narrow(squares):
    # The documented factor is 1.2, and 12,000 is 1.2 × 10,000.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build_polygons(squares([11_000]), residents=(10_000, 12_000))
    with pytest.warns(UserWarning, match=r"narrower than a factor of 1.2"):
        build_polygons(squares([11_000]), residents=(10_000, 11_999))


def test_only_plans_as_good_as_the_one_in_question_are_asked(lognormal):
    units = lognormal(8, 0.9, seed=5)
    plan = build_polygons(units, seed=0)
    others = [build_polygons(units, seed=seed).quality.residents_in_bounds for seed in (1, 2, 3)]
    # A plan that claims the most of any of them, and one more resident than the others.
    claimed = replace(plan, quality=replace(plan.quality, residents_in_bounds=max(others) + 1))
    found = plan_stability(units, claimed, lambda p: p.polygons["in_bounds"], plans=3)
    assert (found.plans, found.left_out) == (0, 3)
    equal = replace(plan, quality=replace(plan.quality, residents_in_bounds=max(others)))
    found = plan_stability(units, equal, lambda p: p.polygons["in_bounds"], plans=3)
    assert found.plans == sum(other == max(others) for other in others)


def test_ground_where_nobody_lives_goes_to_the_longest_border(squares):
    # The park shares 100 m with the first polygon and 900 m with the second.
    units = squares([12_000, 12_000, 0])
    units.geometry = [
        shapely.box(0, 900, 500, 1_000), shapely.box(0, 0, 500, 900), shapely.box(500, 0, 600, 1000)
    ]  # fmt: skip
    plan = build_polygons(units)
    assert plan.membership["u2"] == plan.membership["u1"] != plan.membership["u0"]
    flipped = units.set_axis(["u1", "u0", "u2"], axis=0)
    plan = build_polygons(flipped)
    assert plan.membership["u2"] == plan.membership["u0"] != plan.membership["u1"]


def test_polygons_are_numbered_from_north_to_south(grid):
    plan = build_polygons(grid(3, 1, [12_000, 12_000, 12_000]))
    north = plan.polygons.geometry.centroid.y
    assert plan.polygons.index.tolist() == ["P001", "P002", "P003"]
    assert north.is_monotonic_decreasing


def test_the_citys_own_edge_is_no_border_between_two():
    # Of three incidents one is 2 m from the border of the two, one 2 m from the outer edge.
    polygons = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
        crs=32613, index=pd.Index(["P1", "P2"], name="polygon_id"),
    )  # fmt: skip
    rows = gpd.GeoDataFrame(
        {"polygon_id": ["P1", "P1", "P2"], "assignment_status": "inside"},
        geometry=gpd.points_from_xy([98, 2, 150], [50, 50, 50]), crs=32613,
        index=pd.RangeIndex(3, name="row_id"),
    )  # fmt: skip
    judged = pd.Series(True, index=polygons.index)
    found = border_sensitivity(rows, polygons, lambda _: judged, distance_m=5, draws=2)
    assert found.share == pytest.approx(1 / 3)
