"""Cover: how much of a polygon its source speaks for, and when that is said."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import box

from hotspots.errors import HotspotsWarning
from hotspots.layers.areal import areal_layer
from hotspots.layers.raster import raster_layer

CRS = 32613


def polygon(width):
    index = pd.Index(["P1"], name="polygon_id")
    return gpd.GeoDataFrame(geometry=[box(0, 0, width, 1000)], crs=CRS, index=index)


@pytest.mark.parametrize(
    ("known", "said"), [(900.0, False), (899.0, True), (700.0, True), (1000.0, False)]
)
def test_less_than_nine_tenths_is_said(known, said):
    source = gpd.GeoDataFrame({"poor": [12.0]}, geometry=[box(0, 0, known, 1000)], crs=CRS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        [layer] = areal_layer(source, polygon(1000), intensive="poor")
    assert layer.cover["P1"] == pytest.approx(known / 1000)
    assert bool([one for one in caught if issubclass(one.category, HotspotsWarning)]) is said


def test_cover_counts_cells_by_both_of_their_sides(tmp_path):
    path = tmp_path / "flat.tif"
    cells = np.array([[1.0, 2.0, -1.0, -1.0]], dtype="float32")
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=1, count=1, crs=CRS, dtype="float32",
        nodata=-1.0, transform=rasterio.Affine(100, 0, 0, 0, -1000, 1000),
    ) as grid:  # fmt: skip
        grid.write(cells, 1)
    with pytest.warns(HotspotsWarning, match=r"P1 \(50%\)"):
        layer = raster_layer(path, polygon(400), name="residents")
    assert layer.cover["P1"] == pytest.approx(0.5)
    assert layer.values["P1"] == 3.0


def test_ground_of_the_source_that_counts_twice_is_said():
    # One area a tenth of which lies on another: a total counts that tenth twice.
    source = gpd.GeoDataFrame(
        {"people": [100.0, 100.0]},
        geometry=[box(0, 0, 550, 1000), box(450, 0, 1000, 1000)],
        crs=CRS,
    )
    with pytest.warns(HotspotsWarning, match=r"10\.0%"):
        areal_layer(source, polygon(1000), extensive="people")
