"""A pile-up begins at ten rows and eight addresses on one spot, as the documents say."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.geocoding.report.pile_ups import pile_ups


def on_one_spot(rows, addresses, *, east=0.0):
    """Rows on a spot, with so many different addresses among them."""
    table = pd.DataFrame({"address": [f"Calle {n % addresses}" for n in range(rows)]})
    points = gpd.points_from_xy([500.0 + east * (n % 2) for n in range(rows)], [800.0] * rows)
    return gpd.GeoDataFrame(table, geometry=points, crs=32613)


@pytest.mark.parametrize(
    ("rows", "addresses", "found"),
    [(10, 8, True), (9, 8, False), (9, 9, False), (10, 7, False), (40, 7, False), (10, 10, True)],
)
def test_from_ten_rows_and_eight_addresses_on(rows, addresses, found):
    assert len(pile_ups(on_one_spot(rows, addresses))) == found


def test_a_spot_is_a_decimeter_wide():
    assert len(pile_ups(on_one_spot(10, 10, east=0.01))) == 1
    assert pile_ups(on_one_spot(10, 10, east=0.2)).empty


def test_rows_without_an_address_are_no_address():
    rows = on_one_spot(12, 12)
    rows.loc[:4, "address"] = ""
    assert pile_ups(rows).empty
