"""The weighted displacement quotient: each of its readings, worked by hand."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest

from hotspots.errors import ColumnError, InputError
from hotspots.evaluation.displacement import displacement

GROUPS = {"treated": ["T"], "buffer": ["B"], "control": ["C"]}


def effect(before, after):
    return displacement(
        pd.Series(dict(zip("TBC", before, strict=True))),
        pd.Series(dict(zip("TBC", after, strict=True))),
        **GROUPS,
    )


@pytest.mark.parametrize(
    ("before", "after", "success", "buffer", "quotient", "outcome", "prevented"),
    [
        # All that fell away is next door again: (150 − 100) / 100 ÷ (50 − 100) / 100.
        ((100, 100, 100), (50, 150, 100), -0.5, 0.5, -1.0, "displacement", 0),
        ((100, 80, 200), (60, 90, 200), -0.2, 0.05, -0.25, "displacement", 30),
        ((100, 80, 200), (80, 120, 200), -0.1, 0.2, -2.0, "displacement_above_benefit", -20),
        ((100, 80, 200), (60, 60, 200), -0.2, -0.1, 0.5, "diffusion", 60),
        ((100, 80, 200), (90, 40, 200), -0.05, -0.2, 4.0, "diffusion_above_benefit", 50),
        ((100, 80, 200), (60, 80, 200), -0.2, 0.0, 0.0, "neither", 40),
        # Half of everything everywhere is no success; nor is a rise.
        ((100, 80, 200), (50, 40, 100), 0.0, 0.0, math.nan, "no_success", 0),
        ((100, 80, 200), (120, 80, 200), 0.1, 0.0, math.nan, "no_success", -20),
        # The control grew by an eighth and so did the buffer: nothing moved.
        ((100, 80, 200), (90, 90, 225), -0.1, 0.0, 0.0, "neither", 22.5),
    ],
)
def test_worked_by_hand(before, after, success, buffer, quotient, outcome, prevented):
    found = effect(before, after)
    assert found.success == pytest.approx(success)
    assert found.buffer_change == pytest.approx(buffer)
    assert found.quotient == pytest.approx(quotient, nan_ok=True)
    assert found.outcome == outcome
    assert found.prevented == pytest.approx(prevented)


def test_groups_are_added_up_from_tables_of_counts():
    areas = pd.Index([f"P{place}" for place in range(6)], name="polygon_id")
    before = pd.DataFrame({"events": [60, 40, 50, 30, 150, 50], "years": 1.0}, areas)
    after = pd.DataFrame({"events": [30, 30, 50, 40, 120, 80], "years": 1.0}, areas)
    found = displacement(
        before, after[::-1], treated=areas[:2], buffer=areas[2:4], control=areas[4:]
    )
    expected = effect((100, 80, 200), (60, 90, 200))
    assert dataclasses.astuple(found) == dataclasses.astuple(expected)
    assert (found.treated_before, found.buffer_after, found.control_after) == (100, 90, 200)


def test_areas_of_no_group_do_not_count():
    before = pd.Series({"T": 100, "B": 80, "C": 200, "elsewhere": 999})
    after = pd.Series({"T": 60, "B": 90, "C": 200, "elsewhere": 1})
    assert displacement(before, after, **GROUPS) == effect((100, 80, 200), (60, 90, 200))


class TestErrors:
    def test_an_empty_group(self):
        with pytest.raises(InputError, match="buffer names no area"):
            displacement(
                pd.Series({"T": 1, "C": 1}),
                pd.Series({"T": 1, "C": 1}),
                treated=["T"],
                buffer=[],
                control=["C"],
            )

    def test_an_area_in_two_groups(self):
        both = pd.Series({"T": 1, "B": 1, "C": 1})
        with pytest.raises(InputError, match="'T' is in treated and again in control"):
            displacement(both, both, treated=["T"], buffer=["B"], control=["C", "T"])

    def test_an_unknown_area(self):
        with pytest.raises(InputError, match=r"counts_after: 1 areas of buffer have no count.*'B'"):
            displacement(pd.Series({"T": 1, "B": 1, "C": 1}), pd.Series({"T": 1, "C": 1}), **GROUPS)

    def test_a_control_without_events(self):
        with pytest.raises(InputError, match="the control has no event after"):
            effect((1, 1, 1), (1, 1, 0))

    def test_a_count_that_is_none(self):
        with pytest.raises(InputError, match=r"counts_before: the count of 'B' came as 0\.5"):
            effect((1, 0.5, 1), (1, 1, 1))

    def test_a_table_without_events(self):
        table = pd.DataFrame({"rate": [1, 1, 1]}, index=list("TBC"))
        with pytest.raises(ColumnError, match="no column 'events'"):
            displacement(table, table, **GROUPS)

    def test_periods_of_different_length(self):
        table = pd.DataFrame({"events": [1, 1, 1], "years": 1.0}, index=list("TBC"))
        with pytest.raises(InputError, match="the periods last 1 and 2 years"):
            displacement(table, table.assign(years=2.0), **GROUPS)
