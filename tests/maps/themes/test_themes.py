"""Each way of coloring: its classes, what its legend says, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotspots.catalogue.results import UNTESTED
from hotspots.clusters.local.bivariate_moran import BIVARIATE_MORAN
from hotspots.clusters.local.geary import LOCAL_GEARY
from hotspots.clusters.local.join_counts import CO_LOCATION, JOIN_COUNTS, JUXTAPOSITION
from hotspots.clusters.local.moran import LOCAL_MORAN
from hotspots.errors import InputError
from hotspots.maps.themes.themes import layer_theme, rate_theme, result_theme
from hotspots.maps.themes.timeline import time_themes
from hotspots.maps.themes.words import layer_title
from hotspots.schema import Label, Layer, LocalTest

OPEN = Label.NOT_SIGNIFICANT.value


def theme(result, index, **changes):
    given = {"key": "x", "category": "homicide", "level": "polygons", "language": "en", **changes}
    return result_theme(result, index, **given)


def labeled(city, labels, q):
    result = city.results["homicide:gi"]
    table = result.table.iloc[: len(labels)].assign(label=labels, q=q)
    return replace(result, table=table), table.index


def test_a_label_is_graded_by_its_q(city):
    labels = ["hot", "hot", "cold", "cold", "not significant", "no data", "isolate"]
    q = [0.009, 0.03, 0.04, 0.001, 0.5, np.nan, np.nan]
    made = theme(*labeled(city, labels, q))
    assert [line.label for line in made.classes] == [
        "high cluster (q ≤ 0.01)",
        "high cluster (q ≤ 0.05)",
        "low cluster (q ≤ 0.05)",
        "low cluster (q ≤ 0.01)",
        "no significant difference",
        "No data",
    ]
    assert made.codes == (0, 1, 2, 3, 4, 5, 5)
    assert [line.places for line in made.classes] == [1, 1, 1, 1, 1, 2]
    assert made.texts[0] == "q = 0.009"
    assert made.texts[5] == ""


def test_the_label_decides_and_not_the_sign_of_z(city):
    result, index = labeled(city, ["hot", "not significant"], [0.01, 0.2])
    negative = replace(result, table=result.table.assign(z=-3.0))
    assert theme(negative, index).codes == theme(result, index).codes


def test_every_quadrant_has_its_class(city):
    quadrants = (Label.HIGH_HIGH, Label.LOW_LOW, Label.HIGH_LOW, Label.LOW_HIGH)
    labels = [label.value for label in quadrants]
    result, index = labeled(city, labels, [0.01] * 4)
    made = theme(replace(result, kind=LOCAL_MORAN), index)
    assert len(set(made.codes)) == 4


def test_the_legend_names_test_null_correction_level_and_family(city):
    made = theme(city.results["homicide:gi"], city.polygons.index)
    assert made.title == "Clusters (Gi*) · polygons"
    assert made.source == "Exploratory: not the headline test of its question."
    assert made.notes == (
        "Getis-Ord Gi*, total permutation, two-sided, false discovery rate 5% over 108 tests.",
        "9,999 permutations.",
        "A gentle gradient is a pattern too: this test answers to risk that varies smoothly, "
        "however little. Whether a place is high enough to matter is for the test of each polygon "
        "to say.",
    )


def test_other_places_are_refused(city):
    with pytest.raises(InputError, match=r"results\['x'\]: its index is not the places' own"):
        theme(city.results["homicide:gi"], city.polygons.index[1:])


def test_rates_are_in_classes_with_their_unit(city):
    table = city.rates["homicide"]
    made = rate_theme(table, table.index, category="homicide", language="en")
    assert made.unit == "per 100,000 residents a year"
    assert sum(line.places for line in made.classes) == 108
    assert 2 <= len(made.classes) <= 5


def test_a_layer_that_is_all_missing_is_shown_as_no_data(city):
    index = city.polygons.index
    empty = Layer("poverty", pd.Series(np.nan, index=index), "%", "more_is_worse", "census")
    made = layer_theme(empty, index, palette_name="poverty", language="en")
    assert [line.label for line in made.classes] == ["No data"]
    assert set(made.texts) == {"no data"}


def test_a_layer_of_one_value_has_one_class(city):
    index = city.polygons.index
    same = Layer("poverty", pd.Series(12.5, index=index), "%", "more_is_worse", "census")
    made = layer_theme(same, index, palette_name="poverty", language="en")
    assert [line.label for line in made.classes] == ["12.5"]


def test_a_layer_says_its_unit_and_its_source(city):
    made = layer_theme(city.layers[2], city.polygons.index, palette_name="access", language="es")
    assert (made.title, made.unit) == ("Distancia a la clínica", "m")
    assert made.source == "Fuente: Servicios de juguete"


def test_a_layer_without_a_title_goes_by_its_name():
    layer = Layer("bus_stops", pd.Series(dtype=float), "", "neutral", "")
    assert layer_title(layer, "es") == "bus stops"


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        (LOCAL_GEARY, [Label.HIGH_HIGH, Label.LOW_LOW, Label.SIMILAR, Label.DISSIMILAR]),
        (BIVARIATE_MORAN, [Label.HIGH_HIGH, Label.HIGH_LOW, Label.LOW_HIGH, Label.LOW_LOW]),
        (JOIN_COUNTS, [Label.HOT]),
        (CO_LOCATION, [Label.CO_LOCATED]),
        (JUXTAPOSITION, [Label.JUXTAPOSED]),
    ],
)
def test_no_finding_is_drawn_as_if_there_were_none(city, kind, labels):
    words = [label.value for label in labels]
    result, index = labeled(city, [*words, "not significant"], [0.01] * len(words) + [0.5])
    made = theme(replace(result, kind=kind), index)
    assert len(set(made.codes)) == len(words) + 1
    assert made.classes[made.codes[-1]].label == "no significant difference"
    styles = [line.style for line in made.classes]
    assert len(set(styles)) == len(styles)
    assert "Gi" not in made.title.replace("Geary", "")


def test_a_label_that_a_test_was_not_to_give_is_still_drawn(city):
    """Whatever a place is labeled, it is never pale as if nothing had been found."""
    found = [label.value for label in Label if label not in UNTESTED and label != OPEN]
    result, index = labeled(city, [*found, OPEN], [0.01] * len(found) + [0.5])
    made = theme(replace(result, kind=LocalTest("of_tomorrow", ())), index)
    assert made.codes[-1] not in made.codes[:-1]
    assert made.title == "of tomorrow · polygons"


def test_periods_of_a_test_without_two_sides_are_shown_label_by_label(city):
    rates = dict.fromkeys(("2012", "2013"), city.rates["homicide"])
    joined, _ = labeled(city, [Label.HOT, *[OPEN] * 107], [0.01] + [0.5] * 107)
    results = dict.fromkeys(rates, replace(joined, kind=JOIN_COUNTS))
    made = time_themes(
        rates, results, city.polygons.index, category="homicide", language="en", per=100_000
    )[1]
    assert [line.label for line in made.classes][:2] == [
        "high cluster",
        "no significant difference",
    ]
    assert made.title == "Clusters of places that have it (join counts), year by year"
    assert made.codes == (0, *[1] * 107)


def test_a_year_in_part_says_its_months(city):
    rates = {
        "2012": city.rates["homicide"],
        "2013": city.rates["homicide"].assign(years=2 / 12),
    }
    (theme,) = time_themes(
        rates, {}, city.polygons.index, category="homicide", language="en", per=100_000
    )
    assert [frame.title for frame in theme.frames] == ["2012", "2013 (2 months)"]
