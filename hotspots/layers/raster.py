"""Zonal statistics: the sum or the mean of a raster over each polygon."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.raster import RasterioRasterSource

from hotspots._checks import named_index, one_of
from hotspots.errors import CrsError, DataFileError, InputError
from hotspots.layers.layer import check_direction, check_name, checked_layer, warn_low_cover
from hotspots.limits import LIMITS, Limits
from hotspots.schema import POLYGON_ID
from hotspots.schema.options import RasterStatistic
from hotspots.spatial.crs import moved
from hotspots.spatial.zonal import CellTotals, cell_totals, numbers, open_raster, zonal_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import rasterio
    from numpy.typing import NDArray

    from hotspots.schema import Direction, Layer


def raster_layer(
    path: str | Path,
    polygons: gpd.GeoDataFrame,
    *,
    name: str,
    stat: RasterStatistic = "sum",
    weights: str | Path | None = None,
    band: int = 1,
    unit: str = "",
    direction: Direction = "more_is_worse",
    source_name: str = "",
    titles: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Layer:
    """Return the sum or the mean of a raster's cells over each polygon.

    Cells on a border are weighted by their exact coverage fraction (in single precision, to seven
    digits), so that sums over adjacent polygons add up to the sum over their union. The polygons
    are projected to the raster's CRS; the raster is never resampled. Cells without data are
    skipped.

    Parameters
    ----------
    path
        A local raster file (GeoTIFF, Arc/Info ASCII grid or Erdas Imagine), north up.
    polygons
        Polygons on ``polygon_id``, in any CRS.
    name
        Name of the layer.
    stat
        ``"sum"`` for counts per cell (residents); ``"mean"`` for rates, by area.
    weights
        Only with ``"mean"``: a raster of counts that weight the cells (a population raster gives
        the population-weighted mean), in the same CRS and aligned to the same grid. A weight
        without data counts as 0; a polygon whose weights are all 0 gets the mean by area.
    band
        Band of ``path`` to read, from 1.
    unit, direction, source_name
        Attributes of the layer.
    titles
        Language code → title.
    limits
        How many cells may be read, and from what blocks (:class:`hotspots.Limits`).

    Returns
    -------
    Layer
        Floats on the polygons' index, NaN where no cell has data; ``cover`` is the share of the
        polygon's area under cells with data.

    Raises
    ------
    DataFileError
        If a file is missing or cannot be read as a raster.
    CrsError
        If the raster or the polygons have no CRS, or the two rasters differ.
    InputError
        If the statistic is unknown, the raster is rotated or not north up, nothing overlaps, cells
        hold an undeclared nodata value, a weight is negative, or the grids are not aligned.

    Warns
    -----
    HotspotsWarning
        Where less than 90% of a polygon is covered.

    References
    ----------
    .. [1] Baston, D. exactextract: fast and accurate raster zonal statistics.
       https://isciences.github.io/exactextract/

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import geopandas as gpd, numpy as np, rasterio
    >>> from shapely import box
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "residents.tif"
    >>> with rasterio.open(file, "w", driver="GTiff", width=2, height=2, count=1, crs=32613,
    ...                    dtype="float32",
    ...                    transform=rasterio.Affine(100, 0, 0, 0, -100, 200)) as grid:
    ...     grid.write(np.array([[1, 2], [3, 4]], dtype="float32"), 1)
    >>> polygons = gpd.GeoDataFrame({"polygon_id": ["west", "middle"]}, crs=32613,
    ...     geometry=[box(0, 0, 100, 200), box(50, 0, 150, 200)]).set_index("polygon_id")
    >>> raster_layer(file, polygons, name="residents").values.to_dict()
    {'west': 4.0, 'middle': 5.0}
    """
    check_name(name)
    check_direction(name, direction)
    _check_options(stat, weights, polygons)
    weighted = None
    with ExitStack() as files:
        what = f"raster_layer {name!r}"
        grid = files.enter_context(open_raster(path, band=band, what=what, limits=limits))
        zones = moved(polygons[[polygons.geometry.name]].reset_index(drop=True), grid.crs, what)
        totals = cell_totals(grid, zones, band=band, what="raster_layer", limits=limits)
        if weights is not None:
            loads = files.enter_context(
                open_raster(weights, what=f"{what}: weights", limits=limits)
            )
            _check_same_crs(grid, loads)
            weighted = _weighted(grid, band, loads, zones)
        cover = _cover(grid, zones, totals.count)
    values = pd.Series(_value(totals, weighted, stat), index=polygons.index, dtype="float64")
    covered = pd.Series(cover, index=polygons.index, dtype="float64")
    warn_low_cover(name, covered, stacklevel=2)
    return checked_layer(
        name,
        values,
        unit=unit,
        direction=direction,
        source=source_name,
        title=titles,
        cover=covered,
    )


def _value(
    totals: CellTotals, weighted: NDArray[np.float64] | None, stat: str
) -> NDArray[np.float64]:
    if stat == "sum":
        return np.where(totals.count > 0, totals.sum, np.nan)
    if weighted is None:
        return totals.mean
    return np.where(np.isfinite(weighted), weighted, totals.mean)


def _weighted(
    grid: rasterio.DatasetReader,
    band: int,
    weighting: rasterio.DatasetReader,
    zones: gpd.GeoDataFrame,
) -> NDArray[np.float64]:
    loads = RasterioRasterSource(weighting, 1)
    try:
        table = exact_extract(
            RasterioRasterSource(grid, band),
            zones,
            ["weighted_mean(default_weight=0)"],
            weights=loads,
            output="pandas",
        )
    except RuntimeError as problem:
        raise InputError(
            f"raster_layer: the cells of {grid.name} and of the weights {weighting.name} are "
            f"not aligned ({problem}). Bring one to the other's grid, e.g. with gdalwarp -tap."
        ) from problem
    except Exception as problem:  # GDAL's and rasterio's own.
        raise DataFileError(
            f"raster_layer: the cells of {grid.name} or of the weights {weighting.name} could not "
            f"be read ({problem}). Save both again."
        ) from problem
    lowest = numbers(zonal_table(weighting, 1, zones, ["min"], "raster_layer: weights"), "min")
    if float(np.nanmin(lowest)) < 0:
        raise InputError(
            "raster_layer: the weights hold negative cells. Weights are counts, 0 or more; "
            "declare the value of empty cells, e.g. with gdal_edit.py -a_nodata."
        )
    return numbers(table, "weighted_mean")


def _cover(
    grid: rasterio.DatasetReader, zones: gpd.GeoDataFrame, count: NDArray[np.float64]
) -> NDArray[np.float64]:
    wide, high = grid.res
    # Areas in the units of the raster's CRS, degrees included: only their ratio matters.
    area = shapely.area(zones.geometry.to_numpy())
    cover: NDArray[np.float64] = np.minimum(count * abs(wide * high) / area, 1.0)
    return cover


def _check_options(stat: str, weights: str | Path | None, polygons: gpd.GeoDataFrame) -> None:
    one_of(stat, RasterStatistic, "raster_layer: stat")
    if weights is not None and stat == "sum":
        raise InputError(
            "raster_layer: weights apply to a mean, not to a sum. Use stat='mean', or no weights."
        )
    if len(polygons) == 0:
        raise InputError("raster_layer: there are no polygons. Check the step before.")
    if polygons.crs is None:
        raise CrsError("raster_layer: the polygons have no coordinate reference system. Set it.")
    named_index(polygons, POLYGON_ID, "raster_layer: polygons")


def _check_same_crs(grid: rasterio.DatasetReader, weighting: rasterio.DatasetReader) -> None:
    if grid.crs != weighting.crs:
        raise CrsError(
            f"raster_layer: {grid.name} is in {grid.crs} and the weights {weighting.name} in "
            f"{weighting.crs}. Warp one to the other's grid, e.g. with gdalwarp -t_srs."
        )
