"""Two plans side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.errors import InputError
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.plan.compare import compare_plans


def test_a_plan_is_the_same_as_itself(lognormal):
    plan = build_polygons(lognormal(10, 0.6))
    both = compare_plans(plan, plan)
    assert both.residents_together == 1
    assert both.same_polygons == len(plan.polygons)
    assert (both.table["difference"] == 0).all()
    assert both.shared["residents"].sum() == plan.quality.residents


def test_one_moved_unit_is_seen(squares):
    units = squares([6000, 5000, 4000, 7000, 8000])
    first = build_polygons(units, keep=pd.Series(list("aabbb"), index=units.index))
    assert first.membership.tolist() == list("aaabc") or len(first.polygons) >= 2
    before = build_polygons(
        squares([6000, 5000, 2000, 9000]), fixed={"together": [["u0", "u1"], ["u2", "u3"]]}
    )
    after = build_polygons(
        squares([6000, 5000, 2000, 11_000]), fixed={"together": [["u0", "u1", "u2"]]}
    )
    both = compare_plans(before, after)
    # 2,000 of 24,000 residents of the second plan left their polygon.
    assert both.residents_together == pytest.approx(22 / 24)
    assert both.same_polygons == 0
    assert both.shared["units"].tolist() == [2, 1, 1]
    assert both.table.loc["residents", "difference"] == 2000


def test_plans_of_other_units_are_refused(squares):
    one = build_polygons(squares([12_000]))
    other = build_polygons(squares([12_000]).set_axis(["x"], axis=0))
    with pytest.raises(InputError, match=r"no unit in common \(first 'u0' and 'x'\)"):
        compare_plans(one, other)
