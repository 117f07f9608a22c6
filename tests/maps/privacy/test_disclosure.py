"""Nothing that the public page says brings a withheld count back."""

from __future__ import annotations

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
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.privacy.disclosure import related_categories, withheld_polygons
from hotspots.maps.save.standalone import render_standalone
from hotspots.schema import Criterion

THRESHOLD = 5


def hidden(counts, threshold=THRESHOLD):
    frame = pd.DataFrame({"count": counts}, index=[f"P{k}" for k in range(len(counts))])
    return withheld_polygons({"x": frame}, threshold=threshold)["x"].to_numpy()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=30))
@settings(deadline=None, max_examples=30)
def test_a_known_total_narrows_no_withheld_count(counts):
    """The linear program of an intruder: shown counts, the total, nothing below zero."""
    mask = hidden(counts)
    if not mask.any() or mask.all():
        return
    counts = np.array(counts)
    for place in np.flatnonzero(mask):
        low, high = possible_range(counts, mask, place)
        assert low <= 1e-9
        assert high >= THRESHOLD - 1 - 1e-9


def test_nothing_is_withheld_where_nothing_is_small():
    assert not hidden([5, 6, 7]).any()


def test_two_polygons_of_a_public_order_go_with_a_small_one():
    assert hidden([50, 30, 9, 0]).tolist() == [True, True, False, True]


def test_that_order_is_of_residents():
    table = pd.DataFrame({"count": [0, 30, 9, 50], "exposure": [900, 40, 700, 60]})
    mask = withheld_polygons({"x": table})["x"]
    assert mask.tolist() == [True, True, False, True]
    turned = withheld_polygons({"x": table[::-1]})["x"]
    assert turned.sort_index().equals(mask)


def test_the_order_goes_on_until_as_many_as_the_threshold_are_withheld():
    assert hidden([0, 1, 0, 2, 0, 9, 9]).tolist() == [True] * 6 + [False]


def test_all_are_withheld_where_all_are_small():
    assert hidden([4, 0, 3, 4]).all()
    assert hidden([3]).all()
    assert hidden([12]).sum() == 0


@given(st.integers(0, 10_000), st.sets(st.integers(0, 5), min_size=1, max_size=5))
@settings(deadline=None, max_examples=20)
def test_a_sum_of_categories_is_found_among_others(seed, parts):
    rng = np.random.default_rng(seed)
    counts = {f"c{k}": pd.Series(rng.poisson(4 + k, 40)) for k in range(6)}
    counts["whole"] = sum(counts[f"c{k}"] for k in parts)
    groups = related_categories(counts)
    assert {"whole", *(f"c{k}" for k in parts)} in [set(group) for group in groups]
    assert len(groups) == 7 - len(parts)


def test_a_whole_with_a_rest_that_is_not_shown_is_no_sum():
    rng = np.random.default_rng(5)
    part = pd.Series(rng.poisson(5, 40))
    assert len(related_categories({"part": part, "whole": part + rng.poisson(3, 40)})) == 2


def test_a_threshold_under_one_is_refused():
    with pytest.raises(InputError, match="threshold: came as 0"):
        hidden([1, 2], threshold=0)


def test_no_number_on_the_public_page_gives_a_withheld_count_back(city, content):
    """Collect every number of the page; each must be known without the withheld counts.

    The page of a city in which every withheld count has another value must be the same to
    the byte: then no number on it can depend on one. The values stay under the threshold,
    or in the same order above it, so that the same polygons are withheld.
    """
    first = public_page(content)
    other = altered(city)
    mask = withheld_polygons(city.rates)["carjacking"]
    same = withheld_polygons(other)["carjacking"]
    assert mask.sum() > 2
    assert mask.equals(same)
    assert first == public_page(replace(content, rates=other))


def test_a_withheld_count_in_the_score_hides_the_whole_ranking(city, content):
    criteria = (Criterion("carjacking_rate", 0.5), *city.ranking.criteria[1:])
    table = city.ranking.table.rename(columns={"share_homicide_rate": "share_carjacking_rate"})
    ranking = replace(city.ranking, criteria=criteria, table=table)
    data = page_data(public_page(replace(content, ranking=ranking)))
    assert withheld_polygons(city.rates)["carjacking"].any()
    assert not data.get("grants")
    assert not data.get("parts")
    assert all("parts" not in place for place in data["places"])
    assert all(place.get("rank") is None for place in data["places"])


def test_the_public_page_has_no_points_units_months_or_tests(content):
    page = public_page(content)
    data = page_data(page)
    for gone in ("points", "unitAreas", "unitNames"):
        assert gone not in data
    private = {"months", "hours", "change"}
    assert all(private.isdisjoint(facts) for facts in data["facts"].values())
    assert all(not any(theme["texts"]) for theme in data["themes"] if theme["category"])
    assert "VERSIÓN PÚBLICA" in page
    assert "RESERVADO" not in page
    assert "cifras reservadas" in page


def public_page(content):
    return render_standalone(briefing_map(content, audience="public"))


def page_data(page):
    found = re.search(r'<script type="application/json" id="hs-data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))


def altered(city):
    """Return the rates with every withheld count changed, and all that follows from it."""
    table = city.rates["carjacking"].copy()
    mask = withheld_polygons(city.rates)["carjacking"]
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


def test_each_category_of_a_sum_keeps_the_threshold_back():
    """With the two polygons of few alone, 2 robberies would be known to be theirs."""
    residents = [100, 200, 300, 400, 500]
    robbery, theft = np.array([1, 1, 6, 7, 8]), np.array([9, 9, 9, 9, 9])
    rates = {
        key: pd.DataFrame({"count": count, "exposure": residents}, index=list("abcde"))
        for key, count in {"robbery": robbery, "theft": theft, "both": robbery + theft}.items()
    }
    for hidden in withheld_polygons(rates, threshold=5).values():
        assert hidden.tolist() == [True, True, True, True, False]
