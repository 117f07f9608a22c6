"""The town in every format that is read, to be mutated."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely

from tests.project.hostile_files import with_incidents, with_raster, with_units

UNITS = ("gpkg", "geojson", "shp", "parquet", "fgb", "kml", "gml", "tab", "mif")
INCIDENTS = ("csv", "xlsx", "parquet", "geojson", "gpkg")


def towns(folder: Path, make_town) -> list[Path]:
    """Write the town once for each format, and return the folders."""
    made = []
    for number, kind in enumerate(UNITS):
        town = make_town(folder / f"{number}_{kind}")
        if kind != "gpkg":
            with_units(town, f"units.{kind}")
            (town.folder / "units.gpkg").unlink()
        _incidents(town, INCIDENTS[number % len(INCIDENTS)])
        if kind in ("geojson", "shp", "fgb"):
            _raster(town, "tif" if kind == "shp" else "asc")
        if kind in ("parquet", "gpkg"):
            _streets(town)
        made.append(town.folder)
    return made


def _incidents(town, kind: str) -> None:
    if kind == "csv":
        return
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    path = with_incidents(town, f"incidents.{kind}")
    points = gpd.points_from_xy(table["LON"].astype(float), table["LAT"].astype(float))
    layer = gpd.GeoDataFrame(table, geometry=points, crs=4326)
    if kind == "xlsx":
        table.to_excel(path, index=False)
    elif kind == "parquet":
        table.to_parquet(path)
    else:
        layer.dropna(subset=["LON"]).to_file(path)
    (town.folder / "incidents.csv").unlink()


def _raster(town, kind: str) -> None:
    path = with_raster(town, f"people.{kind}")
    grid = {"width": 80, "height": 80, "count": 1, "crs": 32613, "dtype": "float32"}
    driver = {"tif": "GTiff", "asc": "AAIGrid"}[kind]
    there = rasterio.Affine(50, 0, 360_000, 0, -50, 3_504_000)
    with rasterio.open(path, "w", driver=driver, transform=there, **grid) as file:
        file.write(np.full((80, 80), 9, "float32"), 1)


def _streets(town) -> None:
    ends = [[[360_000, 3_500_000 + 90 * n], [363_000, 3_500_100]] for n in range(9)]
    lines = shapely.linestrings(ends)
    streets = gpd.GeoDataFrame({"name": ["Calle Juárez"] * 9}, geometry=lines, crs=32613)
    streets.to_file(town.folder / "streets.geojson")
    section = '[gazetteer.streets]\nfile = "streets.geojson"\nname = "name"\n\n[tests]'
    town.edit("[tests]", section)
