"""The intruder finds nothing on the public pages, and finds every leak that is planted."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import hotspots as hs
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.content import BriefingContent
from hotspots.maps.privacy.disclosure import withheld_polygons, withheld_together
from hotspots.maps.privacy.public_table import public_rates
from hotspots.maps.save.csv import safe_csv
from hotspots.maps.save.standalone import render_standalone
from hotspots.maps.themes.headline import category_of
from hotspots.project.run.public_result import public_result
from hotspots.schema import Criterion
from tests.maps.privacy.audit import Intruder, leaks, page_data, read_page, read_rates
from tests.maps.toy_city import excess

TITLES = {"homicide": "Homicidio", "carjacking": "Robo de vehículo con violencia"}


def poisson_rates(polygons, counts):
    """Return rates with the exact Poisson limits that a real run has."""
    counts = np.asarray(counts)
    scale = polygons["population"].to_numpy() / 1e5
    low = np.where(counts > 0, chi2.ppf(0.025, 2 * counts) / 2, 0.0)
    return pd.DataFrame(
        {
            "count": counts,
            "exposure": polygons["population"],
            "rate": counts / scale,
            "rate_low": low / scale,
            "rate_high": chi2.ppf(0.975, 2 * counts + 2) / 2 / scale,
        },
        index=polygons.index,
    )


def public(content, rates, threshold=5, located=None, **changes):
    results = {
        f"{key}:excess": excess(table.assign(expected=1.0), table["count"].to_numpy() > 40)
        for key, table in rates.items()
    }

    def known(tables):
        return {key: one for key, one in tables.items() if category_of(key) in rates}

    over_time = content.over_time
    given = {
        "rates": rates,
        "results": results,
        "bins": known(content.bins),
        "units": replace(content.units, results={}, rolled_up={}),
        "over_time": replace(
            over_time,
            rates=known(over_time.rates),
            results=known(over_time.results),
            changes=known(over_time.changes),
        ),
        "header": replace(content.header, located=located),
        **changes,
    }
    page = briefing_map(replace(content, **given), audience="public", threshold=threshold)
    return render_standalone(page)


def bare(polygons):
    """Return content without anything but polygons and titles."""
    return BriefingContent(polygons=polygons, results={}, category_titles=TITLES)


def attack(city, rates, page, rows=(), ranked=frozenset(), threshold=5, rule=True, sums=()):
    intruder = Intruder(
        city.polygons["population"].to_numpy(),
        {key: int(table["count"].sum()) for key, table in rates.items()},
        years=1.0,
        rule=threshold if rule else 0,
        order=np.argsort(city.polygons["population"], kind="stable").to_numpy(),
        sums=list(sums),
    )
    read_rates(intruder, list(rows), city.polygons.index.tolist())
    read_page(intruder, page, ranked)
    truth = {key: table["count"].to_numpy() for key, table in rates.items()}
    return leaks(intruder, truth, threshold)


def download(city, rates, tmp_path, threshold=5):
    table = public_rates(city.polygons, rates, TITLES, threshold=threshold, language="es")
    text = safe_csv(table, tmp_path / "rates.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def sparse(city):
    """Two categories with small counts, zeros, and one that stands alone."""
    rng = np.random.default_rng(11)
    n = len(city.polygons)
    lonely = rng.poisson(60, n)
    lonely[17] = 3
    return {
        "homicide": poisson_rates(city.polygons, lonely),
        "carjacking": poisson_rates(city.polygons, rng.poisson(6, n)),
    }


@pytest.mark.parametrize("threshold", [1, 5, 10])
def test_the_intruder_learns_nothing(city, content, sparse, tmp_path, threshold):
    page = public(content, sparse, threshold)
    rows = download(city, sparse, tmp_path, threshold)
    for rule in (False, True):
        assert attack(city, sparse, page, rows, {"homicide"}, threshold, rule) == []


@given(st.integers(0, 10_000), st.floats(0.5, 30))
@settings(deadline=None, max_examples=8)
def test_nor_from_any_other_counts(city, content, seed, mean):
    rng = np.random.default_rng(seed)
    rates = {"carjacking": poisson_rates(city.polygons, rng.poisson(mean, len(city.polygons)))}
    page = public(content, rates, ranking=None, allocation=None)
    assert attack(city, rates, page) == []


def test_a_threshold_above_all_counts_withholds_all(city, content, sparse):
    page = public(content, sparse, threshold=10_000)
    facts = page_data(page)["facts"]
    assert {words for one in facts.values() for words in one["count"]} == {"reservado"}
    assert attack(city, sparse, page, threshold=10_000) == []


def changed(page, act):
    """Return the page with its data changed."""
    data = page_data(page)
    act(data)
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return re.sub(r'(id="hs-data">).*?(</script>)', lambda m: m[1] + text + m[2], page, flags=re.S)


def secret(sparse, category="carjacking"):
    """Return a small count that is withheld, and a large one that goes with the small ones."""
    counts = sparse[category]["count"].to_numpy()
    hidden = withheld_polygons(sparse)[category].to_numpy()
    return int(np.flatnonzero(hidden & (counts < 5))[0]), counts


def small_rate(data, place, value):
    data["facts"]["carjacking"]["rate"][place] = f"{value:.1f}"


PLANTED = {
    "the count itself": lambda d, p, t: d["facts"]["carjacking"]["count"].__setitem__(
        p, f"{t['count'].iloc[p]} casos"
    ),
    "its rate": lambda d, p, t: small_rate(d, p, t["rate"].iloc[p]),
    "its interval": lambda d, p, t: d["facts"]["carjacking"]["interval"].__setitem__(
        p, f"IC 95%: {t['rate_low'].iloc[p]:.1f} a {t['rate_high'].iloc[p]:.1f}"
    ),
    "a label": lambda d, p, t: label(d, "excess:excess_risk:polygons/carjacking", p, 0),
    "a class of the rate": lambda d, p, t: label(d, "rate/carjacking", p, 1),
    "the q of a test": lambda d, p, t: theme(d, "excess:excess_risk:polygons/carjacking").update(
        texts=["q 0.3"] * len(d["places"])
    ),
    "months": lambda d, p, t: d["facts"]["carjacking"].update(months={"paths": ["M0"]}),
    "a slider": lambda d, p, t: theme(d, "rate/carjacking").update(frames=[{"title": "2013"}]),
    "units": lambda d, p, t: d.update(unitNames=["U1"]),
    "points": lambda d, p, t: d.update(points=[{"category": "carjacking", "xy": [1, 2]}]),
    "a rank": lambda d, p, t: d["places"][p].update(rank=3),
    "a part of the score": lambda d, p, t: d["places"][p].update(parts=[0.1]),
    "a grant": lambda d, p, t: d.update(grants=["$ 1"] * len(d["places"])),
}


def theme(data, key):
    return next(one for one in data["themes"] if one["key"] == key)


def label(data, key, place, code):
    codes = list(theme(data, key)["codes"])
    codes[place] = str(code)
    theme(data, key)["codes"] = "".join(codes)


@pytest.fixture(scope="module")
def ranked_page(city, content, sparse):
    """The page of a city whose score holds the category with many small counts."""
    ranking = replace(
        city.ranking,
        criteria=(Criterion("carjacking_rate", 0.5), *city.ranking.criteria[1:]),
        table=city.ranking.table.rename(columns={"share_homicide_rate": "share_carjacking_rate"}),
    )
    page = public(content, sparse, ranking=ranking)
    assert attack(city, sparse, page, ranked={"carjacking"}) == []
    return page


@pytest.mark.parametrize("what", PLANTED)
def test_every_planted_leak_is_found(city, sparse, ranked_page, what):
    place, _ = secret(sparse)
    planted = changed(ranked_page, lambda data: PLANTED[what](data, place, sparse["carjacking"]))
    assert attack(city, sparse, planted, ranked={"carjacking"}) != []


def test_showing_the_complement_gives_the_small_count_back(city, content, sparse):
    """The one other count that goes with a lonely small one is shown: subtraction does the rest."""
    page = public(content, sparse)
    counts = sparse["homicide"]["count"]
    hidden = np.flatnonzero(withheld_polygons(sparse)["homicide"])
    others = [place for place in hidden if counts.iloc[place] >= 5]

    def show(data):
        for place in others:
            data["facts"]["homicide"]["count"][place] = f"{counts.iloc[place]} casos"

    assert "homicide[17] = 3 lies in [3, 3]" in attack(city, sparse, changed(page, show))


@pytest.fixture(scope="module")
def small_city(city):
    return SimpleNamespace(polygons=city.polygons.iloc[:12])


@pytest.fixture(scope="module")
def summed(small_city):
    """A whole, its two parts, and a category that stands by itself."""
    rng = np.random.default_rng(3)
    n = len(small_city.polygons)
    first, second = rng.poisson(30, n), rng.poisson(20, n)
    first[4], second[9] = 2, 1
    return {
        key: poisson_rates(small_city.polygons, counts)
        for key, counts in (
            ("robbery", first),
            ("carjacking", second),
            ("property", first + second),
            ("homicide", rng.poisson(25, n)),
        )
    }


SUMS = [("property", ["robbery", "carjacking"])]


def test_nor_by_subtracting_a_category_from_the_sum_of_several(small_city, summed, tmp_path):
    city = small_city
    page = public(bare(city.polygons), summed)
    assert attack(city, summed, page, download(city, summed, tmp_path), sums=SUMS) == []
    facts = page_data(page)["facts"]
    assert all(facts[key]["count"][4] == "reservado" for key in ("robbery", "property"))
    assert "reservado" not in facts["homicide"]["count"]


def test_a_sum_that_is_shown_gives_its_small_part_back(small_city, summed):
    """Each category withheld for itself alone is not enough: 2 = 27 − 25."""
    page = public(bare(small_city.polygons), summed)

    def show(data):
        for key in ("carjacking", "property"):
            data["facts"][key]["count"][4] = f"{summed[key]['count'].iloc[4]} casos"

    found = attack(small_city, summed, changed(page, show), sums=SUMS)
    assert "robbery[4] = 2 lies in [2, 2]" in found


def written(page, old, new):
    assert page.count(old) >= 1
    return page.replace(old, new, 1)


def test_leaks_in_the_words_around_the_map_are_found(city, content, sparse):
    page = public(content, sparse, located=(5_000, 6_000))
    assert attack(city, sparse, page) == []
    assert "5,000 de 6,000" in page
    high = re.search(r'id="hs-sentence">(\d+) de', page)
    leaky = written(page, high.group(), high.group().replace(high.group(1), "107"))
    assert "the header's 107 of homicide" in attack(city, sparse, leaky)
    leaky = written(page, "</body>", '<button data-place="17"></button></body>')
    assert any("row of 17" in one for one in attack(city, sparse, leaky))
    legend = re.search(r"Cifra reservada</span><b>(\d+)</b>", page)
    leaky = written(page, legend.group(), legend.group().replace(legend.group(1), "1"))
    assert any("legend counts" in one for one in attack(city, sparse, leaky))


def test_a_download_that_says_more_than_the_page_is_found(city, content, sparse, tmp_path):
    page = public(content, sparse)
    rows = download(city, sparse, tmp_path)
    place, _ = secret(sparse)
    for row in rows:
        if row["category"] == "carjacking" and row["polygon_id"] == city.polygons.index[place]:
            assert row["note"].startswith("reservada: menos de 5 casos")
            row["rate"] = f"{sparse['carjacking']['rate'].iloc[place]:.3g}"
    assert any("carjacking" in one for one in attack(city, sparse, page, rows))


@pytest.mark.parametrize(("threshold", "places", "most"), [(2, 4, 6), (2, 5, 4), (3, 4, 7)])
def test_the_rule_run_backwards_excludes_nothing(threshold, places, most):
    """Every city of so many places: whoever sees the shown counts and the total, and tries the
    rule on all cities that fit, finds each withheld small count possible in every size."""
    cities = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=places):
        hidden = masked(counts, threshold)
        if hidden.any() and sum(np.array(counts)[hidden]) <= most:
            shown = tuple(np.array(counts)[~hidden])
            cities[tuple(hidden), shown, sum(counts)].append(counts)
    assert len(cities) > 100
    for (hidden, _, total), possible in cities.items():
        table = np.array(possible)
        rest = total - table[0][~np.array(hidden)].sum()
        for place in np.flatnonzero(hidden):
            if (table[:, place] < threshold).any():
                assert set(range(min(threshold, rest + 1))) <= set(table[:, place].tolist())


def test_nor_does_it_where_one_category_is_the_sum_of_two():
    """The same over all cities of three places with two categories and their sum, all shown."""
    threshold, most = 2, 3
    cities = defaultdict(list)
    pairs = list(itertools.product(range(most + 1), repeat=3))
    for first, second in itertools.product(pairs, repeat=2):
        table = np.array([first, second, np.add(first, second)]).T
        hidden = masked(table, threshold)
        if hidden.any() and (table[hidden, :2].sum(axis=0) <= most).all():
            seen = (tuple(hidden), table[~hidden].tobytes(), tuple(table.sum(axis=0)))
            cities[seen].append(table)
    assert len(cities) > 20
    for (hidden, _, _), possible in cities.items():
        tables = np.array(possible)
        rest = tables[0][np.array(hidden)].sum(axis=0)
        for place, category in itertools.product(np.flatnonzero(hidden), range(3)):
            values = tables[:, place, category]
            if (values < threshold).any():
                assert set(range(min(threshold, rest[category] + 1))) <= set(values.tolist())


def masked(counts, threshold):
    """Return what is withheld, by the same function, on an array: a table a city is slow."""
    frame = pd.DataFrame(np.asarray(counts))
    return withheld_together(frame, frame.index, threshold).to_numpy()


@pytest.mark.parametrize("count", [0, 3, 12])
def test_one_polygon_and_its_total(city, count):
    """The header does not say as a total what the polygon does not say as a count."""
    one = bare(city.polygons.iloc[:1])
    rates = {"homicide": poisson_rates(one.polygons, [count])}
    page = public(one, rates, located=(count, count))
    data = page_data(page)
    assert (data["facts"]["homicide"]["count"][0] == "reservado") == (count < 5)
    assert "ubicados" not in page


def test_a_test_without_counts_says_nothing(content):
    page = public(content, {}, results=content.results, ranking=None, allocation=None)
    data = page_data(page)
    assert not any(any(flags) for flags in data["high"].values())
    for one in data["themes"]:
        if one["category"]:
            assert {one["labels"][int(code, 36)] for code in one["codes"]} == {"Cifra reservada"}
            assert not any(one["texts"])


def test_a_layer_of_counts_is_not_published(city, content, sparse):
    """Neighbors' smoothed rates are made of the withheld counts, too."""
    smooth = replace(city.layers[0], name="homicide_smoothed", title={"es": "Tasa suavizada"})
    page = public(content, sparse, layers=[*city.layers, smooth])
    assert "suavizada" not in page
    internal = render_standalone(briefing_map(replace(content, layers=[smooth])))
    assert "suavizada" in internal


def test_a_run_publishes_nothing_that_can_be_solved_for(tmp_path):
    result = public_result(
        hs.run(hs.sample("tumbes") / "project.toml", out=tmp_path / "out")
    ).result
    folder = tmp_path / "out" / "public"
    assert sorted(path.name for path in folder.iterdir()) == [
        "REVIEW.txt",
        "polygons.geojson",
        "public.html",
        "publications.csv",
        "rates.csv",
    ]
    polygons = json.loads((folder / "polygons.geojson").read_text(encoding="utf-8"))
    allowed = {"polygon_id", "name", "population", "notice"}
    assert all(set(one["properties"]) <= allowed for one in polygons["features"])
    rates = result.findings.rates
    first = next(iter(rates.values()))
    intruder = Intruder(
        result.plan.polygons["population"].to_numpy(),
        {key: int(table["count"].sum()) for key, table in rates.items()},
        years=float(first["years"].iloc[0]),
        rule=result.project.map.threshold,
        order=np.argsort(first["exposure"], kind="stable").to_numpy(),
        per=result.project.tests.per,
    )
    text = (folder / "rates.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    read_rates(intruder, rows, result.plan.polygons.index.tolist())
    ranked = {one.layer.removesuffix("_rate") for one in result.project.ranking} & set(rates)
    read_page(intruder, (folder / "public.html").read_text(encoding="utf-8"), ranked)
    published = pd.read_csv(folder / "publications.csv", encoding="utf-8-sig").dropna()
    shown = {key: set(table["count"]) for key, table in published.groupby("category")}
    downloaded = pd.read_csv(folder / "rates.csv", encoding="utf-8-sig").dropna(subset="count")
    assert shown == {key: set(table["count"]) for key, table in downloaded.groupby("category")}
    truth = {key: table["count"].to_numpy() for key, table in rates.items()}
    found = leaks(intruder, truth, result.project.map.threshold)
    assert found == [], "; ".join(found)
