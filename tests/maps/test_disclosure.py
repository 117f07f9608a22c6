"""Nothing that the public page says brings a withheld count back."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hotspots.errors import InputError
from hotspots.maps.briefing import briefing_map
from hotspots.maps.disclosure import is_sensitive, public_ranking, withheld_places
from hotspots.maps.public_table import public_rates
from hotspots.maps.standalone import render_standalone
from hotspots.schema import Criterion

THRESHOLD = 5


def hidden(counts, threshold=THRESHOLD):
    frame = pd.DataFrame({"count": counts}, index=[f"P{k}" for k in range(len(counts))])
    return withheld_places({"x": frame}, threshold=threshold)["x"].to_numpy()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=30))
@settings(deadline=None, max_examples=30)
def test_a_known_total_narrows_no_withheld_count(counts):
    """The linear programme of an intruder: shown counts, the total, nothing below zero."""
    mask = hidden(counts)
    if not mask.any() or mask.all():
        return
    counts = np.array(counts)
    for place in np.flatnonzero(mask):
        low, high = possible_range(counts, mask, place)
        assert low <= 1e-9
        assert high >= THRESHOLD - 1 - 1e-9


@given(st.lists(st.integers(0, 12), min_size=3, max_size=6))
@settings(deadline=None, max_examples=30)
def test_not_even_for_who_knows_that_one_of_them_is_larger(counts):
    mask = hidden(counts, threshold=3)
    if not mask.any() or mask.all():
        return
    secret = np.array(counts)[mask]
    values = [range(secret.sum() + 1)] * (len(secret) - 1)
    found = [set() for _ in secret]
    for some in itertools.product(*values):
        rest = secret.sum() - sum(some)
        whole = (*some, rest)
        if rest >= 0 and max(whole) >= 3 and min(whole) < 3:
            for place, value in enumerate(whole):
                found[place].add(value)
    assert all({0, 1, 2} <= possible for possible in found)


def test_nothing_is_withheld_where_nothing_is_small():
    assert not hidden([5, 6, 7]).any()


def test_the_smallest_of_the_others_goes_with_a_small_one():
    assert hidden([0, 30, 9, 50]).tolist() == [True, False, True, False]


def test_a_threshold_under_one_is_refused():
    with pytest.raises(InputError, match="threshold: came as 0"):
        hidden([1, 2], threshold=0)


def test_public_ranking_keeps_the_order_and_nothing_else(city):
    mask = pd.Series(False, index=city.polygons.index)
    mask.iloc[:4] = True
    kept = public_ranking(city.ranking, mask)
    assert list(kept.table.columns) == ["rank"]
    assert sorted(kept.table["rank"]) == list(range(1, len(mask) - 3))
    assert not kept.table.index.isin(mask.index[mask]).any()
    whole = city.ranking.table["rank"].reindex(kept.table.index)
    assert whole.is_monotonic_increasing


def test_no_number_on_the_public_page_gives_a_withheld_count_back(city, options):
    """Collect every number of the page; each must be known without the withheld counts.

    The page of a city in which every withheld count has another value must be the same to
    the byte: then no number on it can depend on one. The values stay under the threshold,
    or in the same order above it, so that the same polygons are withheld.
    """
    first = public_page(city, options)
    other = altered(city)
    mask = withheld_places(city.rates)["carjacking"]
    same = withheld_places(other)["carjacking"]
    assert mask.sum() > 2
    assert mask.equals(same)
    assert first == public_page(city, {**options, "rates": other})


def test_a_withheld_count_in_the_score_hides_scores_parts_and_grants(city, options):
    criteria = (Criterion("carjacking_rate", 0.5), *city.ranking.criteria[1:])
    table = city.ranking.table.rename(columns={"share_homicide_rate": "share_carjacking_rate"})
    ranking = replace(city.ranking, criteria=criteria, table=table)
    data = page_data(public_page(city, {**options, "ranking": ranking}))
    mask = withheld_places(city.rates)["carjacking"].to_numpy()
    assert data["grants"] == []
    assert data["parts"] == []
    assert all("parts" not in place for place in data["places"])
    ranks = [place["rank"] for place in data["places"]]
    assert [rank is None for rank in ranks] == mask.tolist()


def test_the_public_page_has_no_points_units_months_or_tests(city, options):
    page = public_page(city, options)
    data = page_data(page)
    for gone in ("points", "unitAreas", "unitNames"):
        assert gone not in data
    assert all({"months", "hours"}.isdisjoint(facts) for facts in data["facts"].values())
    assert all(not any(theme["texts"]) for theme in data["themes"] if theme["category"])
    assert "VERSIÓN PÚBLICA" in page
    assert "RESERVADO" not in page
    assert "cifras reservadas" in page


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_shelters_are_on_no_page(city, options, audience):
    page = render_standalone(briefing_map(city.polygons, **options, audience=audience))
    assert "Casa 3" not in page
    assert "refugio" not in page


def test_sensitive_categories_are_not_published_and_never_drawn(city, options):
    rates = {**city.rates, "sexual_violence": city.rates["homicide"]}
    titles = {**options["category_titles"], "sexual_violence": "Violencia sexual"}
    changed = {**options, "rates": rates, "category_titles": titles}
    public = render_standalone(briefing_map(city.polygons, **changed, audience="public"))
    assert "Violencia sexual" not in public
    internal = page_data(render_standalone(briefing_map(city.polygons, **changed)))
    assert "sexual_violence" not in [group["category"] for group in internal["points"]]


@pytest.mark.parametrize(
    ("key", "sensitive"),
    [
        ("rape", True),
        ("abuso_sexual", True),
        ("sexual-assault", True),
        ("violencia_domestica", True),
        ("violencia_de_genero", True),
        ("gender_violence", True),
        ("family_violence", True),
        ("estupro", True),
        ("tocamientos_indebidos", True),
        ("violacion", True),
        ("violacion_de_domicilio", False),
        ("homicide", False),
        ("robo_a_casa_habitacion", False),
    ],
)
def test_keys_that_say_whose_places_must_not_be_known(key, sensitive):
    assert is_sensitive(key) is sensitive


@pytest.mark.parametrize(
    "kind",
    ["Albergue", "REFUGIOS", "casa_refugio", "Casa de la Mujer", "Casa das mulheres", "casa abrigo",
     "Women's shelter", "centro de acogida"],
)  # fmt: skip
def test_shelters_by_any_name(city, options, kind):
    services = city.services.assign(kind=["clinica", "escuela", kind])
    page = render_standalone(briefing_map(city.polygons, **{**options, "services": services}))
    assert "Casa 3" not in page


def test_a_category_that_was_named_sensitive_is_treated_so(city, options, tmp_path):
    changed = {**options, "sensitive": {"carjacking"}}
    public = render_standalone(briefing_map(city.polygons, **changed, audience="public"))
    assert "carjacking" not in public
    assert "Robo de vehículo" not in public
    internal = page_data(render_standalone(briefing_map(city.polygons, **changed)))
    assert [group["category"] for group in internal["points"]] == ["homicide"]
    assert "carjacking" in internal["facts"]
    table = public_rates(
        city.polygons, city.rates, {}, threshold=5, language="es", sensitive={"carjacking"}
    )
    assert set(table.index.get_level_values("category")) == {"homicide"}


def test_no_layer_score_or_grant_tells_of_a_sensitive_category(city, options):
    title = {"es": "Violencia sexual", "en": "Sexual violence"}
    rate = replace(city.layers[0], name="sexual_violence_rate", title=title)
    criteria = (Criterion("sexual_violence_rate", 0.5), *city.ranking.criteria[1:])
    table = city.ranking.table.rename(columns={"share_homicide_rate": "share_sexual_violence_rate"})
    changed = {
        **options,
        "rates": {**city.rates, "sexual_violence": city.rates["homicide"]},
        "layers": [*city.layers, rate],
        "ranking": replace(city.ranking, criteria=criteria, table=table),
    }
    page = public_page(city, changed)
    assert "sexual" not in page.casefold()
    data = page_data(page)
    assert data["grants"] == []
    assert all("rank" not in place for place in data["places"])


def public_page(city, options):
    return render_standalone(briefing_map(city.polygons, **options, audience="public"))


def page_data(page):
    found = re.search(r'<script type="application/json" id="hs-data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))


def altered(city):
    """Return the rates with every withheld count changed, and all that follows from it."""
    table = city.rates["carjacking"].copy()
    mask = withheld_places(city.rates)["carjacking"]
    small = mask & (table["count"] < THRESHOLD)
    table.loc[small, "count"] = (table.loc[small, "count"] + 2) % THRESHOLD
    for column in ("rate", "rate_low", "rate_high"):
        table.loc[mask, column] = table.loc[mask, column] * 1.37 + 0.1
    table["expected"] = table["expected"] * 1.01
    return {**city.rates, "carjacking": table}


def possible_range(counts, mask, place):
    equal = np.ones((1, len(counts)))
    bounds = [
        (0, None) if secret else (count, count) for secret, count in zip(mask, counts, strict=True)
    ]
    goal = np.zeros(len(counts))
    goal[place] = 1.0
    answers = [
        linprog(sign * goal, A_eq=equal, b_eq=[counts.sum()], bounds=bounds) for sign in (1, -1)
    ]
    return answers[0].fun, -answers[1].fun
