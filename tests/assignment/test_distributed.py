"""Distribution: the counts of many machines are the counts of one, and nothing else comes back."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from itertools import pairwise

import dask
import dask.dataframe as dd
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.assignment.assign import assign, assignment_summary
from hotspots.assignment.counts import count_incidents
from hotspots.errors import ColumnError, CrsError, InputError

SIDE = 4  # squares a side, each a unit; 2 × 2 units are a polygon
PARTS = 4
ROWS = 3_000


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as connected:
        yield connected


@pytest.fixture(scope="module")
def units():
    i, j = np.divmod(np.arange(SIDE * SIDE), SIDE)
    shapes = shapely.box(100 * j, 100 * i, 100 * j + 100, 100 * i + 100)
    names = pd.Index([f"u{number:02d}" for number in range(SIDE * SIDE)], name="unit_id")
    return gpd.GeoDataFrame(geometry=shapes, crs=32613, index=names)


@pytest.fixture(scope="module")
def membership(units):
    i, j = np.divmod(np.arange(SIDE * SIDE), SIDE)
    return pd.Series([f"P{a}{b}" for a, b in zip(i // 2, j // 2, strict=True)], index=units.index)


@pytest.fixture(scope="module")
def polygons(membership):
    names = pd.Index(sorted(membership.unique()), name="polygon_id")
    return pd.DataFrame(index=names)


@pytest.fixture(scope="module")
def table():
    """Rows of every kind: on edges and vertices, far out, vague, doubtful, undated, repeated."""
    rng = np.random.default_rng(4)
    kinds = ["given", "matched", "approximate", "ambiguous", "unmatched"]
    precisions = ["minute", "day", "month", "year", "none"]
    second = shapely.points(rng.uniform(-20, 420, (ROWS, 2)))
    status = rng.choice(kinds, ROWS, p=[0.5, 0.2, 0.1, 0.15, 0.05])
    frame = pd.DataFrame(
        {
            "x": rng.integers(-4, 45, ROWS) * 10.0,
            "y": rng.integers(-4, 45, ROWS) * 10.0,
            "location_status": status,
            "location_radius_m": np.where(status == "approximate", 15.0, 0.0),
            "location_alternative": np.where(rng.random(ROWS) < 0.9, shapely.to_wkb(second), None),
            "category": rng.choice(["homicide", "robbery", "assault", None], ROWS),
            "date": pd.Timestamp("2020-01-31")
            + pd.to_timedelta(rng.integers(0, 500 * 24, ROWS), unit="h"),
            "date_precision": rng.choice(precisions, ROWS, p=[0.3, 0.4, 0.1, 0.1, 0.1]),
            "event_id": np.where(
                rng.random(ROWS) < 0.6, rng.integers(0, 900, ROWS).astype(str).astype(object), None
            ),
            "victims": rng.integers(0, 4, ROWS),
            "repeat_of": np.where(rng.random(ROWS) < 0.1, 1.0, np.nan),
        },
        index=pd.Index(rng.permutation(ROWS) + 1, name="row_id"),
    )
    frame.loc[frame.index[::97], "x"] = np.nan
    frame.loc[frame.index[::89], "date"] = pd.NaT
    return frame


def as_points(table):
    other = gpd.GeoSeries.from_wkb(table["location_alternative"], crs=32613)
    kept = table.drop(columns=["x", "y"]).assign(location_alternative=other)
    return gpd.GeoDataFrame(kept, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=32613)


@pytest.fixture(scope="module")
def alone(table, units, membership):
    """The same rows on one machine."""
    return assign(as_points(table), units, membership=membership, tolerance_m=12)


@pytest.fixture(scope="module")
def folder(table, tmp_path_factory):
    place = tmp_path_factory.mktemp("points")
    for number, rows in enumerate(np.array_split(np.arange(ROWS), PARTS)):
        table.iloc[rows].to_parquet(place / f"part-{number}.parquet")
    return place


@pytest.fixture
def spread(client, folder, units, membership):
    points = dd.read_parquet(folder)
    assert points.npartitions == PARTS
    return assign(points, units, membership=membership, tolerance_m=12)


def same(ours, theirs):
    pd.testing.assert_frame_equal(ours, theirs)
    assert ours.to_csv() == theirs.to_csv()


def test_every_row_has_the_fate_that_it_has_on_one_machine(spread, alone):
    there = spread.compute()
    names = ["unit_id", "polygon_id", "assignment_status"]
    pd.testing.assert_frame_equal(there[names], pd.DataFrame(alone[names]))
    assert (there.dtypes == spread.dtypes).all()
    assert set(alone["assignment_status"]) == {
        "inside", "boundary", "snapped", "shared", "outside", "unlocated",
    }  # fmt: skip


def test_the_fates_add_up_to_the_rows(spread, alone):
    summary = assignment_summary(spread)
    same(summary, assignment_summary(alone))
    assert summary["rows"].sum() == ROWS
    assert summary["without_unit"].sum() > 0


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"by": "category", "period": "month"},
        {"by": "category", "period": "week", "repeats": "leave_out"},
        {"categories": ["homicide", "arson"], "period": "hour_of_week"},
        {"by": "category", "categories": ["robbery", "homicide", "robbery"], "period": "year"},
    ],
    ids=str,
)
def test_counts_are_those_of_one_machine(spread, alone, polygons, options):
    same(count_incidents(spread, polygons, **options), count_incidents(alone, polygons, **options))


def test_counts_into_units_and_without_events(spread, alone, units):
    options = {"by": "category", "period": "quarter"}
    same(count_incidents(spread, units, **options), count_incidents(alone, units, **options))
    told = ["event_id"]
    same(
        count_incidents(spread.drop(columns=told), units, **options),
        count_incidents(alone.drop(columns=told), units, **options),
    )


@pytest.fixture
def received(client, monkeypatch):
    """All that the client gets from the cluster."""
    things = []
    gather = client._gather_remote

    async def recorded(*args, **kwargs):
        response = await gather(*args, **kwargs)
        things.extend(response.get("data", {}).values())
        return response

    monkeypatch.setattr(client, "_gather_remote", recorded)
    return things


def test_nothing_larger_than_the_cells_reaches_the_client(spread, polygons, received):
    counts = count_incidents(spread, polygons, by="category", period="year")
    # 4 polygons, homicide, robbery, assault and unmapped, 2020, 2021 and undated.
    assert len(counts) == 4 * 4 * 3
    assert 0 < sum(map(len, received)) <= len(counts)
    assert len(pickle.dumps(received)) < 10_000
    received.clear()
    assignment_summary(spread)
    assert 0 < sum(map(len, received)) <= 7
    # The recorder sees what does reach the client.
    received.clear()
    spread.compute()
    assert sum(map(len, received)) == ROWS


def test_a_worker_killed_in_the_middle_changes_no_count(
    client, folder, units, membership, alone, polygons, tmp_path
):
    marker = tmp_path / "killed"

    def deadly(part, partition_info=None):
        # The last partition: most of the others' rows are on their way by then.
        if partition_info and partition_info["number"] == PARTS - 1 and not marker.exists():
            marker.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return part

    points = dd.read_parquet(folder)
    points = points.map_partitions(deadly, meta=points._meta)
    before = set(client.run(os.getpid).values())
    counts = count_incidents(
        assign(points, units, membership=membership, tolerance_m=12),
        polygons,
        by="category",
        period="month",
    )
    assert int(marker.read_text()) in before
    client.wait_for_workers(2, timeout=30)
    assert set(client.run(os.getpid).values()) != before
    same(counts, count_incidents(alone, polygons, by="category", period="month"))


@pytest.fixture
def one_process():
    with dask.config.set({"scheduler": "synchronous", "dataframe.shuffle.method": "tasks"}):
        yield


AREAS = pd.DataFrame(index=pd.Index(["P1", "P2"], name="polygon_id"))


def cut(columns, *sizes):
    """Assigned rows, numbered from 1, so many in each partition."""
    rows = pd.DataFrame({"assignment_status": "inside", **columns})
    rows.index = pd.RangeIndex(1, len(rows) + 1, name="row_id")
    edges = np.cumsum([0, *sizes])
    pieces = [rows.iloc[start:end] for start, end in pairwise(edges)]
    return dd.from_map(lambda piece: piece, pieces, meta=rows.iloc[:0])


def test_an_event_over_partitions_counts_where_its_first_counted_row_lies(one_process):
    # By row_id the event "a" is first outside, then in P2; its homicide and its theft are two.
    columns = {
        "polygon_id": [None, "P2", "P1", "P1", "P1"],
        "assignment_status": ["outside", "inside", "snapped", "inside", "inside"],
        "event_id": ["a", "a", "a", "a", None],
        "category": ["homicide", "homicide", "homicide", "theft", "theft"],
    }
    counts = count_incidents(cut(columns, 1, 1, 0, 2, 1), AREAS)
    assert counts["events"].to_dict() == {"P1": 2, "P2": 1}
    assert counts["victims"].to_dict() == {"P1": 3, "P2": 1}


@settings(deadline=None, max_examples=10)
@given(
    table=st.lists(
        st.tuples(
            st.sampled_from(["P1", "P2", None]),
            st.sampled_from(["inside", "outside"]),
            st.sampled_from([7.0, 8.0, None]),
            st.sampled_from(["x", "y"]),
        ),
        min_size=1,
        max_size=12,
    ),
    sizes=st.lists(st.integers(0, 4), max_size=4),
)
def test_no_cut_into_partitions_changes_a_count(table, sizes):
    names = ["polygon_id", "assignment_status", "event_id", "category"]
    columns = dict(zip(names, map(list, zip(*table, strict=True)), strict=True))
    sizes = [*sizes, len(table)]  # the last partition holds what is left
    with dask.config.set({"scheduler": "synchronous", "dataframe.shuffle.method": "tasks"}):
        spread = cut(columns, *sizes)
        whole = spread.compute()
        here, there = (count_incidents(rows, AREAS, by="category") for rows in (whole, spread))
    same(there, here)


def test_a_geoparquet_of_points_by_threads_that_share_the_areas(table, units, tmp_path):
    points = as_points(table).head(500)
    for start in range(0, 500, 50):
        points.iloc[start : start + 50].to_parquet(tmp_path / f"part-{start:03d}.parquet")
    spread = assign(dd.read_parquet(tmp_path), units, tolerance_m=12)
    assert "x" not in spread.columns
    names = ["unit_id", "assignment_status"]
    alone = assign(points, units, tolerance_m=12)
    there = spread.compute(scheduler="threads")
    pd.testing.assert_frame_equal(there[names], pd.DataFrame(alone[names]))


def test_whole_numbers_as_identifiers_and_row_id_as_a_column(one_process):
    areas = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=32613,
        index=pd.Index([17, 4], name="polygon_id"),
    )
    rows = pd.DataFrame(
        {"lon": [0.5, 1.0, 9.0, 1.5], "lat": 0.5, "row_id": [4, 3, 2, 1], "event_id": [5, 5, 6, 5]}
    )
    spread = assign(dd.from_pandas(rows, npartitions=2), areas, x="lon", y="lat")
    assert spread.compute()["polygon_id"].tolist() == [17, 4, pd.NA, 4]
    counts = count_incidents(spread, areas)
    assert counts["events"].to_dict() == {17: 0, 4: 1}
    assert counts["victims"].to_dict() == {17: 1, 4: 2}
    assert counts.index.dtype == areas.index.dtype


def test_what_is_missing_is_named_before_anything_runs(units):
    def dead(part):
        raise AssertionError("a partition was computed")

    def rows(**columns):
        meta = pd.DataFrame(columns).iloc[:0]
        return dd.from_map(lambda _: dead(_), [0], meta=meta)

    placed = {"x": [1.0], "y": [1.0]}
    with pytest.raises(ColumnError, match=r"no column 'y' and no 'geometry'.*with x= and y="):
        assign(rows(x=[1.0]), units)
    with pytest.raises(ColumnError, match=r"'x' is .*coordinates are numbers.*astype"):
        assign(rows(x=["1"], y=[1.0]), units)
    with pytest.raises(InputError, match=r"areas must be a GeoDataFrame"):
        assign(rows(**placed), AREAS)
    with pytest.raises(CrsError, match=r"areas: the layer has no coordinate reference"):
        assign(rows(**placed), units.set_crs(None, allow_override=True))
    with pytest.raises(InputError, match=r"tolerance_m came as -1"):
        assign(rows(**placed), units, tolerance_m=-1)
    with pytest.raises(ColumnError, match=r"run assign\(\) first.*'assignment_status'"):
        count_incidents(rows(polygon_id=["P1"]), AREAS)
    with pytest.raises(ColumnError, match=r"run assign\(\) first.*'assignment_status'"):
        assignment_summary(rows(polygon_id=["P1"]))
    assigned = {"polygon_id": ["P1"], "assignment_status": ["inside"]}
    with pytest.raises(ColumnError, match=r"no column 'category'"):
        count_incidents(rows(**assigned), AREAS, by="category")
    with pytest.raises(InputError, match=r"period='decade' is not known"):
        count_incidents(rows(**assigned), AREAS, period="decade")
    with pytest.raises(ColumnError, match=r"'date' is text.*to_datetime"):
        count_incidents(
            rows(**assigned, date=pd.array(["1/2/2020"], dtype="string")), AREAS, period="year"
        )
    with pytest.raises(ColumnError, match=r"'event_id', and neither a column nor an index 'row_i"):
        count_incidents(rows(**assigned, event_id=["a"]), AREAS)


def test_what_only_the_rows_can_tell_is_named(one_process):
    with pytest.raises(InputError, match=r"1 incidents lie in a polygon_id.*first 'P9'"):
        count_incidents(cut({"polygon_id": ["P1", "P9"]}, 1, 1), AREAS)
    columns = {"polygon_id": ["P1", "P1"], "category": ["homicide", "theft"]}
    with pytest.raises(InputError, match=r"no incident has any of.*homicide, theft"):
        count_incidents(cut(columns, 1, 1), AREAS, categories=["arson"])
    rows = cut({"polygon_id": ["P1", "P2"], "event_id": ["a", "a"]}, 1, 1)
    doubled = rows.map_partitions(lambda part: part.set_axis(part.index * 0, axis=0))
    with pytest.raises(InputError, match=r"row_id 0 is there more than once.*event 'a'"):
        count_incidents(doubled, AREAS)


def test_dask_is_not_loaded_for_a_table_of_pandas():
    script = (
        "import sys, pandas as pd, hotspots as hs\n"
        "areas = pd.DataFrame(index=pd.Index(['P1'], name='polygon_id'))\n"
        "rows = pd.DataFrame({'polygon_id': ['P1'], 'assignment_status': ['inside']})\n"
        "hs.count_incidents(rows, areas)\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
