"""Cells: the same counts as the dense table, in room that grows with the rows alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.assignment.cells import count_cells
from hotspots.assignment.counts import count_incidents, select

AREAS = pd.DataFrame(index=pd.Index(["P1", "P2", "P3"], name="polygon_id"))
DAYS = ["2011-12-31", "2012-03-01", "2012-03-09", "2013-01-01", None]
CATEGORIES = ["theft", "homicide", "never"]

row = st.tuples(
    st.sampled_from(["P1", "P2", "P3", None]),
    st.sampled_from(["theft", "homicide", "other"]),
    st.sampled_from(DAYS),
    st.sampled_from(["a", "b", None]),
    st.integers(0, 3),
    st.sampled_from(["inside", "snapped", "outside"]),
)


def table(found) -> pd.DataFrame:
    names = ["polygon_id", "category", "date", "event_id", "victims", "assignment_status"]
    frame = pd.DataFrame(found, columns=names)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row_id")
    return frame.assign(date=pd.to_datetime(frame["date"]))


@given(st.lists(row, max_size=20))
@settings(max_examples=100, deadline=None)
def test_cells_are_the_dense_table(found):
    first = ("P1", "theft", "2012-03-01", None, 1, "inside")
    rows = table([first, *found])
    dense = count_incidents(rows, AREAS, by="category", period="month", categories=CATEGORIES)
    cells = count_cells(rows, AREAS, period="month", categories=CATEGORIES)
    pd.testing.assert_frame_equal(cells.frame(), dense, check_index_type=False)
    for category in CATEGORIES:
        wanted = select(dense, category=category, period="2012")[["events", "victims"]]
        found_there = cells.sums(category, lambda label: label.startswith("2012"))
        pd.testing.assert_frame_equal(found_there, wanted)


def test_a_part_of_the_table_has_the_asked_categories_and_labels():
    rows = table(
        [
            ("P1", "theft", "2012-03-01", None, 1, "inside"),
            ("P2", "homicide", "2012-04-01", None, 2, "inside"),
        ]
    )
    cells = count_cells(rows, AREAS, period="month")
    part = cells.frame(["homicide"], lambda label: label == "2012-04")
    assert part.index.tolist() == [(place, "homicide", "2012-04") for place in AREAS.index]
    assert part["victims"].tolist() == [0, 2, 0]


def test_room_grows_with_rows_and_not_with_areas_categories_and_months():
    """A slip of a century and hundreds of classes made a table of a billion cells."""
    size, random = 3_000, np.random.default_rng(0)
    areas = pd.DataFrame(index=pd.Index([f"P{n}" for n in range(2_000)], name="polygon_id"))
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 700, size), unit="D")
    rows = pd.DataFrame(
        {
            "polygon_id": random.choice(areas.index, size),
            "category": [f"class {n}" for n in random.integers(0, 300, size)],
            "date": days,
            "assignment_status": "inside",
        },
        index=pd.RangeIndex(1, size + 1, name="row_id"),
    )
    rows.loc[1, "date"] = pd.Timestamp("1905-01-01")
    cells = count_cells(rows, areas, period="month")
    assert len(cells.labels) > 1_400
    assert cells.events.size <= size
    assert cells.events.sum() == size
