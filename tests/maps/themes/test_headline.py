"""The header's sentence says what was found, and warns where it must."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.geocoding.report.report import geocoding_report
from hotspots.maps.themes.headline import (
    category_of,
    headline_of,
    sentence,
    unclassified_warning,
    uneven_warning,
)


def found(city, category="homicide", **changes):
    given = {
        "results": city.results,
        "unit_results": city.unit_results,
        "rolled_up": city.rolled_up.get(category),
        "language": "en",
        **changes,
    }
    return headline_of(city.polygons.index, category=category, **given)


def said(answer, **changes):
    given = {"language": "en", "period": "2013", "located": (589, 606), **changes}
    return sentence(answer, **given)


def test_both_questions_in_one_sentence(city):
    told = said(found(city))
    assert told.words == (
        "6 of 108 polygons have at least 1.5 times the typical risk, and in 5 of them most "
        "residents live where incidents cluster more than chance allows (false discovery rate "
        "5%; 2013; 589 of 606 rows of the table located)."
    )
    assert told.warnings == ("The two questions disagree in 1 polygon: see the legend.",)


def test_below_the_bar_is_warned_of(city):
    told = said(found(city), located=(400, 606))
    assert told.warnings[0].startswith("Only 66.0% of the rows of the table were located")


@pytest.mark.parametrize("located", [(515, 606), None, (0, 0)])
def test_at_the_bar_or_unknown_is_not(city, located):
    located = (85, 100) if located == (515, 606) else located
    assert not any("located" in warning for warning in said(found(city), located=located).warnings)


def misses(robbery, theft):
    """Return the report on 2,000 rows of each of two offenses, so many of them without a place."""
    located = np.concatenate([np.arange(2_000) >= robbery, np.arange(2_000) >= theft])
    frame = pd.DataFrame({"category": np.repeat(["robbery", "theft"], 2_000), "address": ""})
    frame["neighborhood"], frame["date"] = "", pd.NaT
    frame["date"] = pd.to_datetime(frame["date"])
    frame["location_status"] = np.where(located, "given", "unmatched")
    frame["location_precision"] = np.where(located, "coordinate", "none")
    spot = shapely.Point(0, 0)
    shapes = [spot if one else None for one in located]
    return geocoding_report(gpd.GeoDataFrame(frame, geometry=shapes, crs=32613))


def warned(report, **changes):
    given = {"titles": {"robbery": "Robo"}, "language": "es", "public": False, **changes}
    return uneven_warning(report, **given)


def test_misses_that_are_not_at_random_are_warned_of():
    report = misses(600, 200)
    assert warned(report) == (
        "Lo que falta no falta al azar: 30% en Robo contra 10% en el resto; puede cambiar el mapa."
    )
    assert "30% in robbery against 10% elsewhere" in warned(report, language="en", titles={})


def test_the_public_warning_names_no_offense():
    said = warned(misses(600, 200), public=True, language="en")
    assert said.startswith(
        "Incidents that could not be located are not spread evenly over offenses"
    )
    assert "robbery" not in said and "%" not in said


def test_what_is_beyond_chance_and_changes_no_map_is_not_warned_of():
    for report in (misses(200, 60), misses(430, 340)):  # 10% and 3%; 21.5% and 17%
        assert report.at_random is False and warned(report) == ""
    assert warned(misses(200, 200)) == "" and warned(None) == ""


def test_nothing_found_is_said_plainly(city):
    told = said(found(city, "carjacking"))
    assert told.words.startswith("Of none of the 108 polygons can it be said")
    assert told.warnings == ()


def test_only_clusters(city):
    answer = found(city, results={"homicide:gi": city.results["homicide:gi"]}, rolled_up=None)
    assert answer.excess is None
    assert said(answer).words.startswith("In 6 of 108 polygons incidents cluster")


def test_only_excess(city):
    answer = found(city, results={"homicide:x": city.results["homicide:excess"]}, rolled_up=None)
    assert answer.hot is None
    assert said(answer).words.startswith("6 of 108 polygons have at least 1.5")
    assert said(answer).warnings == ()


def test_clusters_without_excess(city):
    table = city.results["homicide:excess"].table.assign(label="not significant")
    quiet = replace(city.results["homicide:excess"], table=table)
    told = said(found(city, results={"homicide:x": quiet}))
    assert "but in 5 most residents live where" in told.words
    assert told.warnings == ("The two questions disagree in 5 polygons: see the legend.",)


def test_untested_is_said(city):
    answer = found(city, results={}, rolled_up=None)
    assert said(answer).words.startswith("108 polygons; no statistical test")


def test_the_headline_test_goes_before_an_exploratory_one(city):
    table = city.results["homicide:excess"].table.assign(label="not significant")
    other = replace(city.results["homicide:excess"], table=table, headline=False)
    results = {"homicide:other": other, **city.results}
    assert found(city, results=results).excess.sum() == 6


def test_a_share_that_is_missing_is_not_hot(city):
    rolled = city.rolled_up["homicide"].copy()
    rolled.iloc[14, 0] = np.nan
    assert found(city, rolled_up=rolled).hot.sum() == 4


def test_withheld_places_have_no_answer(city):
    answer = found(city)
    mask = answer.excess.copy()
    assert answer.without(mask).excess.sum() == 0
    assert answer.excess.sum() == 6


def test_a_category_is_what_stands_before_the_colon():
    assert category_of("homicide:getis_ord_star:units") == "homicide"


def test_rows_outside_the_area_are_counted_by_themselves(city):
    told = said(found(city), located=(98, 100), outside=902)
    assert "98 of 100 rows of the table located; 902 rows more outside the area)" in told.words
    assert not any("located" in warning for warning in told.warnings)


def test_two_of_three_rows_are_no_pattern():
    """San Marcos misses two of its three rows, which its own test shows; the page does not."""
    place = np.repeat(["San Marcos", "Centro"], [3, 997])
    located = np.ones(1_000, dtype=bool)
    located[[0, 1, 500, 600]] = False
    report = by_neighborhood(place, located)
    assert report.at_random is False and "San Marcos" in set(report.uneven["level"])
    assert warned(report) == "" and warned(report, public=True) == ""
    assert "San Marcos" not in report.sentence("es")


def test_twenty_rows_that_differ_are_one():
    place = np.repeat(["San Marcos", "Centro"], [20, 980])
    located = np.ones(1_000, dtype=bool)
    located[:14] = False
    assert "70% en San Marcos" in warned(by_neighborhood(place, located))


def test_the_public_warning_names_only_what_may_show_on_a_map():
    """The neighborhoods differ, but the one that stands out has three rows."""
    report = misses(600, 200)
    tests = report.missingness.copy()
    tests.loc["neighborhood", "q"] = 0.001
    few = report.uneven.iloc[[0]].assign(factor="neighborhood", level="San Marcos", rows=3)
    both = replace(report, missingness=tests, uneven=pd.concat([report.uneven, few]))
    told = warned(both, public=True, language="en")
    assert "over offenses, which" in told and "neighborhoods" not in told


def by_neighborhood(place, located):
    """Return the report on rows of one offense in stated neighborhoods."""
    frame = pd.DataFrame({"category": "theft", "address": "", "neighborhood": place})
    frame["date"] = pd.to_datetime(pd.Series(pd.NaT, index=frame.index))
    frame["location_status"] = np.where(located, "given", "unmatched")
    frame["location_precision"] = np.where(located, "coordinate", "none")
    shapes = [shapely.Point(0, 0) if one else None for one in located]
    return geocoding_report(gpd.GeoDataFrame(frame, geometry=shapes, crs=32613))


@pytest.mark.parametrize(("unmapped", "says"), [(49, False), (50, True), (610, True)])
def test_rows_without_a_class_are_warned_of_from_5_percent(unmapped, says):
    rows = by_neighborhood(np.repeat("Centro", 1_000), np.ones(1_000, dtype=bool))
    table = rows.by_category.reindex(["theft", "unmapped"])
    table["rows"] = [1_000 - unmapped, unmapped]
    report = replace(rows, by_category=table)
    told = unclassified_warning(report, language="en")
    assert told.startswith(f"{unmapped / 10:.0f}% of the rows of the table are") == says
    assert bool(told) == says
    assert unclassified_warning(report, language="en", threshold=unmapped + 1) == ""


def test_hot_units_are_said_where_no_polygon_tells_of_them(city):
    """Two hot units, in one polygon of which they are the half less a resident."""
    table = city.unit_results["carjacking:gi"].table.copy()
    table.iloc[[0, 1], table.columns.get_loc("label")] = "hot"
    units = replace(city.unit_results["carjacking:gi"], table=table)
    rolled = city.rolled_up["carjacking"].copy()
    rolled.iloc[0, 0] = 0.49
    answer = found(
        city,
        "carjacking",
        unit_results={"carjacking:gi": units},
        rolled_up=rolled,
        residents=city.polygons["population"],
    )
    told = said(answer).words
    assert "; incidents cluster in 2 census units, with 0." in told
    assert "% of the residents (false discovery rate" in told
    withheld = pd.Series(False, index=answer.index)
    assert "census units" in said(answer.without(withheld)).words
    withheld.iloc[5] = True
    assert "census units" not in said(answer.without(withheld)).words


def test_hot_units_are_not_said_twice(city):
    answer = found(city, residents=city.polygons["population"])
    assert answer.hot_units and "census unit" not in said(answer).words
