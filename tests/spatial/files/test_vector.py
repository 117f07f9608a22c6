"""Vector files: every kind gives the same layer, and a disguise is refused before it is opened."""

from __future__ import annotations

import http.server
import threading
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import rasterio
import shapely
from shapely.geometry import box

from hotspots.errors import DataFileError, InputError
from hotspots.spatial.files.vector import read_vector

DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojson": "GeoJSON",
    "fgb": "FlatGeobuf",
    "kml": "LIBKML",
    "kmz": "LIBKML",
    "gml": "GML",
    "tab": "MapInfo File",
    "mif": "MapInfo File",
    "gdb": "OpenFileGDB",
}
TOPOLOGY = (
    '{"type":"Topology","objects":{"units":{"type":"GeometryCollection","geometries":['
    '{"type":"Polygon","arcs":[[0,1]],"properties":{"CVE":"0002","POB":1200}},'
    '{"type":"Polygon","arcs":[[2,-2]],"properties":{"CVE":"0001","POB":7}}]}},'
    '"arcs":[[[-106.49,31.71],[-106.5,31.71],[-106.5,31.7],[-106.49,31.7]],'
    "[[-106.49,31.7],[-106.49,31.71]],"
    "[[-106.49,31.7],[-106.48,31.7],[-106.48,31.71],[-106.49,31.71]]]}"
)


@pytest.fixture
def layer():
    return gpd.GeoDataFrame(
        {"CVE": ["0002", "0001"], "POB": [1200, 7], "colonia": ["Peñón", "Norte"]},
        geometry=[box(-106.5, 31.7, -106.49, 31.71), box(-106.49, 31.7, -106.48, 31.71)],
        crs=4326,
    )


def read(path, **options):
    return read_vector(path, what="units", **options)


def assert_same(found, layer):
    found = found.sort_values("CVE", ignore_index=True)
    layer = layer.sort_values("CVE", ignore_index=True)
    assert found["CVE"].tolist() == layer["CVE"].tolist()
    assert found["POB"].astype(int).tolist() == layer["POB"].tolist()
    # A geodatabase rounds degrees to 1e-9; each unit is 1e-4 square degrees.
    apart = shapely.symmetric_difference(found.geometry.to_numpy(), layer.geometry.to_numpy())
    assert shapely.area(apart).max() < 1e-10


@pytest.mark.parametrize("kind", DRIVERS)
@pytest.mark.filterwarnings("ignore:Field POB of type Integer64:RuntimeWarning")
def test_every_kind_gives_the_same_layer(layer, tmp_path, kind):
    path = tmp_path / f"units.{kind}"
    layer.to_file(path, driver=DRIVERS[kind])
    before = sorted(tmp_path.rglob("*"))
    found = read(path)
    assert_same(found, layer)
    assert found.crs.to_epsg() == 4326
    assert "Peñón" in found["colonia"].tolist()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", ["topojson", "json"])
def test_topojson_says_no_reference_system(layer, tmp_path, kind):
    path = tmp_path / f"units.{kind}"
    path.write_text(TOPOLOGY, encoding="utf-8")
    found = read(path)
    assert_same(found, layer)
    assert found.crs is None


def zipped(folder: Path, target: Path, *, inside: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, inside + file.relative_to(folder).as_posix())
    return target


@pytest.mark.parametrize("kind", ["shp", "gpkg", "fgb", "tab", "gdb"])
@pytest.mark.parametrize("inside", ["", "census 2020/{odd}/../"])
@pytest.mark.filterwarnings("ignore:Field POB of type Integer64:RuntimeWarning")
def test_a_zip_holds_one_layer(layer, tmp_path, kind, inside):
    folder = tmp_path / "made"
    folder.mkdir()
    layer.to_file(folder / f"UNITS.{kind}", driver=DRIVERS[kind])
    (folder / "LEEME.txt").write_text("INEGI")
    assert_same(read(zipped(folder, tmp_path / "units.zip", inside=inside)), layer)


def test_of_several_layers_in_a_zip_one_is_named(layer, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    layer.to_file(folder / "08a.shp")
    layer.iloc[:1].to_file(folder / "08ent.shp")
    path = zipped(folder, tmp_path / "08.zip")
    with pytest.raises(InputError, match=r"08\.zip has 2 layers \(08a, 08ent\).*layer="):
        read(path)
    with pytest.raises(InputError, match=r"has no layer '08m'. It has: 08a, 08ent"):
        read(path, layer="08m")
    assert len(read(path, layer="08ent")) == 1


def test_archives_that_hold_nothing_or_lie_are_refused(tmp_path):
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("report.pdf", "x")
    with pytest.raises(DataFileError, match=r"empty\.zip holds no layer of a kind that is read"):
        read(empty)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.gpkg", b"\0" * 50_000_000)
    with pytest.raises(DataFileError, match=r"would unpack to 50,000,000 bytes"):
        bomb.write_bytes(bomb.read_bytes())
        read(bomb)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    with pytest.raises(DataFileError, match=r"cut\.zip could not be unpacked"):
        read(cut)
    disguised = tmp_path / "disguised.zip"
    with zipfile.ZipFile(disguised, "w") as archive:
        archive.writestr("units.gpkg", "<OGRVRTDataSource></OGRVRTDataSource>")
    with pytest.raises(DataFileError, match=r"layer\.gpkg is not a \.gpkg file, despite its name"):
        read(disguised)


@pytest.fixture
def asked():
    """The address of a server on this machine, and the list of what was asked of it."""
    requests: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    server.server_close()


VIRTUAL = (
    '<OGRVRTDataSource><OGRVRTLayer name="units"><SrcDataSource>/vsicurl/{url}/a.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
DISGUISES = {
    "{kind}": VIRTUAL,
    "web service": "<OGRWFSDataSource><URL>{url}/wfs?SERVICE=WFS</URL></OGRWFSDataSource>",
    "after a comment": "<!-- <kml> -->" + VIRTUAL,
    "inside a kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><!-- ' + VIRTUAL + " --></kml>",
    "inside a gml": '<a xmlns:gml="http://www.opengis.net/gml"><!-- ' + VIRTUAL + " --></a>",
    "after a signature": "fgb\x03fgb\x01    " + VIRTUAL,
    "mapinfo view": '!table\n!version 100\n\nOpen Table "/vsicurl/{url}/a.tab" Hide\n'
    "Create View x As\nSelect a\nDefinition Table\n  Type NATIVE\n",
    "pipeline": '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read '
    '/vsicurl/{url}/a.geojson", "Feature": 1}}',
}


@pytest.mark.parametrize("kind", ["gpkg", "shp", "kml", "gml", "fgb", "tab", "mif", "json", "zip"])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_points_elsewhere_is_refused_whatever_its_name(tmp_path, asked, kind, disguise):
    url, requests = asked
    path = tmp_path / f"units.{kind}"
    path.write_text(DISGUISES[disguise].format(url=url, kind=kind), encoding="latin-1")
    with pytest.raises(
        DataFileError, match=r"not a \.\w+ file, despite its name|points to other|not be read"
    ):
        read(path)
    assert requests == []


def test_a_gml_fetches_no_schema(layer, tmp_path, asked):
    url, requests = asked
    path = tmp_path / "units.gml"
    layer.to_file(path, driver="GML")
    schema = f"{url}/wfs?SERVICE=WFS&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=u units.xsd"
    path.write_text(path.read_text("utf-8").replace(" units.xsd", " " + schema), "utf-8")
    assert schema in path.read_text("utf-8")
    assert_same(read(path), layer)
    assert requests == []


LINKED = {
    "plain": '"crs": {{"type": "link", "properties": {{"href": "{url}/crs", "type": "proj4"}}}}',
    "turned around": '"crs":{{"properties":{{"href":"{url}/crs"}},"type":"link"}}',
    "escaped": '"\\u0063rs": {{"type": "li\\u006ek", "properties": {{"href": "{url}/crs"}}}}',
    "twice": '"crs": {{"type": "name", "properties": {{"name": "EPSG:4326"}}}}, '
    '"crs": {{"type": "link", "properties": {{"href": "{url}/crs"}}}}',
}
POINT = (
    '"features": [{{"type": "Feature", "properties": {{"type": "link"}}, '
    '"geometry": {{"type": "Point", "coordinates": [0, 0]}}}}]'
)


@pytest.mark.parametrize("kind", ["geojson", "json"])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("crs", LINKED)
def test_no_reference_system_is_fetched(tmp_path, asked, crs, before, kind):
    url, requests = asked
    members = [LINKED[crs], POINT] if before else [POINT, " " * 70_000, LINKED[crs]]
    body = ", ".join(member for member in members if member.strip())
    path = tmp_path / f"units.{kind}"
    path.write_text(('{{"type": "FeatureCollection", ' + body + "}}").format(url=url), "utf-8")
    with pytest.raises(DataFileError, match=r"units\.\w+ names an address where its coordinate"):
        read(path)
    assert requests == []


def test_gdal_itself_reaches_no_network(tmp_path, asked, monkeypatch):
    """Were a pointer overlooked, nothing would leave the machine for it."""
    url, requests = asked
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    path = tmp_path / "linked.geojson"
    linked = LINKED["plain"].format(url=url)
    path.write_text(
        '{"type": "FeatureCollection", ' + linked + ", " + POINT.format() + "}", "utf-8"
    )
    assert len(pyogrio.read_dataframe(path)) == 1
    with pytest.raises(Exception, match=r"vsicurl"):
        pyogrio.read_dataframe(f"/vsicurl/{url}/a.geojson")
    with pytest.raises(rasterio.RasterioIOError, match=r"vsicurl"):
        rasterio.open(f"/vsicurl/{url}/a.tif")
    assert requests == []


def test_a_kml_of_links_says_so(tmp_path):
    path = tmp_path / "units.kml"
    path.write_text("<kml><NetworkLink><href>http://example.org</href></NetworkLink></kml>")
    with pytest.raises(DataFileError, match=r"points to other files or addresses"):
        read(path)


def test_a_folder_is_no_geodatabase_by_its_name(layer, tmp_path):
    folder = tmp_path / "units.gdb"
    folder.mkdir()
    layer.to_file(folder / "units.shp")
    with pytest.raises(DataFileError, match=r"is not a file geodatabase, or holds other files"):
        read(folder)


def test_the_kinds_that_are_read_are_listed(tmp_path):
    with pytest.raises(DataFileError, match=r"type '\.vrt'.*\.gpkg.*\.fgb.*\.kml.*\.zip, \.gdb"):
        read(tmp_path / "units.vrt")
    with pytest.raises(DataFileError, match=r"type 'unknown'"):
        read(tmp_path / "units")
