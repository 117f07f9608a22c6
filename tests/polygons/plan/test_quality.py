"""Quality: what the record says, and what hangs on a border."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.assignment.assign import assign
from hotspots.errors import ColumnError, CrsError
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.plan.quality import border_share, within_share
from hotspots.polygons.units.read import read_units


def test_the_record_adds_up(squares):
    units = squares([6000, 6000, 20_000, 6000]).assign(poverty=[10.0, 20.0, 70.0, 30.0])
    quality = build_polygons(units, similarity=["poverty"], seed=7).quality
    assert (quality.residents, quality.residents_in_bounds) == (38_000, 12_000)
    assert quality.residents_impossible == 26_000
    assert (quality.polygons, quality.polygons_in_bounds) == (3, 1)
    assert quality.bounds == (10_000, 15_000)
    assert quality.seed == 7
    # Only the pair has variance within: 6,000 residents at 5 on either side of 15.
    mean = (6000 * 10 + 6000 * 20 + 20_000 * 70 + 6000 * 30) / 38_000
    around = (
        6000 * (10 - mean) ** 2 + 6000 * (20 - mean) ** 2
        + 20_000 * (70 - mean) ** 2 + 6000 * (30 - mean) ** 2
    )  # fmt: skip
    assert quality.within_variance == pytest.approx({"poverty": 12_000 * 25 / around})


def test_within_and_between_are_the_whole_variance():
    rng = np.random.default_rng(0)
    values, weight, group = rng.normal(size=60), rng.random(60), rng.integers(0, 5, 60)
    mean = np.average(values, weights=weight)
    between = sum(
        weight[group == g].sum()
        * (np.average(values[group == g], weights=weight[group == g]) - mean) ** 2
        for g in range(5)
    )
    around = np.sum(weight * (values - mean) ** 2)
    assert within_share(values, weight, group) == pytest.approx(1 - between / around)


def test_points_near_a_drawn_border_are_counted_once():
    polygons = gpd.GeoDataFrame(
        geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)],
        crs=32613,
        index=pd.Index(["P1", "P2"], name="polygon_id"),
    )
    # On the border, 4 m and 30 m from it; near the outer outline alone; outside.
    places = [Point(100, 50), Point(96, 50), Point(130, 50), Point(1, 50), Point(500, 50)]
    rows = gpd.GeoDataFrame(geometry=places, crs=32613, index=pd.RangeIndex(5, name="row_id"))
    share = border_share(assign(rows, polygons), polygons)
    assert share.to_dict() == {5.0: 0.5, 50.0: 0.75}
    with pytest.raises(ColumnError, match=r"assignment_status"):
        border_share(rows, polygons)
    with pytest.raises(CrsError, match=r"EPSG:32613 and EPSG:6372"):
        border_share(assign(rows, polygons), polygons.to_crs(6372))


def test_greater_manchester_hangs_on_borders_as_its_design_found(shared_data):
    units = read_units(shared_data / "manchester/lsoa.gpkg", population="pop_usual", id="code")
    table = pd.read_csv(shared_data / "manchester/burglary_2016-02_2019-01.csv")
    rows = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["Longitude"], table["Latitude"]), crs=4326
    ).to_crs(units.crs)
    plan = build_polygons(units)
    share = border_share(assign(rows, units, membership=plan.membership), plan.polygons)
    # design/polygons.md: 5.5% within 5 m and 24% within 50 m, with one plan of its own.
    assert 0.02 < share[5.0] < 0.08
    assert 0.12 < share[50.0] < 0.33
