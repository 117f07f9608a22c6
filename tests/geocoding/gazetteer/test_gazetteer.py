"""What a gazetteer is made of, what it answers, and how it is kept: places known by hand."""

from __future__ import annotations

import io
import json
import zipfile

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from hotspots.errors import CrsError, DataFileError, InputError, OutputError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents

CRS = 32618


def lines(rows, **columns):
    names = [name for name, _ in rows]
    shapes = [shapely.LineString(path) for _, path in rows]
    return gpd.GeoDataFrame({"name": names, **columns}, geometry=shapes, crs=CRS)


def points(rows, column="name"):
    names = [name for name, *_ in rows]
    shapes = [shapely.Point(x, y) for _, x, y in rows]
    return gpd.GeoDataFrame({column: names}, geometry=shapes, crs=CRS)


def place(gazetteer, address, neighborhood=""):
    table = pd.DataFrame({"a": [address], "n": [neighborhood]})
    rows = read_incidents(table, address="a", neighborhood="n", crs=gazetteer.crs)
    return geocode(rows, gazetteer).iloc[0]


def near(row, x, y, meters=1.0):
    return row.geometry.distance(shapely.Point(x, y)) <= meters


# Bogotá's squared paper: carreras 19 to 21 stand 100 m apart and grow westward, calle 10 crosses.
BOGOTA = [
    ("Calle 10", [(0, 0), (300, 0)]),
    ("Calle 11", [(0, 80), (300, 80)]),
    ("Carrera 19", [(250, -50), (250, 150)]),
    ("Carrera 20", [(150, -50), (150, 150)]),
    ("Carrera 21", [(50, -50), (50, 150)]),
]


@pytest.mark.parametrize(
    ("address", "x", "y"),
    [
        ("Calle 10 # 20-30", 120, 0),
        ("Cl. 10 No. 19-45", 205, 0),
        ("Carrera 20 # 10-25", 150, 25),
        # Beyond the last crossing numbers still grow as they did before it.
        ("Calle 10 # 21-40", 10, 0),
    ],
)
def test_a_colombian_number_is_meters_from_a_crossing(address, x, y):
    row = place(Gazetteer.from_layers(streets=lines(BOGOTA)), address)
    assert (row["location_status"], row["location_precision"]) == ("matched", "house")
    assert near(row, x, y)


def test_where_numbers_grow_unknown_the_offset_is_the_radius():
    gazetteer = Gazetteer.from_layers(streets=lines([BOGOTA[0], BOGOTA[3]]))
    row = place(gazetteer, "Calle 10 # 20-30")
    assert near(row, 150, 0) and row["location_radius_m"] == 30


ROAD = [("Carretera 45", [(0, 0), (20_000, 0)]), ("Calle Lerdo", [(0, 500), (900, 500)])]


def test_a_kilometer_lies_where_the_lines_columns_say():
    layer = lines(ROAD, desde=[20.0, None], hasta=[0.0, None])
    gazetteer = Gazetteer.from_layers(streets=layer, kilometers=("desde", "hasta"))
    row = place(gazetteer, "Carretera 45 km 12.5")
    assert row["location_status"] == "matched" and near(row, 7_500, 0)
    assert row["location_radius_m"] == 50


@pytest.mark.parametrize(("kilometer", "x"), [("11.5", 4_500), ("12", 4_000), ("14.5", 1_500)])
def test_a_kilometer_lies_between_and_beyond_two_posts(kilometer, x):
    posts = points([("Carretera 45 km 10", 6_000, 20), ("Carr. 45 Km 13", 3_000, -20)])
    gazetteer = Gazetteer.from_layers(streets=lines(ROAD), places=posts)
    row = place(gazetteer, f"Carretera 45 km {kilometer}")
    assert near(row, x, 0)
    exact = "." in kilometer
    assert row["location_status"] == ("matched" if exact else "approximate")
    assert row["location_radius_m"] == (50 if exact else 500)


@pytest.mark.parametrize("posts", [[], [("Carretera 45 km 10", 6_000, 0)]])
def test_a_kilometer_without_direction_is_only_its_road(posts):
    places = points([("Parque Central", 0, 0), *posts])
    gazetteer = Gazetteer.from_layers(streets=lines(ROAD), places=places)
    row = place(gazetteer, "Carretera 45 km 12.5")
    assert row["location_status"] == "unmatched"
    assert row["problem"] == "kilometer_unknown"


def test_a_block_and_lot_lie_in_the_neighborhood_that_is_named():
    lots = gpd.GeoDataFrame(
        {
            "block": ["B", "B", "B", "C"],
            "lote": ["7", "08", "7", None],
            "col": ["AA.HH. Las Flores", "Las Flores", "El Sol", "Las Flores"],
        },
        geometry=[shapely.box(x, 0, x + 10, 20) for x in (0, 10, 500, 100)],
        crs=CRS,
    )
    gazetteer = Gazetteer.from_layers(lots=lots, lot_name="lote", lot_neighborhood="col")
    row = place(gazetteer, "AA.HH. Las Flores Mz. B Lt. 7")
    assert (row["location_status"], row["location_precision"]) == ("matched", "house")
    assert near(row, 5, 10)
    assert near(place(gazetteer, "Mz B Lt 8", "Las Flores"), 15, 10)
    whole = place(gazetteer, "Mz C Lt 3", "Las Flores")
    assert whole["location_precision"] == "street" and near(whole, 105, 10)
    assert place(gazetteer, "Mz B Lt 7")["location_status"] == "ambiguous"
    assert place(gazetteer, "Mz B Lt 7", "Otra")["location_status"] == "unmatched"


def test_without_lots_a_block_is_its_neighborhood():
    areas = gpd.GeoDataFrame({"name": ["Las Flores"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    row = place(Gazetteer.from_layers(neighborhoods=areas), "AA.HH. Las Flores Mz. B Lt. 7")
    assert (row["location_status"], row["location_precision"]) == ("approximate", "neighborhood")


def test_a_peruvian_block_is_the_hundred_that_it_counts():
    layer = lines([("Jr. Bolívar", [(0, 0), (1_000, 0)])], a=[0], b=[1_000])
    gazetteer = Gazetteer.from_layers(streets=layer, number_from="a", number_to="b")
    row = place(gazetteer, "Jr. Bolívar cdra. 4")
    assert near(row, 450, 0, 9) and row["location_radius_m"] == 50


def test_sides_are_those_that_the_layer_says():
    layer = lines([("Main St", [(0, 0), (100, 0)])], lf=[2], lt=[98], rf=[99], rt=[1])
    gazetteer = Gazetteer.from_layers(
        streets=layer, left_numbers=("lf", "lt"), right_numbers=("rf", "rt")
    )
    assert near(place(gazetteer, "50 Main St"), 50, 8)
    assert near(place(gazetteer, "25 Main St"), 75.5, -8)


def test_numbers_between_known_ones_stand_on_their_side():
    known = [("Lerdo 100", 0, -8), ("Lerdo 101", 0, 8), ("Lerdo 200", 100, -8)]
    known += [("Lerdo 201", 100, 8)]
    gazetteer = Gazetteer.from_layers(addresses=points(known, "address"))
    assert near(place(gazetteer, "Lerdo 150"), 50, -8)
    assert near(place(gazetteer, "Lerdo 151"), 50, 8)


def test_numbers_between_known_ones_follow_the_street():
    bend = lines([("Calle Lerdo", [(0, 0), (100, 0), (100, 100)])])
    known = points([("Calle Lerdo 100", 0, -8), ("Calle Lerdo 200", 108, 100)], "address")
    gazetteer = Gazetteer.from_layers(streets=bend, addresses=known)
    assert near(place(gazetteer, "Calle Lerdo 125"), 50, 8)
    assert near(place(gazetteer, "Calle Lerdo 126"), 52, -8)
    assert near(place(gazetteer, "Calle Lerdo 176"), 108, 52)


def test_known_houses_of_two_streets_of_one_name_are_not_one_street():
    known = [(f"Rosa {n}", x + n, 0) for x in (0, 9_000) for n in (100, 200, 300)]
    gazetteer = Gazetteer.from_layers(addresses=points(known, "address"))
    row = place(gazetteer, "Rosa 150")
    assert row["location_status"] == "ambiguous"
    assert sorted([row.geometry.x, row["location_alternative"].x]) == [150, 9_150]


OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="by hand">
{elements}
</osm>
"""
WAYS = {  # id: (nodes, tags)
    10: ((1, 2), {"highway": "residential", "name": "Calle Juárez"}),
    11: ((3, 4), {"highway": "trunk", "name": "Panamericana", "ref": "MEX 45"}),
    12: ((3, 1), {"highway": "footway", "name": "Andén"}),
    13: ((1, 2, 4, 1), {"place": "neighbourhood", "name": "Centro"}),
}
NODES = {  # id: (longitude, latitude, tags)
    1: (-106.50, 31.70, {}),
    2: (-106.49, 31.70, {}),
    3: (-106.495, 31.69, {}),
    4: (-106.495, 31.71, {}),
    5: (-106.492, 31.7001, {"addr:street": "Calle Juárez", "addr:housenumber": "120"}),
    6: (-106.494, 31.7001, {"addr:street": "Calle Juárez", "addr:housenumber": "100"}),
    7: (-106.40, 31.60, {"amenity": "clinic", "name": 'Clínica "La Lejana"'}),
    8: (-106.493, 31.705, {"amenity": "school", "name": "Escuela Morelos"}),
    9: (-106.495, 31.695, {"highway": "milestone", "distance": "12"}),
}


def tagged(tags):
    return "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())


@pytest.fixture
def extract(tmp_path):
    elements = [
        f'<node id="{node}" lon="{x}" lat="{y}">{tagged(tags)}</node>'
        for node, (x, y, tags) in NODES.items()
    ]
    for way, (nodes, tags) in WAYS.items():
        path = "".join(f'<nd ref="{node}"/>' for node in nodes)
        elements.append(f'<way id="{way}">{path}{tagged(tags)}</way>')
    file = tmp_path / "ciudad.osm"
    file.write_text(OSM.format(elements="\n".join(elements)), encoding="utf-8")
    return file


def test_an_openstreetmap_extract_is_a_gazetteer(extract):
    gazetteer = Gazetteer.from_osm(extract)
    assert set(gazetteer.sources["streets"]["name"]) == {
        "Calle Juárez",
        "Panamericana",
        "Carretera 45",
    }
    degrees = gpd.GeoSeries([shapely.Point(-106.493, 31.7001)], crs=4326).to_crs(gazetteer.crs)
    row = place(gazetteer, "Juárez 110")
    assert row["location_precision"] == "house" and row.geometry.distance(degrees[0]) < 5
    row = place(gazetteer, "Calle Juárez esq. Panamericana")
    assert (row["location_status"], row["location_precision"]) == ("matched", "intersection")
    assert place(gazetteer, "Inexistente 5, Col. Centro")["location_precision"] == "neighborhood"
    assert place(gazetteer, "frente a la Escuela Morelos")["location_status"] == "matched"
    assert place(gazetteer, "frente a la Clínica La Lejana")["location_status"] == "matched"
    assert "Carretera 45 km 12" in set(gazetteer.sources["places"]["name"])


def varint(number):
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(key, value):
    """One field of a protocol buffer: a number, or bytes with their length before them."""
    if isinstance(value, int):
        return varint(key << 3) + varint(value)
    return varint(key << 3 | 2) + varint(len(value)) + value


def zigzag(number):
    return number * 2 if number >= 0 else -number * 2 - 1


def blob(kind, content):
    body = field(1, content)
    head = field(1, kind) + field(3, len(body))
    return len(head).to_bytes(4, "big") + head + body


def as_pbf():
    """Return the same city in OpenStreetMap's binary form, uncompressed."""
    texts = [""]

    def tags(own):
        texts.extend(text for pair in own.items() for text in pair)
        first = len(texts) - 2 * len(own)
        keys = b"".join(varint(first + 2 * k) for k in range(len(own)))
        values = b"".join(varint(first + 2 * k + 1) for k in range(len(own)))
        return field(2, keys) + field(3, values) if own else b""

    group = b""
    for node, (x, y, own) in NODES.items():
        lat, lon = (zigzag(round(degrees * 1e7)) for degrees in (y, x))
        content = field(1, zigzag(node)) + tags(own) + field(8, lat) + field(9, lon)
        group += field(1, content)
    data = field(2, group)
    group = b""
    for way, (nodes, own) in WAYS.items():
        steps = [after - before for before, after in zip((0, *nodes), nodes, strict=False)]
        path = b"".join(varint(zigzag(step)) for step in steps)
        group += field(3, field(1, way) + tags(own) + field(8, path))
    data += field(2, group)
    table = b"".join(field(1, text.encode()) for text in texts)
    header = field(4, b"OsmSchema-V0.6")
    return blob(b"OSMHeader", header) + blob(b"OSMData", field(1, table) + data)


def test_both_forms_of_an_extract_give_the_same_gazetteer(extract, tmp_path):
    binary = tmp_path / "ciudad.osm.pbf"
    binary.write_bytes(as_pbf())
    one, other = Gazetteer.from_osm(binary).sources, Gazetteer.from_osm(extract).sources
    assert set(one) == set(other) == {"streets", "addresses", "neighborhoods", "places"}
    for what, layer in one.items():
        column = "address" if what == "addresses" else "name"
        assert layer[column].tolist() == other[what][column].tolist()
        # The binary form rounds to the centimeter.
        assert (layer.distance(other[what]) < 0.02).all()


def test_an_extract_is_cut_to_the_study_area(extract):
    area = gpd.GeoDataFrame(geometry=[shapely.box(-106.51, 31.68, -106.48, 31.72)], crs=4326)
    gazetteer = Gazetteer.from_osm(extract, study_area=area)
    assert "Escuela Morelos" in set(gazetteer.sources["places"]["name"])
    assert not gazetteer.sources["places"]["name"].str.contains("Lejana").any()
    elsewhere = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    with pytest.raises(InputError, match="no named street"):
        Gazetteer.from_osm(extract, study_area=elsewhere)
    with pytest.raises(CrsError, match="study area has no coordinate"):
        Gazetteer.from_osm(extract, study_area=area.set_crs(None, allow_override=True))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader rubbish", "could not be read"),
        ("a.osm.pbf", b"<OGRVRTDataSource>", "is not OpenStreetMap data"),
        ("a.osm", b"<!DOCTYPE osm [<!ENTITY a 'b'>]><osm></osm>", "is not OpenStreetMap data"),
        ("a.osm", b"", "is empty"),
        ("a.txt", b"<osm>", "not an .osm.pbf or .osm file"),
    ],
)
def test_what_is_no_extract_is_refused(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=said):
        Gazetteer.from_osm(path)
    with pytest.raises(DataFileError, match="not a plain local file"):
        Gazetteer.from_osm("https://example.org/a.osm.pbf")


@pytest.fixture
def whole(extract):
    """A gazetteer with every layer in it."""
    lots = gpd.GeoDataFrame({"block": ["B"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    layer = lines([*ROAD, ("Calle Ocampo", [(400, 400), (400, 600)])], a=[1, 2, 3], b=[99, 98, 97])
    areas = gpd.GeoDataFrame({"name": ["Centro"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    return Gazetteer.from_layers(
        streets=layer,
        number_from="a",
        number_to="b",
        lots=lots,
        neighborhoods=areas,
        places=points([("Parque", 1, 2), ("Carretera 45 km 3", 3_000, 0)]),
        addresses=points([("Calle Rosa 1", 0.1, 0.2), ("Calle Rosa 9", 9.7, 1 / 3)], "address"),
    )


ASKED = [
    *("Calle Lerdo 40", "Lrdo 40", "Lerdo y Ocampo", "Mz B Lt 7", "frente al Parque", "Rosa 5"),
    *("Carretera 45 km 3", "Col. Centro", "xyzzy"),
]


def test_a_loaded_gazetteer_is_the_saved_one(whole, tmp_path):
    one, other = tmp_path / "a.gazetteer", tmp_path / "b.gazetteer"
    whole.save(one)
    loaded = Gazetteer.load(one)
    loaded.save(other)
    assert one.read_bytes() == other.read_bytes()
    rows = read_incidents(pd.DataFrame({"a": ASKED}), address="a", crs=4326)
    before, after = geocode(rows, whole), geocode(rows, loaded)
    assert before.geometry.to_wkb().equals(after.geometry.to_wkb())
    pd.testing.assert_frame_equal(
        pd.DataFrame(before.drop(columns=["geometry", "location_alternative"])),
        pd.DataFrame(after.drop(columns=["geometry", "location_alternative"])),
        check_exact=True,
    )


def rewritten(path, change, to):
    """Write the archive again with each member changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return to


def head_with(**values):
    def change(name, content):
        if not name.endswith(".json"):
            return content
        return json.dumps(json.loads(content) | values).encode()

    return change


def other_table(name, content):
    if name != "streets.parquet":
        return content
    stream = io.BytesIO()
    pq.write_table(pa.table({"name": [1]}), stream)
    return stream.getvalue()


def bad_shape(name, content):
    if name != "streets.parquet":
        return content
    table = pq.read_table(io.BytesIO(content)).to_pandas()
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table.assign(geometry=b"rubbish")), stream)
    return stream.getvalue()


CHANGES = {
    "another version": (head_with(version=1), "has version 1.*Build it again"),
    "another format": (head_with(format="x"), "is not a gazetteer"),
    "a layer of no kind": (head_with(layers=["../../etc/passwd"]), "broken"),
    "a crs of no kind": (head_with(crs="x"), "broken"),
    "no head": (lambda n, content: None if n.endswith("json") else content, "not a gazetteer"),
    "no table": (lambda name, content: None if name[0] == "s" else content, "broken"),
    "a pickle": (lambda name, content: b"cos\nsystem\n" if name[0] == "s" else content, "broken"),
    "other columns": (other_table, "broken"),
    "rubbish for a shape": (bad_shape, "broken"),
    "a list for a head": (lambda n, c: b"[]" if n.endswith("json") else c, "not a gazetteer"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_ours_is_refused(whole, tmp_path, change):
    whole.save(tmp_path / "a")
    how, said = CHANGES[change]
    path = rewritten(tmp_path / "a", how, tmp_path / "b")
    with pytest.raises(DataFileError, match=f"Gazetteer.load: .*{said}"):
        Gazetteer.load(path)


@pytest.mark.parametrize("kept", [0, 1, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(whole, tmp_path, kept):
    path = tmp_path / "a"
    whole.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if kept < 1 else 1])
    with pytest.raises(DataFileError, match=r"empty|broken, truncated"):
        Gazetteer.load(path)


def test_a_file_that_cannot_be_written_is_named(whole, tmp_path):
    with pytest.raises(OutputError, match=r"nowhere.*cannot be written"):
        whole.save(tmp_path / "nowhere" / "a.gazetteer")


def test_a_packed_member_is_refused(whole, tmp_path):
    whole.save(tmp_path / "a")
    with zipfile.ZipFile(tmp_path / "b", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gazetteer.json", b" " * 10_000_000)
    with pytest.raises(DataFileError, match="packed, or too large"):
        Gazetteer.load(tmp_path / "b")


def test_a_layer_may_be_a_file(tmp_path):
    path = tmp_path / "calles.gpkg"
    lines(BOGOTA).to_file(path)
    assert near(place(Gazetteer.from_layers(streets=path), "Calle 10 # 20-30"), 120, 0)
    with pytest.raises(DataFileError, match=r"the layer streets: .* plain local file"):
        Gazetteer.from_layers(streets="/vsicurl/http://example.org/a.gpkg")
    with pytest.raises(InputError, match="came as list"):
        Gazetteer.from_layers(streets=[1])
