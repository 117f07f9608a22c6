"""What addresses are matched against, as a project file names it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.errors import ColumnError, ProjectFileError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents
from hotspots.polygons.units.read import read_units
from hotspots.project.config.settings import parse_project
from hotspots.project.run.reference_layers import read_gazetteer, read_streets

CRS = 32613
ASKED = [
    "Calle Lerdo 50",
    "Calle Lerdo 12",
    "Mz B Lt 7, Col. Las Flores",
    "Frente al Hospital General",
]


@pytest.fixture
def folder(tmp_path):
    """A street numbered by ranges, a known house, two lots, a neighborhood and a hospital."""

    def write(name, columns, geometry):
        layer = gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)
        layer.to_file(tmp_path / name)

    x, y = 360_000, 3_500_000
    square = shapely.box(x, y, x + 1000, y + 1000)
    write("units.gpkg", {"id": ["u1"], "people": [12_000]}, [square])
    street = shapely.LineString([(x, y + 500), (x + 100, y + 500)])
    write(
        "streets.gpkg",
        {"name": ["Calle Lerdo"], "l1": [1], "l2": [99], "r1": [2], "r2": [100]},
        [street],
    )
    write("colonias.gpkg", {"colonia": ["Las Flores"]}, [shapely.box(x, y, x + 300, y + 300)])
    boxes = [shapely.box(x, y, x + 10, y + 10), shapely.box(x + 20, y, x + 30, y + 10)]
    write(
        "lots.gpkg",
        {"mz": ["B", "B"], "lt": ["6", "7"], "colonia": ["Las Flores", "Las Flores"]},
        boxes,
    )
    known = gpd.GeoSeries([shapely.Point(x + 12, y + 502)], crs=CRS).to_crs(4326)
    pd.DataFrame({"texto": ["Calle Lerdo 12"], "x": known.x, "y": known.y}).to_csv(
        tmp_path / "known.csv", index=False
    )
    write("places.gpkg", {"name": ["Hospital General"]}, [shapely.Point(x + 700, y + 700)])
    return tmp_path


def project(**gazetteer):
    return parse_project(
        {
            "project": {"name": "Prueba"},
            "units": {"file": "units.gpkg", "id": "id", "population": "people"},
            "incidents": {
                "file": "incidents.csv",
                "taxonomy": "council_indicators",
                "columns": {"category": "DELITO", "address": "DOMICILIO"},
            },
            "tests": {"categories": ["homicide"]},
            "gazetteer": gazetteer,
        },
        "project.toml",
    )


LAYERS = {
    "streets": {
        "file": "streets.gpkg",
        "name": "name",
        "left_numbers": ["l1", "l2"],
        "right_numbers": ["r1", "r2"],
    },
    "addresses": {"file": "known.csv", "name": "texto", "longitude": "x", "latitude": "y"},
    "neighborhoods": {"file": "colonias.gpkg", "name": "colonia"},
    "places": {"file": "places.gpkg", "name": "name"},
    "lots": {"file": "lots.gpkg", "block": "mz", "lot": "lt", "neighborhood": "colonia"},
}


def read(folder, named):
    units = read_units(folder / "units.gpkg", population="people", id="id")
    files = {path.name: path for path in folder.iterdir()}
    return read_gazetteer(named, files, units, read_streets(named, files, units))


def answers(gazetteer):
    asked = pd.DataFrame({"DOMICILIO": ASKED})
    return geocode(read_incidents(asked, address="DOMICILIO", crs=CRS), gazetteer)


def test_every_layer_of_the_project_file_answers(folder):
    found = answers(read(folder, project(**LAYERS)))
    assert found["location_status"].tolist() == ["matched"] * 4
    places = [
        (360_050, 3_500_492),
        (360_012, 3_500_502),
        (360_025, 3_500_005),
        (360_700, 3_500_700),
    ]
    for point, (x, y) in zip(found.geometry, places, strict=True):
        assert point.distance(shapely.Point(x, y)) < 2


@pytest.mark.parametrize(
    ("country", "countries"), [("mx", ("mx",)), (["us", "mx"], ("mx", "us")), ("br", ("br",))]
)
def test_the_project_file_names_whose_words_addresses_are_read_with(folder, country, countries):
    assert read(folder, project(**LAYERS, country=country)).lexicon.countries == countries


def test_a_country_that_is_not_known_is_named(folder):
    with pytest.raises(ProjectFileError, match=r"gazetteer\.country.* came as 'es'; .*ar, br"):
        project(**LAYERS, country=["mx", "es"])


def test_a_saved_gazetteer_answers_as_its_layers_do(folder):
    made = read(folder, project(**LAYERS))
    made.save(folder / "prueba.gazetteer")
    loaded = read(folder, project(file="prueba.gazetteer"))
    assert isinstance(loaded, Gazetteer)
    pd.testing.assert_frame_equal(answers(loaded), answers(made), check_exact=True)


def test_an_extract_of_openstreetmap_is_read(folder):
    nodes = [(31.62, -106.48), (31.62, -106.478)]
    units = gpd.read_file(folder / "units.gpkg").to_crs(4326)
    west, south, east, north = units.total_bounds
    nodes = [((south + north) / 2, west), ((south + north) / 2, east)]
    lines = [
        f'<node id="{number}" lat="{lat}" lon="{lon}" version="1"/>'
        for number, (lat, lon) in enumerate(nodes, 1)
    ]
    way = (
        '<way id="9" version="1"><nd ref="1"/><nd ref="2"/>'
        '<tag k="highway" v="residential"/><tag k="name" v="Calle Lerdo"/></way>'
    )
    text = f'<?xml version="1.0"?><osm version="0.6">{"".join(lines)}{way}</osm>'
    (folder / "ciudad.osm").write_text(text, encoding="utf-8")
    gazetteer = read(folder, project(file="ciudad.osm"))
    assert gazetteer.streets.titles == ("Calle Lerdo",)


def test_nothing_named_is_no_gazetteer(folder):
    assert read(folder, project()) is None


def test_a_file_and_layers_are_refused():
    with pytest.raises(ProjectFileError, match=r"either one file, or layers.*file and streets"):
        project(file="x.gazetteer", streets=LAYERS["streets"])


def test_a_column_that_is_not_there_is_named(folder):
    streets = {**LAYERS["streets"], "left_numbers": ["l1", "l9"]}
    with pytest.raises(ColumnError, match=r"streets\.gpkg.*no column 'l9'"):
        read(folder, project(streets=streets))
    lots = {**LAYERS["lots"], "block": "manzana"}
    with pytest.raises(ColumnError, match=r"lots\.gpkg.*no column 'manzana'"):
        read(folder, project(lots=lots))
