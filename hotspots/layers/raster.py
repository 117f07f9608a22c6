"""Zonal statistics: a grid of numbers, summed or averaged over each polygon."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import RasterioRasterSource
from rasterio.errors import RasterioError

from hotspots._checks import existing_file, named_index
from hotspots.errors import CrsError, DataFileError, InputError
from hotspots.layers._layer import check_direction, check_name, checked_layer, warn_low_cover
from hotspots.schema import POLYGON_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from hotspots.schema import Direction, Layer

Statistic = Literal["sum", "mean"]

_DRIVERS = ("GTiff", "AAIGrid", "HFA")
"""Formats that hold their own cells. Others (VRT, WMS, ...) may point to other files or hosts."""

_LEAST_BELIEVABLE = -9_000.0
"""Grids mark empty cells with -9999, -99999, -3.4e38; a sum over undeclared ones is nonsense."""


def raster_layer(
    path: str | Path,
    polygons: gpd.GeoDataFrame,
    *,
    name: str,
    stat: Statistic = "sum",
    weights: str | Path | None = None,
    band: int = 1,
    unit: str = "",
    direction: Direction = "more_is_worse",
    source_name: str = "",
    titles: Mapping[str, str] | None = None,
) -> Layer:
    """Return the sum or the mean of a raster's cells over each polygon.

    A cell that a border cuts counts by the exact share of it that lies inside (held in single
    precision: to seven digits), so that sums over polygons that touch without overlap add up to
    the sum over their union. The polygons are
    brought to the raster's CRS; the raster is never resampled. Cells without data are left out.

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
        Only with ``"mean"``: a raster of counts by which cells are weighted (a population raster
        gives the residents' mean), in the same CRS, its grid aligned with the first. A weight
        without data counts as 0; a polygon in which all weights are 0 gets the mean by area.
    band
        Band of ``path`` to read, from 1.
    unit, direction, source_name
        Told of the layer.
    titles
        Language code → title.

    Returns
    -------
    Layer
        Floats on the polygons' index, NaN where no cell has data; ``cover`` is the share of the
        polygon under cells with data.

    Raises
    ------
    DataFileError
        If a file is missing or cannot be read as a raster.
    CrsError
        If the raster or the polygons have no CRS, or the two rasters differ.
    InputError
        If the statistic is unknown, the raster is rotated or upside down, nothing overlaps, cells
        hold an undeclared mark for "empty", a weight is negative, or the grids are not aligned.

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
    with ExitStack() as files:
        grid = files.enter_context(_opened(path, band, f"raster_layer {name!r}"))
        weighting = None
        if weights is not None:
            weighting = files.enter_context(_opened(weights, 1, f"raster_layer {name!r}: weights"))
            _check_same_crs(grid, weighting)
        zones = gpd.GeoDataFrame(geometry=polygons.geometry.to_crs(grid.crs).reset_index(drop=True))
        cells = _extract(grid, band, weighting, zones)
        cover = _cover(grid, zones, cells.count)
        _check_cells(grid, zones, cells)
    values = pd.Series(_value(cells, stat), index=polygons.index, dtype="float64")
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


@dataclass(frozen=True, eq=False, slots=True)
class _Cells:
    """What the cells under each polygon add up to."""

    count: NDArray[np.float64]  # cells with data, in whole cells
    sum: NDArray[np.float64]
    mean: NDArray[np.float64]
    least: NDArray[np.float64]
    weighted_mean: NDArray[np.float64] | None
    least_weight: NDArray[np.float64] | None


def _value(cells: _Cells, stat: Statistic) -> NDArray[np.float64]:
    if stat == "sum":
        return np.where(cells.count > 0, cells.sum, np.nan)
    if cells.weighted_mean is None:
        return cells.mean
    return np.where(np.isfinite(cells.weighted_mean), cells.weighted_mean, cells.mean)


def _extract(
    grid: rasterio.DatasetReader,
    band: int,
    weighting: rasterio.DatasetReader | None,
    zones: gpd.GeoDataFrame,
) -> _Cells:
    values = RasterioRasterSource(grid, band)
    plain = exact_extract(values, zones, ["count", "sum", "mean", "min"], output="pandas")
    weighted = least_weight = None
    if weighting is not None:
        loads = RasterioRasterSource(weighting, 1)
        try:
            table = exact_extract(
                values, zones, ["weighted_mean(default_weight=0)"], weights=loads, output="pandas"
            )
        except RuntimeError as problem:
            raise InputError(
                f"raster_layer: the cells of {grid.name} and of the weights {weighting.name} are "
                f"not aligned ({problem}). Bring one to the other's grid, e.g. with gdalwarp -tap."
            ) from problem
        weighted = _column(table, "weighted_mean")
        lowest = exact_extract(loads, zones, ["min"], output="pandas")
        least_weight = _column(lowest, "min")
    return _Cells(
        count=_column(plain, "count"),
        sum=_column(plain, "sum"),
        mean=_column(plain, "mean"),
        least=_column(plain, "min"),
        weighted_mean=weighted,
        least_weight=least_weight,
    )


def _column(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    numbers = pd.to_numeric(table[name]).to_numpy(dtype="float64", na_value=np.nan)
    return cast("NDArray[np.float64]", numbers)


def _cover(
    grid: rasterio.DatasetReader, zones: gpd.GeoDataFrame, count: NDArray[np.float64]
) -> NDArray[np.float64]:
    wide, high = grid.res
    # Areas in the raster's own plane, degrees too: only their ratio matters.
    area = shapely.area(zones.geometry.to_numpy())
    cover: NDArray[np.float64] = np.minimum(count * abs(wide * high) / area, 1.0)
    return cover


def _opened(path: str | Path, band: int, what: str) -> rasterio.DatasetReader:
    file = existing_file(path, what)
    grid = _open_plain(file, what)
    if grid.crs is None:
        raise CrsError(
            f"{what}: {file} has no coordinate reference system. "
            "Write it into the file, e.g. with gdal_edit.py -a_srs EPSG:4326."
        )
    if not 1 <= band <= grid.count:
        raise InputError(f"{what}: band {band} was asked for, and {file} has 1 to {grid.count}.")
    turn = grid.transform
    if turn.b != 0 or turn.d != 0 or turn.e >= 0 or turn.a <= 0:
        raise InputError(
            f"{what}: the grid of {file} is rotated or not north up. "
            "Warp it to a plain grid first, e.g. with gdalwarp."
        )
    return grid


def _open_plain(file: Path, what: str) -> rasterio.DatasetReader:
    problems = []
    for driver in _DRIVERS:
        try:
            return rasterio.open(file.resolve(), driver=driver)
        except RasterioError as problem:
            problems.append(problem)
    raise DataFileError(
        f"{what}: {file} cannot be read as a raster ({problems[0]}). "
        f"Save it as a GeoTIFF (also read: {', '.join(_DRIVERS[1:])})."
    ) from problems[0]


def _check_options(stat: str, weights: str | Path | None, polygons: gpd.GeoDataFrame) -> None:
    if stat not in get_args(Statistic):
        raise InputError(
            f"raster_layer: stat came as {stat!r}. "
            f"It is one of {', '.join(map(repr, get_args(Statistic)))}."
        )
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


def _check_cells(grid: rasterio.DatasetReader, zones: gpd.GeoDataFrame, cells: _Cells) -> None:
    if not (cells.count > 0).any():
        west, south, east, north = zones.total_bounds
        raise InputError(
            f"raster_layer: no cell of {grid.name} with data lies in any polygon. In the raster's "
            f"CRS the polygons lie in x {west:g}–{east:g}, y {south:g}–{north:g}, the raster in "
            f"x {grid.bounds.left:g}–{grid.bounds.right:g}, "
            f"y {grid.bounds.bottom:g}–{grid.bounds.top:g}. Check that both are of one city."
        )
    least = float(np.nanmin(cells.least))
    if grid.nodata is None and least < _LEAST_BELIEVABLE:
        raise InputError(
            f"raster_layer: {grid.name} declares no value for empty cells, and holds {least:g}, "
            "which looks like one. Declare it, e.g. with gdal_edit.py -a_nodata."
        )
    if cells.least_weight is not None and float(np.nanmin(cells.least_weight)) < 0:
        raise InputError(
            "raster_layer: the weights hold negative cells. Weights are counts, 0 or more; "
            "an empty cell's mark must be declared, e.g. with gdal_edit.py -a_nodata."
        )
