"""The report counts right, and says where places are missing."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.errors import ColumnError, CrsError, InputError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.geocoding.report.report import geocoding_report, wilson_interval
from hotspots.incidents.read import read_incidents


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_as_published(hits, trials, low, high):
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=5e-5)


def incidents():
    table = pd.DataFrame(
        {
            "tipo": ["robo"] * 3 + ["hurto"] * 2,
            "fecha": ["2013-01-05", "2013-01-06", "2013-02-01", "", "2013-02-02"],
            "calle": ["a", "b", "Lerdo 5", "Lerdo 5", "c"],
            "x": ["1", "1", "", "", "2"],
            "y": ["1", "1", "", "", "2"],
        }
    )
    return read_incidents(
        table, category="tipo", date="fecha", address="calle", longitude="x", latitude="y"
    )


def test_the_report_counts():
    report = geocoding_report(incidents())
    assert (report.rows, report.located, report.hit_rate, report.bar) == (5, 3, 0.6, 0.85)
    assert report.by_status["rows"].sum() == report.by_precision["rows"].sum() == 5
    assert report.by_status.loc["given", "share"] == 0.6
    assert report.by_category["hit_rate"].to_dict() == {"hurto": 0.5, "robo": pytest.approx(2 / 3)}
    assert report.by_month["located"].to_dict() == {"2013-01": 2, "2013-02": 1, "undated": 0}
    assert report.by_neighborhood.index.tolist() == ["not stated"]
    assert report.unlocated.to_dict("records") == [
        {
            "address": "Lerdo 5",
            "neighborhood": "",
            "rows": 2,
            "reason": "unmatched",
            "closest": "",
        }
    ]
    assert report.pile_ups.empty and report.below_bar


def piled(rows=12, **columns):
    """Return incidents of which twelve with different addresses lie on one point in meters."""
    table = pd.DataFrame({"calle": [f"Calle {n}" for n in range(rows)], "x": "500", "y": "800"})
    table = pd.concat([table, pd.DataFrame({"calle": ["sola"] * 30, "x": "9", "y": "9"})])
    table = table.assign(**columns)
    return read_incidents(table, address="calle", longitude="x", latitude="y", crs=32613)


def points(named, crs=32613):
    shapes = [shapely.Point(x, y) for x, y in named.values()]
    return gpd.GeoDataFrame({"name": list(named)}, geometry=shapes, crs=crs)


def test_many_addresses_on_one_point_are_a_pile_up():
    heaps = geocoding_report(piled()).pile_ups  # thirty rows of one address are none
    assert heaps.to_dict("records") == [
        {"x": 500.0, "y": 800.0, "rows": 12, "addresses": 12, "places": "", "centroid_of": ""}
    ]
    assert geocoding_report(piled(rows=7)).pile_ups.empty


def test_rows_that_are_put_into_a_neighborhood_are_no_pile_up():
    incidents = piled()
    assert geocoding_report(incidents.assign(location_status="approximate")).pile_ups.empty


def test_a_pile_up_is_named_by_what_stands_there():
    near = points({"Hospital General": (530, 840), "Parque": (506, 808), "Lejos": (700, 800)})
    (heap,) = geocoding_report(piled(), places=near).pile_ups.to_dict("records")
    assert heap["places"] == "Parque (10 m); Hospital General (50 m)"
    (heap,) = geocoding_report(piled(), places=near, within_m=20).pile_ups.to_dict("records")
    assert heap["places"] == "Parque (10 m)"
    area = gpd.GeoDataFrame(
        {"nombre": ["Hospital"]}, geometry=[shapely.box(400, 700, 480, 900)], crs=32613
    )
    report = geocoding_report(piled(), places=area.to_crs(4326), place_name="nombre")
    assert report.pile_ups["places"].tolist() == ["Hospital (20 m)"]
    assert "at Hospital (20 m)" in report.sentence("en")


def test_a_pile_up_is_named_by_the_gazetteer_and_its_centroids():
    colonias = gpd.GeoDataFrame(
        {"name": ["Centro"]}, geometry=[shapely.box(400, 700, 600, 906)], crs=32613
    )
    gazetteer = Gazetteer.from_layers(neighborhoods=colonias)
    report = geocoding_report(piled(), gazetteer=gazetteer)
    assert report.pile_ups["centroid_of"].tolist() == ["Centro (3 m)"]
    assert "12 filas, en el centroide de Centro (3 m)" in report.sentence("es")
    station = Gazetteer.from_layers(places=points({"Comandancia Sur": (500, 800)}))
    heaps = geocoding_report(piled(), gazetteer=station).pile_ups
    assert heaps[["places", "centroid_of"]].iloc[0].tolist() == ["Comandancia Sur (0 m)", ""]


def test_places_without_a_crs_or_a_name_are_refused():
    near = points({"Hospital": (500, 800)})
    with pytest.raises(CrsError, match="places have no coordinate reference system"):
        geocoding_report(piled(), places=near.set_crs(None, allow_override=True))
    with pytest.raises(ColumnError, match="places: no column 'nombre'"):
        geocoding_report(piled(), places=near, place_name="nombre")


def test_the_worst_addresses_say_why_and_what_may_be_meant():
    lines = {
        "Avenida Manuel Gómez Morín": [(0, 0), (900, 0)],
        "Calle Lerdo": [(50, -90), (50, 90)],
        "Calle Mina": [(500, 500), (500, 590)],
        "Avenida Mina": [(9000, 9000), (9000, 9090)],
    }
    streets = gpd.GeoDataFrame(
        {"name": list(lines)},
        geometry=[shapely.LineString(line) for line in lines.values()],
        crs=32613,
    )
    gazetteer = Gazetteer.from_layers(streets=streets)
    calle = ["Gomez Morina 88"] * 3 + ["Nadie 5"] * 2 + ["Mina"] + ["Manuel Gómez Morín"]
    table = pd.DataFrame({"calle": calle, "x": "", "y": ""})
    read = read_incidents(table, address="calle", longitude="x", latitude="y", crs=32613)
    unlocated = geocoding_report(geocode(read, gazetteer), gazetteer=gazetteer).unlocated
    assert unlocated.drop(columns="neighborhood").to_numpy().tolist() == [
        ["Gomez Morina 88", 3, "address_not_found", "Avenida Manuel Gómez Morín"],
        ["Nadie 5", 2, "address_not_found", ""],
        ["Manuel Gómez Morín", 1, "address_not_found", "Avenida Manuel Gómez Morín"],
        ["Mina", 1, "address_not_found", "Calle Mina; Avenida Mina"],
    ]


def test_an_ambiguous_address_names_both_places_whatever_else_the_row_lacks():
    rows = incidents()
    rows["problem"] = "date_missing; outside_study_area; several_places: 2"
    rows["location_match"] = "Calle Mina 5 | Avenida Mina 5"
    unlocated = geocoding_report(rows.assign(location_status="ambiguous")).unlocated
    assert unlocated.set_index("address").loc["Lerdo 5", ["reason", "closest"]].tolist() == [
        "several_places", "Calle Mina 5 | Avenida Mina 5",
    ]  # fmt: skip
    rows["problem"], rows["location_precision"] = "", "street"
    unlocated = geocoding_report(rows.assign(location_status="approximate")).unlocated
    assert unlocated.set_index("address").loc["Lerdo 5", "reason"] == "approximate"
    rows["problem"] = "date_missing; outside_study_area"
    unlocated = geocoding_report(rows.assign(location_status="invalid")).unlocated
    assert unlocated["reason"].unique().tolist() == ["outside_study_area"]


def test_a_stated_area_is_one_however_it_is_spelt():
    table = pd.DataFrame(
        {
            "calle": ["a", "b", "c", "d", "e"],
            "col": ["Col. Centro", "CENTRO", "CENTRO", "Hidalgo", ""],
            "muni": ["Juárez", "JUAREZ", "Juárez", "Juárez", "Villa"],
            "x": ["1", "1", "", "1", ""],
            "y": ["1", "1", "", "1", ""],
        }
    )
    read = read_incidents(table, address="calle", neighborhood="col", longitude="x", latitude="y")
    found = geocoding_report(read).by_neighborhood
    assert found["rows"].to_dict() == {"CENTRO": 3, "Hidalgo": 1, "not stated": 1}
    assert found["located"].to_dict() == {"CENTRO": 2, "Hidalgo": 1, "not stated": 0}
    read["municipio"] = pd.Categorical(table["muni"])
    by = geocoding_report(read, area="municipio").by_neighborhood
    assert by["rows"].to_dict() == {"Juárez": 4, "Villa": 1}
    with pytest.raises(ColumnError, match="no column 'distrito'"):
        geocoding_report(read, area="distrito")


def planted(repeats=1):
    """Return 900 rows: of 100 robberies 31 have no place, of 800 thefts 96."""
    rows = [("robbery", k < 31) for k in range(100)] + [("theft", k < 96) for k in range(800)]
    table = pd.DataFrame(rows * repeats, columns=["tipo", "missed"])
    table["calle"] = [f"Calle {n}" for n in range(len(table))]
    table["x"] = table["y"] = table["missed"].map({True: "", False: "1"})
    table["event"] = (np.arange(len(table)) % 900).astype(str)
    return read_incidents(
        table, category="tipo", address="calle", longitude="x", latitude="y", event="event"
    )


def test_misses_that_are_not_at_random_are_named_in_both_languages():
    report = geocoding_report(planted())
    assert report.at_random is False
    assert report.missingness["q"].notna().to_dict() == {
        "category": True, "month": False, "neighborhood": False,
    }  # fmt: skip
    assert report.uneven["level"].tolist() == ["robbery", "theft"]
    english, spanish = report.sentence("en"), report.sentence("es", titles={"robbery": "robo"})
    assert english.endswith("not missing at random: 31% in robbery against 12% elsewhere; "
                            "1 point holds many addresses.")  # fmt: skip
    assert "lo que falta no falta al azar: 31% en robo contra 12% en el resto" in spanish
    assert "85.9% (95% interval: 83.5% to 88.0%), above the 85%" in english
    assert "though the interval reaches below it" in english


def test_the_victims_of_one_event_count_once_in_the_test():
    once, thrice = geocoding_report(planted()), geocoding_report(planted(repeats=3))
    assert thrice.rows == 3 * once.rows
    pd.testing.assert_frame_equal(once.missingness, thrice.missingness)
    pd.testing.assert_frame_equal(once.uneven, thrice.uneven)


def test_at_the_bar_with_no_sign_of_anything():
    table = pd.DataFrame({"tipo": ["robo", "hurto"] * 200, "calle": "a", "x": "1", "y": "1"})
    read = read_incidents(table, category="tipo", address="calle", longitude="x", latitude="y")
    whole = geocoding_report(read)
    assert whole.at_random is None and not whole.below_bar
    assert whole.sentence("en").endswith("above the 85% at which a crime map can be trusted; "
                                         "nothing is missing.")  # fmt: skip
    table.loc[:9, ["x", "y"]] = ""
    read = read_incidents(table, category="tipo", address="calle", longitude="x", latitude="y")
    assert "no hay señal de que" in geocoding_report(read).sentence("es")


def test_a_session_and_a_notebook_show_it_and_escape_what_came():
    report = geocoding_report(planted().assign(address="<b>Calle</b>"))
    assert repr(report).startswith("GeocodingReport\n  rows          900, of which 773 located")
    assert "category not at random (q 0.0001)" in repr(report)
    html = report._repr_html_()
    assert "&lt;b&gt;Calle&lt;/b&gt;" in html and "<b>" not in html and "robbery" in html


def test_the_same_seed_gives_the_same_report():
    one, other = (geocoding_report(planted(), seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.missingness, other.missingness)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"alpha": 1.5}, "alpha"),
        ({"permutations": 0}, "permutations"),
        ({"within_m": -1}, "within_m"),
        ({"seed": 0.5}, "seed"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(option, said):
    with pytest.raises(InputError, match=f"geocoding_report: {said}"):
        geocoding_report(planted(), **option)


def test_no_rows_have_no_rate():
    report = geocoding_report(incidents().iloc[:0])
    assert report.rows == 0 and math.isnan(report.hit_rate) and math.isnan(report.hit_rate_low)
    assert report.sentence("es") == "No hay filas que ubicar." and "0 located" in repr(report)


def test_a_frame_of_another_make_is_refused():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326)
    with pytest.raises(ColumnError, match="no column 'location_status'"):
        geocoding_report(frame)


def test_a_point_outside_the_study_area_is_counted_by_itself():
    east = ["360100", "360200", "390000", "395000", "399000"]
    table = pd.DataFrame({"x": east, "y": ["3512100"] * 5})
    box = shapely.box(360_000, 3_512_000, 361_000, 3_513_000)
    area = gpd.GeoDataFrame(geometry=[box], crs=32613)
    read = read_incidents(table, longitude="x", latitude="y", crs=32613, study_area=area)
    read["location_status"] = ["given", "unmatched", "given", "given", "given"]
    read["problem"] = ["", ""] + ["outside_study_area"] * 3
    read["category"] = ["robo", "robo", "robo", "hurto", "hurto"]
    report = geocoding_report(read)
    assert (report.rows, report.outside, report.within, report.located) == (5, 3, 2, 1)
    assert report.hit_rate == pytest.approx(0.5)
    assert report.by_category["rows"].to_dict() == {"robo": 2}
    assert report.outside_by_category.to_dict() == {"robo": 1, "hurto": 2}
    assert report.unlocated["rows"].sum() <= 1
    assert "1 of 2 rows are located: 50.0%" in report.sentence("en")
    assert "3 filas más están fuera del área" in report.sentence("es")
    assert "3 outside the study area" in repr(report)


def test_a_point_that_several_repairs_would_bring_inside_is_not_located():
    rows = incidents()
    rows["problem"] = "outside_study_area; several_repairs: longitude_sign | latitude_sign"
    report = geocoding_report(rows)
    assert (report.outside, report.located) == (0, 0)
