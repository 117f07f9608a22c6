# ruff: noqa: E501
"""Subprocess in a network of its own: reads files that name an address, and counts who calls.

Its arguments are a folder to write to and the address of this machine in that network. Printed are
what came of each file, the number of connections, and that number after one made on purpose.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import rasterio
from shapely import box

from hotspots.errors import HotspotsError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.incidents.read import read_incidents
from hotspots.project.config.settings import load_project
from hotspots.project.run.inputs import named_files
from hotspots.spatial.files.vector import read_vector
from hotspots.spatial.zonal import cell_totals, open_raster
from hotspots.tables.cells import read_plain_table

LAYER = gpd.GeoDataFrame({"a": ["x"], "n": [1]}, geometry=[box(0, 0, 1, 1)], crs=4326)
VIRTUAL = (
    '<OGRVRTDataSource><OGRVRTLayer name="u"><SrcDataSource>/vsicurl/{url}/a.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
RASTER_VRT = (
    '<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:4326</SRS><VRTRasterBand dataType="Byte" '
    'band="1"><SimpleSource><SourceFilename>/vsicurl/{url}/a.tif</SourceFilename><SourceBand>1'
    "</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
)
TEXTS = {
    "linked.geojson": '{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":'
    '"{url}/crs"}}}},"features":[{{"type":"Feature","properties":{{}},"geometry":null}}]}}',
    "named.geojson": '{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":'
    '"{url}/crs"}}}},"features":[{{"type":"Feature","properties":{{}},"geometry":'
    '{{"type":"Point","coordinates":[0,0]}}}}]}}',
    "linked.topojson": '{{"type":"Topology","crs":{{"type":"link","properties":{{"href":"{url}"}}}},'
    '"objects":{{"u":{{"type":"Point","coordinates":[0,0]}}}},"arcs":[]}}',
    "links.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>{url}/a.kml'
    "</href></Link></NetworkLink></kml>",
    "style.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><styleUrl>{url}/s'
    "#a</styleUrl><Point><coordinates>0,0</coordinates></Point></Placemark></Document></kml>",
    "schema.gml": '<ogr:F xmlns:ogr="http://ogr" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://ogr {url}/a.xsd">'
    '<gml:featureMember><ogr:u><ogr:g><gml:Point srsName="{url}/crs"><gml:coordinates>0,0'
    "</gml:coordinates></gml:Point></ogr:g></ogr:u></gml:featureMember></ogr:F>",
    "entity.gml": '<!DOCTYPE a SYSTEM "{url}/a.dtd"><a xmlns:gml="http://www.opengis.net/gml"/>',
    "xlink.gml": '<a xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<gml:featureMember><u><g xlink:href="{url}/a.gml#x"/></u></gml:featureMember></a>',
    "view.tab": '!table\n!version 100\n\nOpen Table "/vsicurl/{url}/a.tab" Hide\n',
    "virtual.gpkg": VIRTUAL,
    "virtual.shp": VIRTUAL,
    "virtual.fgb": VIRTUAL,
    "virtual.parquet": VIRTUAL,
    "virtual.vrt": VIRTUAL,
    "service.xml": "<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
    "service.gml": "<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
    "entity.osm": '<!DOCTYPE osm SYSTEM "{url}/a.dtd"><osm version="0.6"></osm>',
    "links.csv": 'a,n\n"=WEBSERVICE(""{url}"")",{url}\n',
    "raster.tif": RASTER_VRT,
    "raster.asc": RASTER_VRT,
    "service.tif": '<GDAL_WMS><Service name="TMS"><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>',
    "values.toml": '[project]\nname = "a"\n[units]\nfile = "{url}/u.gpkg"\nid = "a"\npopulation = "n"\n'
    '[incidents]\nfile = "/vsicurl/{url}/a.csv"\ntaxonomy = "peru"\n[incidents.columns]\n'
    'category = "a"\n[tests]\ncategories = ["homicide"]\n',
}


def counted(address: str) -> tuple[str, list[object]]:
    """Return the URL of a listener, and the list that each connection is added to."""
    calls: list[object] = []
    listener = socket.create_server((address, 0))

    def accept() -> None:
        while True:
            caller, where = listener.accept()
            calls.append(where)
            caller.close()

    threading.Thread(target=accept, daemon=True).start()
    return f"http://{address}:{listener.getsockname()[1]}", calls


def written(folder: Path, url: str) -> list[str | Path]:
    """Write the files, and return them with names that are addresses."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text.format(url=url), encoding="utf-8")
    with zipfile.ZipFile(folder / "links.kmz", "w") as archive:
        archive.write(folder / "links.kml", "doc.kml")
    with zipfile.ZipFile(folder / "virtual.zip", "w") as archive:
        archive.write(folder / "virtual.gpkg", "units.gpkg")
    for kind in ("shp", "gpkg", "fgb", "gdb", "tab"):
        LAYER.to_file(folder / f"odd.{kind}", driver="OpenFileGDB" if kind == "gdb" else None)
    (folder / "odd.prj").write_text(f"{url}/crs")
    (folder / "odd.cpg").write_text(f"{url}/cpg")
    LAYER.to_parquet(folder / "odd.parquet")
    book = openpyxl.Workbook()
    book.active.append(["a", "n"])
    book.active.append([f'=WEBSERVICE("{url}")', f"='{url}/[b.xlsx]S'!A1"])
    book.active["A2"].hyperlink = url
    book.save(folder / "links.xlsx")
    _rasters(folder, url)
    names = [f"{url}/a.gpkg", f"/vsicurl/{url}/a.gpkg", f"/vsizip//vsicurl/{url}/a.zip/a.gpkg"]
    return [*sorted(folder.iterdir()), *names, *(name.replace("gpkg", "tif") for name in names)]


def _rasters(folder: Path, url: str) -> None:
    there = rasterio.Affine(0.5, 0, 0, 0, -0.5, 1)
    grid = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "float32"}
    with rasterio.open(folder / "odd.tif", "w", **grid, crs=4326, transform=there) as file:
        file.write(np.ones((2, 2), "float32"), 1)
    aux = (
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{}/a.ovr</MDI>'
    )
    aux += "</Metadata><PAMRasterBand band='1'><Metadata/></PAMRasterBand></PAMDataset>"
    (folder / "odd.tif.aux.xml").write_text(aux.format(url))
    (folder / "odd.tif.ovr").write_text(RASTER_VRT.format(url=url))
    (folder / "odd.tif.msk").write_text(RASTER_VRT.format(url=url))
    (folder / "odd.asc").write_text("ncols 1\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n1\n")


def totals(path: str | Path) -> object:
    with open_raster(path, what="raster") as grid:
        return cell_totals(grid, LAYER.to_crs(grid.crs), what="raster")


def project(path: str | Path) -> object:
    return named_files(load_project(path), Path(path).parent)


READERS = {
    "layer": lambda path: read_vector(path, what="layer"),
    "incidents": lambda path: read_incidents(path, category="a"),
    "table": lambda path: read_plain_table(path, what="table"),
    "raster": totals,
    "streets": lambda path: Gazetteer.from_layers(streets=path, street_name="a"),
    "gazetteer": Gazetteer.load,
    "openstreetmap": Gazetteer.from_osm,
    "project": project,
}


def main(folder: Path, address: str) -> dict[str, object]:
    warnings.simplefilter("ignore")
    url, calls = counted(address)
    outcomes: dict[str, str] = {}
    for path in written(folder, url):
        for reader, read in READERS.items():
            try:
                read(path)
                said = "read"
            except HotspotsError:
                said = "refused"
            except Exception as fault:
                said = f"fault: {fault!r}"
            outcomes[f"{reader} {Path(path).name}"] = said
    before = len(calls)
    host, _, port = url.removeprefix("http://").partition(":")
    socket.create_connection((host, int(port))).close()
    threading.Event().wait(0.5)
    return {"outcomes": outcomes, "calls": before, "with one on purpose": len(calls)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
