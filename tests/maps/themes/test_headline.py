"""The header's sentence says what was found, and warns where it must."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.geocoding.report.report import geocoding_report
from hotspots.maps.themes.headline import category_of, headline_of, sentence, uneven_warning


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
        "6 of 108 polygons are above the city's ordinary variation, and in 5 of them most "
        "residents live where incidents cluster more than chance allows (false discovery rate "
        "5%; 2013; 589 of 606 incidents located)."
    )
    assert told.warnings == ("The two questions disagree in 1 polygon: see the legend.",)


def test_below_the_bar_is_warned_of(city):
    told = said(found(city), located=(400, 606))
    assert told.warnings[0].startswith("Only 66.0% of the incidents were located")


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
    assert told.words.startswith("None of the 108 polygons is above")
    assert told.warnings == ()


def test_only_clusters(city):
    answer = found(city, results={"homicide:gi": city.results["homicide:gi"]}, rolled_up=None)
    assert answer.excess is None
    assert said(answer).words.startswith("In 6 of 108 polygons incidents cluster")


def test_only_excess(city):
    answer = found(city, results={"homicide:x": city.results["homicide:excess"]}, rolled_up=None)
    assert answer.hot is None
    assert said(answer).words.startswith("6 of 108 polygons are above the city's")
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
