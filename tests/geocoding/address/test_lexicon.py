"""A country's words stand in its file, and are read where the country is known."""

from __future__ import annotations

import re
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from hotspots.errors import HotspotsWarning, InputError
from hotspots.geocoding.address import lexicon
from hotspots.geocoding.address.lexicon import countries_at, known_countries, lexicon_of
from hotspots.geocoding.address.parse import parse_address
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode

FILES = sorted((Path(lexicon.__file__).parent / "countries").glob("*.toml"))
SECTIONS = {
    *("street_types_before", "street_types_after", "words", "directions", "directions_english"),
    *("numbers", "neighborhoods", "units", "keywords", "postcodes", "boxes_of_mail", "marks"),
}
HEAD = {"name", "languages", "boxes", "states", "neighborhood_pairs", "known"}
# Longitude and latitude of city centers, from an atlas.
CITIES = {
    "Mexico City": (-99.13, 19.43, {"mx"}),
    "Monterrey": (-100.31, 25.67, {"mx"}),
    "Ciudad Juárez, across the river from El Paso": (-106.42, 31.69, {"mx", "us"}),
    "Tijuana": (-117.04, 32.51, {"mx", "us"}),
    "Lima": (-77.04, -12.05, {"pe"}),
    "Tumbes": (-80.46, -3.57, {"pe"}),
    "Bogotá": (-74.08, 4.61, {"co"}),
    "Buenos Aires": (-58.38, -34.6, {"ar"}),
    "Santiago": (-70.65, -33.45, {"cl"}),
    "Foz do Iguaçu, across the river from Puerto Iguazú": (-54.58, -25.54, {"ar", "br"}),
    "São Paulo": (-46.63, -23.55, {"br"}),
    "Recife": (-34.88, -8.05, {"br"}),
    "Chicago": (-87.63, 41.88, {"us"}),
    "San Juan, Puerto Rico": (-66.11, 18.47, {"us"}),
    "Honolulu": (-157.86, 21.31, {"us"}),
    "Manchester": (-2.24, 53.48, {"gb"}),
    "Madrid": (-3.7, 40.42, set()),
    "Nairobi": (36.82, -1.29, set()),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_known_sections_and_names_its_sources(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(content) <= SECTIONS | HEAD
    assert set(content.get("known", {})) <= SECTIONS
    if len(path.stem) == 2:
        assert {"name", "languages", "boxes"} <= set(content)
        assert re.search(r"^# Sources: .{30}", path.read_text(encoding="utf-8"), re.M)
        assert all(
            len(box) == 4 and box[0] < box[2] and box[1] < box[3] for box in content["boxes"]
        )


@pytest.mark.parametrize("country", known_countries())
def test_no_word_of_a_country_has_two_meanings(country):
    """Within one country's file each spelling of a section stands for one word."""
    content = tomllib.loads((FILES[0].parent / f"{country}.toml").read_text(encoding="utf-8"))
    for section in SECTIONS - {"keywords", "postcodes", "boxes_of_mail", "marks"}:
        for part in (content, content.get("known", {})):
            spellings = [w for words in part.get(section, {}).values() for w in set(words.split())]
            assert len(spellings) == len(set(spellings)), section


def test_a_lexicon_is_one_value_for_a_set_of_countries():
    assert lexicon_of(["us", "mx", "us"]) is lexicon_of(("mx", "us"))
    assert lexicon_of("mx") is lexicon_of(["mx"])
    assert lexicon_of() is lexicon_of(())
    with pytest.raises(FrozenInstanceError, match="countries"):
        lexicon_of("mx").countries = ("pe",)


@pytest.mark.parametrize("country", ["xx", ["mx", "Mexico"], "MX"])
def test_a_country_that_is_not_known_is_refused(country):
    with pytest.raises(
        InputError, match=r"country: came as '.*'\. Addresses can be read of ar, br"
    ):
        parse_address("Calle Lerdo 5", country=country)


@pytest.mark.parametrize(("longitude", "latitude", "expected"), CITIES.values(), ids=CITIES)
def test_the_country_of_a_place(longitude, latitude, expected):
    around = (longitude - 0.05, latitude - 0.05, longitude + 0.05, latitude + 0.05)
    assert set(countries_at(around)) == expected


def test_a_word_is_read_as_its_country_means_it():
    # Bogotá's abbreviation of transversal is São Paulo's of travessa.
    assert parse_address("TV 12 # 45-23", country="co").street.kind == "transversal"
    assert parse_address("TV do Comércio 12", country="br").street.kind == "travessa"
    assert parse_address("R Gonzalez 12").street.kind == ""
    assert parse_address("R Gonzalez 12", country="br").street.kind == "rua"


def streets(crs, x, y):
    lines = [
        shapely.LineString([(x, y), (x + 200, y)]),
        shapely.LineString([(x + 50, y - 90), (x + 50, y + 90)]),
    ]
    return gpd.GeoDataFrame({"name": ["Rua Augusta", "R. Caconde"]}, geometry=lines, crs=crs)


# The center of São Paulo, in UTM zone 23 S.
SAO_PAULO = (31983, 333_000, 7_394_500)


def asked(crs, *addresses):
    return gpd.GeoDataFrame(
        {"address": addresses, "neighborhood": "", "location_status": "unmatched", "problem": ""},
        geometry=[None] * len(addresses),
        crs=crs,
    )


def test_the_parser_reads_with_the_words_of_the_gazetteer():
    gazetteer = Gazetteer.from_layers(streets=streets(*SAO_PAULO))
    assert gazetteer.lexicon is lexicon_of("br")
    rows = asked(SAO_PAULO[0], "R Augusta esquina com a R Caconde", "Rua Caconde com Rua Augusta")
    found = geocode(rows, gazetteer)
    assert found["location_status"].tolist() == ["matched", "matched"]
    assert [(point.x, point.y) for point in found.geometry] == [(333_050, 7_394_500)] * 2


def test_a_named_country_comes_before_the_place():
    gazetteer = Gazetteer.from_layers(streets=streets(*SAO_PAULO), country=["ar", "cl"])
    assert gazetteer.lexicon.countries == ("ar", "cl")


def test_near_a_border_the_words_of_both_countries_are_read_and_it_is_said():
    # Ciudad Juárez, in UTM zone 13 N.
    with pytest.warns(HotspotsWarning, match=r"where mx, us meet.*gazetteer\.country"):
        gazetteer = Gazetteer.from_layers(streets=streets(32613, 360_000, 3_507_000))
    assert gazetteer.lexicon.countries == ("mx", "us")


def test_where_no_country_is_known_all_words_are_read():
    # Nairobi, in UTM zone 37 S.
    gazetteer = Gazetteer.from_layers(streets=streets(32737, 257_000, 9_857_000))
    assert gazetteer.lexicon is lexicon_of()


def test_a_saved_gazetteer_keeps_its_countries(tmp_path):
    Gazetteer.from_layers(streets=streets(*SAO_PAULO), country="mx").save(tmp_path / "saved")
    assert Gazetteer.load(tmp_path / "saved").lexicon is lexicon_of("mx")
