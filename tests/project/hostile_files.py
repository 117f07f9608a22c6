"""Hostile files: what a few kilobytes can claim, each put into the town's project."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely
from pyproj import CRS
from rasterio.windows import Window

ENDLESS = (
    "CREATE VIEW {name} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) {rows}"
)
RASTER = 'population_raster = "{}"'


def with_units(town, name: str, **options) -> Path:
    """Let the town's units be another file, and return its path."""
    path = town.folder / name
    units = town.units()
    if path.suffix == ".parquet":
        units.to_parquet(path)
    else:
        units.to_file(path, **options)
    town.edit("units.gpkg", name)
    return path


def with_incidents(town, name: str) -> Path:
    town.edit("incidents.csv", name)
    return town.folder / name


def with_raster(town, name: str) -> Path:
    town.edit('population = "POBTOT"', RASTER.format(name))
    return town.folder / name


def with_table(town, name: str) -> Path:
    town.edit('population = "POBTOT"', f'population = "POBTOT"\npopulation_table = "{name}"')
    return town.folder / name


def coordinate(value: str):
    def spoil(town) -> None:
        path = with_units(town, "units.geojson")
        content = json.loads(path.read_text("utf-8"))
        content["features"][3]["geometry"]["coordinates"][0][1][0] = 123.5
        path.write_text(json.dumps(content).replace("123.5", value), "utf-8")

    return spoil


def broken_wkb(town) -> None:
    path = with_units(town, "units.parquet")
    table = pq.read_table(path)
    place = table.column_names.index("geometry")
    shapes = table.column(place).to_pylist()
    shapes[5] = b"\x01\x03\x00\x00\x00\xff\xff\xff\xff" + shapes[5][9:]
    pq.write_table(table.set_column(place, table.field(place), pa.array(shapes)), path)


def cut_flatgeobuf(town) -> None:
    path = with_units(town, "units.fgb")
    path.write_bytes(path.read_bytes()[:-900])


def flatgeobuf_of_a_billion(town) -> None:
    path = with_units(town, "units.fgb", SPATIAL_INDEX="NO")
    content = path.read_bytes()
    count = struct.pack("<Q", 64)
    assert content.count(count) == 1
    path.write_bytes(content.replace(count, struct.pack("<Q", 10**9)))


def recursive_view(town) -> None:
    with closing(sqlite3.connect(town.folder / "units.gpkg")) as database:
        rows = "SELECT i AS fid, u.geom, i AS CVEGEO, 1 AS POBTOT FROM n, kept u"
        database.execute("ALTER TABLE units RENAME TO kept")
        database.execute(ENDLESS.format(name="units", rows=rows))
        database.commit()


def recursive_contents(town) -> None:
    with closing(sqlite3.connect(town.folder / "units.gpkg")) as database:
        rows = "SELECT 'layer' || i AS table_name, k.* FROM n, kept k"
        database.execute("ALTER TABLE gpkg_contents RENAME TO kept")
        database.execute(ENDLESS.format(name="gpkg_contents", rows=rows))
        database.commit()


def view_of_incidents(town) -> None:
    path = with_incidents(town, "incidents.gpkg")
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=4326)
    points.to_file(path, layer="incidents")
    town.edit('"incidents.gpkg"', '"incidents.gpkg"\nsheet = "endless"')
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            ENDLESS.format(name="endless", rows="SELECT i AS fid, 'a' AS DELITO FROM n")
        )
        database.commit()


def generated_column(town) -> None:
    with closing(sqlite3.connect(town.folder / "units.gpkg")) as database:
        database.execute("ALTER TABLE units ADD COLUMN huge AS (zeroblob(900000000))")
        database.commit()


def piled_units(town) -> None:
    count = 3_000
    shapes = shapely.buffer(shapely.points(360_000 + np.arange(count), 3_500_000.0), 9_000)
    columns = {"CVEGEO": np.arange(count).astype(str), "POBTOT": 100, "pobreza": 1.0}
    town.write_units(gpd.GeoDataFrame(columns, geometry=shapes, crs=32613))


def ascii_grid(town) -> None:
    (town.folder / "people.prj").write_text(CRS.from_epsg(32613).to_wkt("WKT1_ESRI"))
    with_raster(town, "people.asc").write_text(
        "ncols 2000000\nnrows 2000000\nxllcorner 0\nyllcorner 0\ncellsize 0.0001\n1 2 3\n"
    )


def sparse_geotiff(town) -> None:
    grid = {"driver": "GTiff", "width": 400_000, "height": 400_000, "count": 1, "crs": 32613}
    tiles = {"tiled": True, "blockxsize": 16_384, "blockysize": 16_384, "sparse_ok": True}
    form = {"dtype": "uint8", "compress": "deflate", "bigtiff": "yes"}
    there = rasterio.Affine(0.01, 0, 360_000, 0, -0.01, 3_504_000)
    path = with_raster(town, "people.tif")
    with rasterio.open(path, "w", **grid, **tiles, **form, transform=there):
        pass


def one_block(town) -> None:
    grid = {"driver": "GTiff", "width": 32_768, "height": 32_768, "count": 1, "crs": 32613}
    tiles = {"tiled": True, "blockxsize": 32_768, "blockysize": 32_768, "sparse_ok": True}
    there = rasterio.Affine(1, 0, 360_000, 0, -1, 3_504_000)
    path = with_raster(town, "people.tif")
    with rasterio.open(path, "w", **grid, **tiles, dtype="uint8", transform=there):
        pass


def geotiff(town, **changes) -> None:
    grid = {"driver": "GTiff", "width": 80, "height": 80, "count": 1, "crs": 32613}
    there = rasterio.Affine(50, 0, 360_000, 0, -50, 3_504_000)
    path = with_raster(town, "people.tif")
    with rasterio.open(path, "w", **grid | {"dtype": "float32", "transform": there} | changes) as f:
        f.write(np.ones((80, 80), "float32"), 1, window=Window(0, 0, 80, 80))


def many_rows(place):
    def spoil(town) -> None:
        path = place(town, "rows.parquet")
        with pq.ParquetWriter(path, pa.schema([("DELITO", pa.int8())]), compression="zstd") as file:
            part = pa.table({"DELITO": pa.array(np.zeros(10_000_000, "int8"))})
            for _ in range(6):
                file.write_table(part)

    return spoil


def dictionary(town) -> None:
    texts = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(100_000, "int32")), pa.array(["x" * 5_000_000])
    )
    path = with_incidents(town, "rows.parquet")
    pq.write_table(pa.table({"DELITO": texts}), path, store_schema=False)


def list_of_millions(town) -> None:
    path = with_incidents(town, "rows.parquet")
    pq.write_table(pa.table({"DELITO": pa.array([np.zeros(60_000_000, "int8")])}), path)


def topology(town) -> None:
    arc = [[n % 7, n % 5] for n in range(20_000)]
    rings = [{"type": "Polygon", "arcs": [[0]], "properties": {"CVEGEO": n}} for n in range(20_000)]
    content = {"type": "Topology", "objects": {"u": {"type": "GeometryCollection"}}, "arcs": [arc]}
    content["objects"]["u"]["geometries"] = rings
    with_units(town, "units.geojson").unlink()
    (town.folder / "units.topojson").write_text(json.dumps(content))
    town.edit("units.geojson", "units.topojson")


def nested(opening: str):
    def spoil(town) -> None:
        path = with_units(town, "units.geojson")
        path.write_text('{"type": "FeatureCollection", "features": ' + opening * 200_000, "utf-8")

    return spoil


def endless_line(town) -> None:
    (town.folder / "incidents.csv").write_bytes(b"x" * 60_000_000)


def million_columns(town) -> None:
    names = ",".join(f"c{n}" for n in range(1_000_000))
    (town.folder / "incidents.csv").write_text(f"{names}\n" + "," * 999_999 + "\n")


def wide_and_ragged(town) -> None:
    names = ",".join(["DELITO", *(f"c{n}" for n in range(15_000))])
    (town.folder / "incidents.csv").write_text(f"{names}\n" + names + "\n" + "a,\n" * 1_000_000)


def sparse_file(town) -> None:
    path = town.folder / "incidents.csv"
    path.write_bytes(path.read_bytes() * 20)
    with path.open("ab") as stream:
        stream.truncate(40 * 1024**3)


def far_cell(town) -> None:
    book = openpyxl.Workbook()
    book.active.append(["DELITO"])
    book.active.cell(1_048_576, 16_384, "x")
    book.save(with_incidents(town, "incidents.xlsx"))


def zipped_spaces(town) -> None:
    with_units(town, "units.geojson").unlink()
    town.edit("units.geojson", "units.zip")
    with (
        zipfile.ZipFile(town.folder / "units.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("units.geojson", "w", force_zip64=True) as member,
    ):
        member.write(b'{"type": "FeatureCollection", ')
        for _ in range(300):
            member.write(b" " * 1_000_000)


def instead(make):
    """Replace the incidents by what is no file."""

    def spoil(town) -> None:
        path = town.folder / "incidents.csv"
        path.unlink()
        make(path)

    return spoil


def toml(content: bytes):
    def spoil(town) -> None:
        before = town.project.read_bytes()
        town.project.write_bytes(content.replace(b"{}", before))

    return spoil


NOWHERE = ["units.geojson", "coordinates that are no numbers", "first row 4"]
ROWS = ["rows.parquet", "60,000,000", "[limits]", "rows = "]
HOSTILE = {
    "ring with NaN": (coordinate("NaN"), NOWHERE),
    # Versions of GDAL differ in whether they read this number.
    "ring with infinity": (coordinate("1e999"), ["units.geojson"]),
    "ring of 1e308": (coordinate("-1e308"), NOWHERE),
    "broken WKB": (broken_wkb, ["units.parquet", "could not be read"]),
    "cut FlatGeobuf": (cut_flatgeobuf, ["units.fgb", "could not be read"]),
    "FlatGeobuf of a billion": (flatgeobuf_of_a_billion, ["units.fgb", "1,000,000,000 rows"]),
    "recursive view": (recursive_view, ["units.gpkg", "the view or virtual table 'units'"]),
    "recursive contents": (recursive_contents, ["units.gpkg", "gpkg_contents"]),
    "view of incidents": (view_of_incidents, ["incidents.gpkg", "'endless'"]),
    "generated column": (generated_column, ["units.gpkg", "generated column 'huge'"]),
    "piled units": (piled_units, ["units.gpkg", "2,", "neighbors = ", "[limits]"]),
    "ASCII grid": (ascii_grid, ["people.asc", "2,000,000 rows", "too small"]),
    "sparse GeoTIFF": (sparse_geotiff, ["people.tif", "raster", "[limits]"]),
    "one block": (one_block, ["people.tif", "raster_block_bytes = ", "[limits]"]),
    "no transform": (
        lambda town: geotiff(town, transform=rasterio.Affine(np.nan, 0, 0, 0, np.nan, 0)),
        ["people.tif", "not north up"],
    ),
    "raster without CRS": (lambda town: geotiff(town, crs=None), ["people.tif", "gdal_edit"]),
    "60 M incidents": (many_rows(with_incidents), ROWS),
    "60 M residents": (many_rows(with_table), ROWS),
    "a text for all rows": (dictionary, ["rows.parquet", "unpacked_", "[limits]"]),
    "a list of 60 M": (list_of_millions, ["rows.parquet", "rows_per_byte = ", "[limits]"]),
    "shared arcs": (topology, ["units.topojson", "vertices = 400000000", "[limits]"]),
    "nested lists": (nested("["), ["units.geojson", "could not be read"]),
    "nested objects": (nested('{"a":'), ["units.geojson", "could not be read"]),
    "one endless line": (endless_line, ["incidents.csv", "first line is longer"]),
    "a million columns": (million_columns, ["incidents.csv", "first line is longer"]),
    "wide and ragged": (wide_and_ragged, ["incidents.csv", "sheet_cells = ", "[limits]"]),
    "40 GB of nothing": (sparse_file, ["incidents.csv", "text_bytes = ", "[limits]"]),
    "a far cell": (far_cell, ["incidents.xlsx"]),
    "zipped spaces": (zipped_spaces, ["units.zip", "unpacked_ratio = ", "[limits]"]),
    "a pipe": (instead(os.mkfifo), ["incidents.csv", "pipe or a device"]),
    "a device": (
        instead(lambda path: path.symlink_to("/dev/zero")),
        ["incidents.csv", "pipe or a device"],
    ),
    "a folder": (instead(Path.mkdir), ["incidents.csv", "is a folder"]),
    "a link to itself": (instead(lambda path: path.symlink_to(path)), ["incidents.csv"]),
    "a name too long": (
        lambda town: town.edit("incidents.csv", "i" * 5_000 + ".csv"),
        ["cannot be looked up"],
    ),
    "project in UTF-16": (
        lambda town: town.project.write_text(town.project.read_text("utf-8"), "utf-16"),
        ["project.toml", "not UTF-8"],
    ),
    "project too deep": (toml(b"{}\na = " + b"[" * 100_000), ["project.toml", "too deeply"]),
    "project too large": (toml(b"{}\n" + b"# \n" * 1_000_000), ["project.toml", "larger than"]),
    "a number too long": (toml(b"{}\n[limits]\nrows = " + b"9" * 9_000), ["project.toml"]),
}
