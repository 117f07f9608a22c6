"""A small city on squared paper: each address form finds its place, or says why not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.testing import assert_geometries_equal

from hotspots._notes import note_keys
from hotspots.errors import ColumnError, CrsError, InputError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents

CRS = 32613
EAST = ["Lerdo", "Ocampo", "Morelos", "Hidalgo", "16 de Septiembre"]  # y = 0, 100, ... 400
NORTH = ["Rosa", "Clavel", "Violeta", "Azucena", "Girasol"]  # x = 0, 100, ... 400


def street(kind, name, start, end, first, last):
    line = shapely.LineString([start, end])
    return {"kind": kind, "name": name, "from": first, "to": last, "geometry": line}


def city():
    """Return two neighborhoods, Centro and Las Lomas; "Calle Rosa" runs in each of them."""
    rows = [
        street("Calle", name, (0, 100 * i), (400, 100 * i), 1, 399) for i, name in enumerate(EAST)
    ]
    rows += [
        street("Calle", name, (100 * i, 0), (100 * i, 400), 1, 399) for i, name in enumerate(NORTH)
    ]
    rows += [
        street("Calle", "Rosa", (5_000, 0), (5_000, 400), 1, 399),
        street("Avenida", "de las Torres", (5_000, 200), (5_400, 200), 1, 399),
        street("Calle", "Cometa Halley", (5_200, 0), (5_200, 400), 1, 399),
    ]
    return gpd.GeoDataFrame(rows, crs=CRS)


@pytest.fixture(scope="module")
def gazetteer():
    areas = gpd.GeoDataFrame(
        {"name": ["Centro", "Las Lomas"]},
        geometry=[shapely.box(-50, -50, 450, 450), shapely.box(4_950, -50, 5_450, 450)],
        crs=CRS,
    )
    places = gpd.GeoDataFrame(
        {"name": ["Parque Benito Juárez"]}, geometry=[shapely.Point(250, 250)], crs=CRS
    )
    return Gazetteer.from_layers(
        streets=city(),
        neighborhoods=areas,
        places=places,
        street_type="kind",
        number_from="from",
        number_to="to",
    )


def rows(*addresses, neighborhood=""):
    table = pd.DataFrame({"address": addresses, "colonia": neighborhood})
    read = read_incidents(table, address="address", neighborhood="colonia", crs=CRS)
    assert read.crs == CRS
    return read


def place(gazetteer, address, neighborhood=""):
    return geocode(rows(address, neighborhood=neighborhood), gazetteer).iloc[0]


# An odd number stands on the left of the line's direction, an even one on its right, 8 m off;
# numbers run from 1 to 399 over 400 m.
FOUND = {
    "Calle Lerdo 200": ("house", (200.0, -8.0)),
    "CALLE LERDO #201": ("house", (201.01, 8.0)),
    "Lerdo No. 200, Col. Centro": ("house", (200.0, -8.0)),
    "C. Lrdo 200, Col. Centro": ("house", (200.0, -8.0)),
    "Calle Clavel 100 entre Ocampo y Morelos": ("house", (108.0, 99.5)),
    "Ocampo esq. Clavel": ("intersection", (100.0, 100.0)),
    "Ocampo y Clavel": ("intersection", (100.0, 100.0)),
    "Ocampo con Calvel, Col. Centro": ("intersection", (100.0, 100.0)),
    "Calle Ocampo s/n entre Clavel y Violeta": ("intersection", (150.0, 100.0)),
    "Calle Dieciséis de Septiembre 200": ("house", (200.0, 392.0)),
    "Rosa esq. con Avda. de las Torres": ("intersection", (5_000.0, 200.0)),
    "frente al Parque Benito Juárez": ("street", (250.0, 250.0)),
    "PARQUE BENITO JUAREZ, COL. CENTRO": ("street", (250.0, 250.0)),
    "Ocampo esqina Clavel": ("intersection", (100.0, 100.0)),
    "Calle Clavel 100 enter Ocampo y Morelos": ("house", (108.0, 99.5)),
    "Ocampo esqu Clavel": ("intersection", (100.0, 100.0)),
    "Calel Clavel 100 entre Ocampo y Morelos": ("house", (108.0, 99.5)),
    "Calle Rosa 201, Col. Las Lomas": ("house", (4_992.0, 201.0)),
}


@pytest.mark.parametrize("address", FOUND)
def test_addresses_find_their_place(gazetteer, address):
    precision, (x, y) = FOUND[address]
    row = place(gazetteer, address)
    assert (row["location_status"], row["location_precision"]) == ("matched", precision)
    assert row.geometry.distance(shapely.Point(x, y)) < 1.5
    assert 0.65 <= row["location_score"] <= 1.0
    assert row["location_match"] and row["problem"] == ""


def test_a_landmark_called_like_a_street_is_not_meant_by_its_bare_name():
    line = shapely.LineString([(0, 0), (100, 0)])
    streets = gpd.GeoDataFrame({"name": ["Parque Juárez"]}, geometry=[line], crs=CRS)
    places = gpd.GeoDataFrame(
        {"name": ["Parque Juárez"]}, geometry=[shapely.Point(900, 0)], crs=CRS
    )
    gazetteer = Gazetteer.from_layers(streets=streets, places=places)
    assert place(gazetteer, "Parque Juárez")["location_status"] == "unmatched"
    assert place(gazetteer, "frente al Parque Juárez").geometry.x == 900


@pytest.mark.parametrize(
    ("address", "neighborhood", "status", "east"),
    [
        ("Parque Central", "", "ambiguous", None),
        ("Calle Lerdo frente al Parque Central", "", "ambiguous", None),
        ("frente al Parque Central", "Las Lomas", "matched", 5_100),
        ("Parque Central, Col. Centro", "", "matched", 100),
        ("frente al Oxxo", "", "matched", 300),  # two within a street's width are one place
    ],
)
def test_of_two_landmarks_of_one_name_the_neighborhood_says_which(
    address, neighborhood, status, east
):
    areas = gpd.GeoDataFrame(
        {"name": ["Centro", "Las Lomas"]},
        geometry=[shapely.box(-50, -50, 450, 450), shapely.box(4_950, -50, 5_450, 450)],
        crs=CRS,
    )
    spots = [(100, 50), (5_100, 50), (300, 50), (310, 60)]
    places = gpd.GeoDataFrame(
        {"name": ["Parque Central", "Parque Central", "Oxxo", "Oxxo"]},
        geometry=[shapely.Point(spot) for spot in spots],
        crs=CRS,
    )
    gazetteer = Gazetteer.from_layers(
        streets=city(), neighborhoods=areas, places=places, street_type="kind"
    )
    row = geocode(rows(address, neighborhood=neighborhood), gazetteer).iloc[0]
    assert row["location_status"] == status
    if east is None:
        assert row["problem"] == "several_places: 2"
    else:
        assert row.geometry.x == east


def test_a_bar_is_shown_when_asked_for_and_on_a_terminal_alone(gazetteer, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    asked = rows("Lerdo y Rosa", "Ocampo y Clavel")
    geocode(asked, gazetteer, progress=True)
    assert "100%" in capsys.readouterr().err
    for silent in (False, None):
        geocode(asked, gazetteer, progress=silent)
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "address", ["Parque Benito", "Parque Benito Juárez 2000", "Parqe Benito Juárez"]
)
def test_a_bare_landmark_is_matched_to_the_letter_or_not_at_all(gazetteer, address):
    row = place(gazetteer, address)
    assert row["location_status"] == "unmatched"


def test_a_name_in_two_neighborhoods_keeps_both_places(gazetteer):
    row = place(gazetteer, "Calle Rosa 201")
    assert row["location_status"] == "ambiguous"
    both = sorted([row.geometry.x, row["location_alternative"].x])
    np.testing.assert_allclose(both, [-8.0, 4_992.0], atol=1.5)
    assert row["location_score"] < 0.65 and row["problem"] == "several_places: 2"


def test_the_column_of_the_neighborhood_decides_too(gazetteer):
    row = place(gazetteer, "Calle Rosa 201", neighborhood="LAS LOMAS")
    assert row["location_status"] == "matched"
    assert row.geometry.x == pytest.approx(4_992.0, abs=1.5)


@pytest.mark.parametrize(
    "address", ["Mz 12 Lt 5", "SE DESCONOCE", "Calle Inexistente 5", "Lerdo 5000"]
)
def test_what_only_the_neighborhood_places_is_approximate(gazetteer, address):
    row = place(gazetteer, address, neighborhood="Col. Centro")
    assert row["location_status"] == "approximate"
    assert row["location_radius_m"] > 100
    if row["location_precision"] == "neighborhood":
        disc = row.geometry.buffer(row["location_radius_m"] * 1.01)
        assert disc.contains(shapely.box(-50, -50, 450, 450))
        reason, placed = row["problem"].split("; ")
        assert reason.split(": ")[0] in ("address_not_found", "street_missing")
        assert placed == "placed_in_neighborhood"


@pytest.mark.parametrize("address", ["Calle Inexistente 5", "Mz 12 Lt 5", "xyzzy", "Morelia 5"])
def test_what_is_not_there_is_unmatched_with_a_reason(gazetteer, address):
    row = place(gazetteer, address)
    assert row["location_status"] == "unmatched"
    assert row.geometry is None
    (reason,) = note_keys(pd.Series([row["problem"]])).index
    assert reason == ("street_missing" if address.startswith("Mz") else "address_not_found")


def test_a_street_in_another_neighborhood_than_stated_is_no_answer(gazetteer):
    row = place(gazetteer, "Calle Cometa Halley 100", neighborhood="Centro")
    assert row["location_status"] == "approximate"
    assert row["location_precision"] == "neighborhood"


def test_one_of_two_crossings_is_half_an_answer(gazetteer):
    row = place(gazetteer, "Calle Ocampo entre Clavel e Inexistente", neighborhood="Centro")
    assert row["location_status"] == "approximate"
    assert row.geometry.distance(shapely.Point(100, 100)) <= row["location_radius_m"]


def test_rows_with_points_stay_as_they_are_and_none_is_dropped(gazetteer):
    table = pd.DataFrame(
        {
            "calle": ["Calle Lerdo 200", "Calle Lerdo 200", "Calle Lerdo 200", ""],
            "x": ["7", "", "0", ""],
            "y": ["9", "", "0", ""],
        }
    )
    read = read_incidents(table, address="calle", longitude="x", latitude="y", crs=CRS)
    before = read.copy()
    found = geocode(read, gazetteer)
    assert found.index.equals(read.index)
    # (0, 0) was no place, but its row has an address.
    assert found["location_status"].tolist() == ["given", "matched", "matched", "unmatched"]
    assert found.geometry.iloc[0].equals(shapely.Point(7, 9))
    assert found["problem"].iloc[2] == "coordinates_zero"
    pd.testing.assert_frame_equal(pd.DataFrame(read), pd.DataFrame(before))


def test_the_order_of_rows_and_their_company_change_nothing(gazetteer):
    addresses = [*FOUND, "Calle Rosa 201", "xyzzy", "Calle Rosa 201", "Calle Morelia 5"]
    one = geocode(rows(*addresses), gazetteer)
    other = geocode(rows(*reversed(addresses)), gazetteer)
    columns = ["location_status", "location_score", "location_match", "problem"]
    flipped = pd.DataFrame(other[columns]).iloc[::-1].set_axis(one.index)
    pd.testing.assert_frame_equal(pd.DataFrame(one[columns]), flipped)
    for text in addresses:
        alone = place(gazetteer, text)
        assert alone["location_match"] == one.loc[one["address"] == text, "location_match"].iloc[0]


def test_places_come_back_in_the_incidents_own_crs(gazetteer):
    there = rows("Calle Lerdo 200")
    abroad = gpd.GeoDataFrame(there, geometry=there.geometry).set_crs(4326, allow_override=True)
    found = geocode(abroad, gazetteer)
    assert found.crs == 4326
    back = found.geometry.to_crs(CRS).iloc[0]
    assert_geometries_equal(back, shapely.Point(200, -8), tolerance=1.5)


def test_layers_in_degrees_are_measured_in_meters(gazetteer):
    degrees = Gazetteer.from_layers(
        streets=city().to_crs(4326), street_type="kind", number_from="from", number_to="to"
    )
    assert degrees.crs.is_projected
    found = geocode(rows("Calle Ocampo 200"), degrees)
    assert found.geometry.iloc[0].distance(shapely.Point(200, 92)) < 3


@pytest.mark.parametrize("address", ["A" * 10_000, "calle " * 2_000, "Lerdo 5 " + "y " * 3_000])
def test_huge_addresses_are_bounded(gazetteer, address):
    row = place(gazetteer, address)
    assert row["location_status"] in ("unmatched", "matched", "approximate")
    assert len(row["problem"]) < 1_000


def test_houses_between_known_houses():
    known = gpd.GeoDataFrame(
        {"address": ["100 W MAIN ST", "200 W MAIN ST"]},
        geometry=gpd.points_from_xy([100, 200], [0, 0]),
        crs=CRS,
    )
    gazetteer = Gazetteer.from_layers(addresses=known)
    found = geocode(rows("150 W MAIN ST", "100 W MAIN ST", "900 W MAIN ST"), gazetteer)
    assert found["location_status"].tolist() == ["matched", "matched", "unmatched"]
    np.testing.assert_allclose(found.geometry.x[:2], [150, 100])
    assert found["location_score"].iloc[0] < found["location_score"].iloc[1]


def test_a_gazetteer_of_nothing_is_refused():
    with pytest.raises(InputError, match="no layer was given"):
        Gazetteer.from_layers()


def test_a_layer_without_crs_is_refused():
    with pytest.raises(CrsError, match="streets has no coordinate reference system"):
        Gazetteer.from_layers(streets=city().set_crs(None, allow_override=True))


def test_a_missing_name_column_is_named():
    with pytest.raises(ColumnError, match=r"no column 'NOMBRE'.*'kind', 'name'"):
        Gazetteer.from_layers(streets=city(), street_name="NOMBRE")


def test_a_layer_without_names_is_refused():
    nameless = city().assign(name=None)
    with pytest.raises(InputError, match="both a geometry and a name in 'name'"):
        Gazetteer.from_layers(streets=nameless)


def test_incidents_of_another_make_are_refused(gazetteer):
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=CRS)
    with pytest.raises(ColumnError, match="no column 'address'"):
        geocode(frame, gazetteer)


def found(address, **layers):
    return geocode(rows(address), Gazetteer.from_layers(**layers)).iloc[0]


def points(**columns):
    spots = columns.pop("at")
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(spot) for spot in spots], crs=CRS)


def test_a_lane_is_another_street_than_the_avenue_of_its_name():
    lines = gpd.GeoDataFrame([street("Avenida", "Lima", (0, 0), (1_000, 0), 1, 999)], crs=CRS)
    layers = {"streets": lines, "street_type": "kind", "number_from": "from", "number_to": "to"}
    assert found("Av. Lima 100", **layers)["location_score"] > 0.97
    assert not found("Pasaje Lima 100", **layers)["location_score"] >= 0.9


def test_on_a_grid_of_streets_and_roads_the_stated_type_decides():
    lines = [
        street(kind, str(number), *ends, 1, 2)
        for number in range(1, 31)
        for kind, ends in (
            ("Calle", ((0, 100 * number), (3_100, 100 * number))),
            ("Carrera", ((100 * number, 0), (100 * number, 3_100))),
        )
    ]
    layers = {"streets": gpd.GeoDataFrame(lines, crs=CRS), "street_type": "kind"}
    for address, (east, north) in {
        "Carrera 7 y Calle 12": (700, 1_200),
        "Calle 12 con Carrera 7": (700, 1_200),
        "Calle 10 # 20-30": (2_030, 1_000),
        "Calle 10 entre Carreras 20 y 21": (2_050, 1_000),
    }.items():
        row = found(address, **layers)
        assert row["location_status"] == "matched", address
        assert np.hypot(row.geometry.x - east, row.geometry.y - north) < 15, address


def test_no_numbers_is_no_range_and_no_house_is_number_0():
    lines = gpd.GeoDataFrame([street("Calle", "Mina", (0, 0), (2_000, 0), 0, 0)], crs=CRS)
    layers = {"streets": lines, "street_type": "kind", "number_from": "from", "number_to": "to"}
    for address in ("Calle Mina 12", "Calle Mina 0"):
        assert found(address, **layers)["location_precision"] != "house"


def test_two_streets_of_one_name_are_not_joined_by_their_numbers():
    numbers = [10, 14, 18, 22, 101, 105, 109, 113]
    at = [(2 * number, 0) for number in numbers[:4]] + [(4_800 + 2 * n, 0) for n in numbers[4:]]
    known = points(address=[f"Calle Hidalgo {number}" for number in numbers], at=at)
    assert found("Calle Hidalgo 60", addresses=known)["location_status"] != "matched"
    assert found("Calle Hidalgo 16", addresses=known).geometry.x == pytest.approx(32, abs=15)
    twice = points(address=["Calle Lerdo 10"] * 2, at=[(0, 0), (200, 0)])
    assert found("Calle Lerdo 10", addresses=twice)["location_radius_m"] == pytest.approx(100)


def test_a_block_of_several_settlements_is_ambiguous_without_its_own():
    lots = points(
        block=["A", "A", "A1", "Ñ"], lot=["5"] * 4, at=[(0, 0), (9_000, 0), (50, 0), (90, 0)]
    )
    layers = {"lots": lots, "lot_name": "lot"}
    assert found("Mz A Lt 5", **layers)["location_status"] == "ambiguous"
    assert found("Mz A1 Lt 5", **layers).geometry.x == 50
    assert found("Mz Ñ Lt 5", **layers).geometry.x == 90
    assert found("Mz N Lt 5", **layers)["location_status"] != "matched"


def test_layers_that_lie_nowhere_are_refused():
    degrees = city().to_crs(4326)
    swapped = degrees.set_geometry(shapely.transform(degrees.geometry, lambda xy: xy[:, ::-1]))
    with pytest.raises(CrsError, match="longitude and latitude swapped"):
        Gazetteer.from_layers(streets=swapped, street_type="kind")
    with pytest.raises(CrsError, match="are these meters"):
        Gazetteer.from_layers(streets=city().set_crs(4326, allow_override=True), street_type="kind")


def test_what_is_no_table_of_incidents_or_no_gazetteer_is_refused(gazetteer):
    asked = rows("Lerdo y Rosa")
    with pytest.raises(InputError, match="the incidents came as DataFrame"):
        geocode(pd.DataFrame(asked), gazetteer)
    with pytest.raises(InputError, match="the gazetteer came as str"):
        geocode(asked, "city.gazetteer")
    missing = asked.assign(address=pd.Series([None], index=asked.index, dtype=object))
    assert geocode(missing, gazetteer)["location_status"].item() == "unmatched"
