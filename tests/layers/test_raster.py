"""Zonal statistics: a raster that can be added up by hand, and a real one."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely import box

from hotspots.errors import CrsError, DataFileError, HotspotsWarning, InputError
from hotspots.layers.raster import raster_layer

CRS = 32613
ARUBA = Path(__file__).parents[3] / "shared/data/aruba/population_2020.tif"
NINE = np.arange(1.0, 10.0, dtype="float32").reshape(3, 3)  # 1 2 3 / 4 5 6 / 7 8 9, cells of 10 m


def write(path, cells, *, crs=CRS, nodata=None, transform=None, driver="GTiff", scale=None):
    cells = np.atleast_3d(cells) if cells.ndim == 2 else cells
    transform = transform or from_origin(0, cells.shape[0] * 10, 10, 10)
    with rasterio.open(
        path,
        "w",
        driver=driver,
        height=cells.shape[0],
        width=cells.shape[1],
        count=cells.shape[2],
        dtype=cells.dtype,
        crs=crs,
        nodata=nodata,
        transform=transform,
    ) as grid:
        grid.write(np.moveaxis(cells, 2, 0))
        if scale is not None:
            grid.scales = (scale,)
    return path


def polygons_of(*geometry, crs=CRS):
    index = pd.Index([f"P{place}" for place in range(len(geometry))], name="polygon_id")
    return gpd.GeoDataFrame(geometry=list(geometry), crs=crs, index=index)


@pytest.fixture
def nine(tmp_path):
    return write(tmp_path / "nine.tif", NINE)


def test_cells_are_counted_by_the_share_inside(nine):
    # The square cuts the corners in quarters and the sides in halves, and holds the middle.
    square = polygons_of(box(5, 5, 25, 25))
    total = raster_layer(nine, square, name="residents", source_name="grid", unit="persons")
    assert total.values["P0"] == pytest.approx((1 + 3 + 7 + 9) / 4 + (2 + 4 + 6 + 8) / 2 + 5)
    assert raster_layer(nine, square, name="m", stat="mean").values["P0"] == pytest.approx(5.0)
    assert (total.name, total.unit, total.source) == ("residents", "persons", "grid")
    assert total.cover["P0"] == pytest.approx(1.0)


def test_a_column_of_cells(nine):
    left, rest = polygons_of(box(0, 0, 10, 30), box(10, 0, 30, 30)).geometry
    layer = raster_layer(nine, polygons_of(left, rest), name="residents")
    assert layer.values.to_dict() == pytest.approx({"P0": 1 + 4 + 7, "P1": 2 + 3 + 5 + 6 + 8 + 9})


def test_cells_without_data_are_left_out(tmp_path):
    cells = NINE.copy()
    cells[0, 0], cells[1, 1] = -99999.0, np.nan
    path = write(tmp_path / "gaps.tif", cells, nodata=-99999.0)
    whole = polygons_of(box(0, 0, 30, 30))
    with pytest.warns(HotspotsWarning, match=r"covers less than 90% of 1 of 1.*78%"):
        total = raster_layer(path, whole, name="residents")
    assert total.values["P0"] == pytest.approx(45 - 1 - 5)
    assert total.cover["P0"] == pytest.approx(7 / 9)
    with pytest.warns(HotspotsWarning, match="covers less"):
        mean = raster_layer(path, whole, name="m", stat="mean")
    assert mean.values["P0"] == pytest.approx((45 - 1 - 5) / 7)


def test_a_polygon_beside_the_raster_has_no_data(nine):
    pair = polygons_of(box(0, 0, 30, 30), box(100, 100, 130, 130))
    for stat in ("sum", "mean"):
        with pytest.warns(HotspotsWarning, match=r"P1 \(0%\)"):
            layer = raster_layer(nine, pair, name="residents", stat=stat)
        assert np.isnan(layer.values["P1"])


def test_whole_numbers_with_a_scale_are_read_in_their_unit(tmp_path):
    path = write(tmp_path / "scaled.tif", NINE.astype("int16"), scale=0.1)
    layer = raster_layer(path, polygons_of(box(0, 0, 30, 30)), name="poverty", stat="mean")
    assert layer.values["P0"] == pytest.approx(0.5)


def test_another_band_and_another_format(tmp_path):
    two = np.stack([NINE, NINE * 10], axis=2)
    path = write(tmp_path / "two.tif", two)
    whole = polygons_of(box(0, 0, 30, 30))
    assert raster_layer(path, whole, name="m", band=2).values["P0"] == pytest.approx(450.0)
    text = write(tmp_path / "nine.asc", NINE, driver="AAIGrid")
    assert raster_layer(text, whole, name="m").values["P0"] == pytest.approx(45.0)


class TestWeights:
    """The mean among residents: values weighted by a second raster."""

    def test_a_case_worked_by_hand(self, nine, tmp_path):
        people = np.zeros((3, 3), dtype="float32")
        people[0, 0], people[2, 2] = 30.0, 10.0
        weights = write(tmp_path / "people.tif", people)
        pair = polygons_of(box(0, 0, 30, 30), box(5, 0, 30, 30))
        layer = raster_layer(nine, pair, name="poverty", stat="mean", weights=weights)
        assert layer.values["P0"] == pytest.approx((30 * 1 + 10 * 9) / 40)
        assert layer.values["P1"] == pytest.approx((15 * 1 + 10 * 9) / 25)

    def test_a_weight_without_data_is_nobody(self, nine, tmp_path):
        people = np.ones((3, 3), dtype="float32")
        people[0, 2] = -99999.0
        weights = write(tmp_path / "people.tif", people, nodata=-99999.0)
        whole = polygons_of(box(0, 0, 30, 30))
        layer = raster_layer(nine, whole, name="poverty", stat="mean", weights=weights)
        assert layer.values["P0"] == pytest.approx((45 - 3) / 8)

    def test_where_nobody_lives_it_is_the_mean_by_area(self, nine, tmp_path):
        weights = write(tmp_path / "people.tif", np.zeros((3, 3), dtype="float32"))
        whole = polygons_of(box(0, 0, 30, 30))
        layer = raster_layer(nine, whole, name="poverty", stat="mean", weights=weights)
        assert layer.values["P0"] == pytest.approx(5.0)

    def test_a_finer_grid_that_is_aligned(self, nine, tmp_path):
        weights = write(
            tmp_path / "fine.tif",
            np.ones((6, 6), dtype="float32"),
            transform=from_origin(0, 30, 5, 5),
        )
        layer = raster_layer(
            nine, polygons_of(box(5, 5, 25, 25)), name="m", stat="mean", weights=weights
        )
        assert layer.values["P0"] == pytest.approx(5.0)

    def test_a_grid_that_is_not_aligned(self, nine, tmp_path):
        weights = write(
            tmp_path / "off.tif",
            np.ones((3, 3), dtype="float32"),
            transform=from_origin(3, 30, 10, 10),
        )
        with pytest.raises(InputError, match=r"not aligned.*gdalwarp"):
            raster_layer(
                nine, polygons_of(box(0, 0, 30, 30)), name="m", stat="mean", weights=weights
            )

    def test_another_crs(self, nine, tmp_path):
        weights = write(tmp_path / "other.tif", np.ones((3, 3), dtype="float32"), crs=32614)
        with pytest.raises(CrsError, match=r"EPSG:32613 and the weights .* EPSG:32614"):
            raster_layer(
                nine, polygons_of(box(0, 0, 30, 30)), name="m", stat="mean", weights=weights
            )

    def test_negative_weights(self, nine, tmp_path):
        weights = write(tmp_path / "negative.tif", np.full((3, 3), -1.0, dtype="float32"))
        with pytest.raises(InputError, match="the weights hold negative cells"):
            raster_layer(
                nine, polygons_of(box(0, 0, 30, 30)), name="m", stat="mean", weights=weights
            )

    def test_with_a_sum(self, nine):
        with pytest.raises(InputError, match="weights apply to a mean, not to a sum"):
            raster_layer(nine, polygons_of(box(0, 0, 30, 30)), name="m", weights=nine)


@settings(deadline=None, max_examples=25)
@given(
    cuts=st.lists(st.floats(1.0, 99.0), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_sums_over_a_tessellation_add_up(cuts, seed, tmp_path_factory):
    cells = np.random.default_rng(seed).uniform(0, 50, (10, 10))
    path = write(tmp_path_factory.mktemp("grid") / "grid.tif", cells)
    places = [-5.0, *sorted(cuts), 105.0]
    zones = [box(left, -5, right, 105) for left, right in pairwise(places)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HotspotsWarning)  # strips reach past the raster
        layer = raster_layer(path, polygons_of(*zones), name="residents")
    assert layer.values.sum() == pytest.approx(cells.sum(), rel=1e-7)  # single precision


@pytest.mark.skipif(not ARUBA.exists(), reason="needs ../shared/data/aruba")
def test_the_residents_of_aruba_are_all_counted_once():
    # WorldPop's 106,766 residents, in a tessellation of the island in meters (another CRS).
    window = gpd.GeoSeries([box(-70.08, 12.40, -69.85, 12.64)], crs=4326).to_crs(32619).iloc[0]
    points = shapely.MultiPoint(
        np.random.default_rng(1).uniform(window.bounds[:2], window.bounds[2:], (40, 2))
    )
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=window))
    with pytest.warns(HotspotsWarning, match="covers less"):  # most of the window is sea
        layer = raster_layer(ARUBA, polygons_of(*cells, crs=32619), name="residents")
    assert layer.values.sum() == pytest.approx(106_766, abs=1)


def test_polygons_are_brought_to_the_crs_of_the_raster(tmp_path):
    degrees = write(
        tmp_path / "degrees.tif",
        np.ones((100, 100), dtype="float32"),
        crs=4326,
        transform=from_origin(-106.5, 31.8, 0.001, 0.001),
    )
    square = gpd.GeoSeries([box(-106.45, 31.72, -106.43, 31.74)], crs=4326).to_crs(CRS)
    layer = raster_layer(degrees, polygons_of(*square), name="cells")
    assert layer.values["P0"] == pytest.approx(400.0, rel=1e-6)  # 20 × 20 cells


class TestErrors:
    def test_no_file(self, tmp_path):
        with pytest.raises(DataFileError, match=r"there is no file .*gone\.tif"):
            raster_layer(tmp_path / "gone.tif", polygons_of(box(0, 0, 1, 1)), name="m")

    def test_an_address_is_not_a_file(self):
        with pytest.raises(DataFileError, match="there is no file"):
            raster_layer("https://example.org/a.tif", polygons_of(box(0, 0, 1, 1)), name="m")

    def test_not_a_raster(self, tmp_path):
        path = tmp_path / "notes.tif"
        path.write_text("not a raster")
        with pytest.raises(DataFileError, match=r"notes\.tif cannot be read as a raster"):
            raster_layer(path, polygons_of(box(0, 0, 1, 1)), name="m")

    def test_a_file_that_points_to_others(self, nine, tmp_path):
        path = tmp_path / "virtual.vrt"
        path.write_text(
            '<VRTDataset rasterXSize="3" rasterYSize="3"><SRS>EPSG:32613</SRS>'
            '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
            f"<SourceFilename>{nine}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
        )
        with pytest.raises(DataFileError, match="cannot be read as a raster"):
            raster_layer(path, polygons_of(box(0, 0, 30, 30)), name="m")

    def test_no_crs(self, tmp_path):
        path = write(tmp_path / "bare.tif", NINE, crs=None)
        with pytest.raises(CrsError, match=r"bare\.tif has no coordinate reference system"):
            raster_layer(path, polygons_of(box(0, 0, 30, 30)), name="m")

    def test_polygons_without_crs(self, nine):
        with pytest.raises(CrsError, match="the polygons have no coordinate reference system"):
            raster_layer(nine, polygons_of(box(0, 0, 30, 30), crs=None), name="m")

    def test_nothing_overlaps(self, nine):
        away = polygons_of(box(900, 900, 930, 930))
        with pytest.raises(InputError, match=r"no cell of .*nine\.tif with data.*x 900–930"):
            raster_layer(nine, away, name="m")

    def test_an_undeclared_mark_of_empty_cells(self, tmp_path):
        cells = NINE.copy()
        cells[0, 0] = -99999.0
        path = write(tmp_path / "undeclared.tif", cells)
        with pytest.raises(InputError, match=r"declares no value for empty cells.*holds -99999"):
            raster_layer(path, polygons_of(box(0, 0, 30, 30)), name="m")

    @pytest.mark.parametrize(
        "transform",
        [rasterio.Affine(10, 0, 0, 0, 10, 0), rasterio.Affine(10, 2, 0, 2, -10, 30)],
        ids=["south up", "rotated"],
    )
    def test_a_grid_that_is_not_north_up(self, tmp_path, transform):
        path = write(tmp_path / "turned.tif", NINE, transform=transform)
        with pytest.raises(InputError, match="rotated or not north up"):
            raster_layer(path, polygons_of(box(0, 0, 30, 30)), name="m")

    def test_an_unknown_statistic(self, nine):
        with pytest.raises(InputError, match=r"stat came as 'median'. It is one of 'sum', 'mean'"):
            raster_layer(nine, polygons_of(box(0, 0, 30, 30)), name="m", stat="median")

    def test_a_band_that_is_not_there(self, nine):
        with pytest.raises(InputError, match=r"band 2 was asked for, and .* has 1 to 1"):
            raster_layer(nine, polygons_of(box(0, 0, 30, 30)), name="m", band=2)

    def test_no_polygons(self, nine):
        with pytest.raises(InputError, match="there are no polygons"):
            raster_layer(nine, polygons_of(), name="m")
