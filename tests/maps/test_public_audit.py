"""The intruder finds nothing on the public pages, and finds every leak that is planted."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import hotspots as hs
from hotspots.maps.briefing import briefing_map
from hotspots.maps.disclosure import withheld_places
from hotspots.maps.export import safe_csv
from hotspots.maps.public_table import public_rates
from hotspots.maps.standalone import render_standalone
from hotspots.schema import Criterion
from tests.maps.audit import Intruder, leaks, page_data, read_page, read_rates
from tests.maps.conftest import excess

TITLES = {"homicide": "Homicidio", "carjacking": "Robo de vehículo con violencia"}


def poisson_rates(polygons, counts):
    """Return rates with the exact Poisson limits that a real run has."""
    counts = np.asarray(counts)
    scale = polygons["population"].to_numpy() / 1e5
    low = np.where(counts > 0, chi2.ppf(0.025, 2 * counts) / 2, 0.0)
    return pd.DataFrame(
        {
            "count": counts,
            "rate": counts / scale,
            "rate_low": low / scale,
            "rate_high": chi2.ppf(0.975, 2 * counts + 2) / 2 / scale,
        },
        index=polygons.index,
    )


def public(city, options, rates, threshold=5, **changes):
    results = {
        f"{key}:excess": excess(table.assign(expected=1.0), table["count"].to_numpy() > 40)
        for key, table in rates.items()
    }
    options = {**options, "rates": rates, "results": results, "unit_results": {}, "rolled_up": {}}
    options |= {"threshold": threshold, "located": None, **changes}
    return render_standalone(briefing_map(city.polygons, **options, audience="public"))


def attack(city, rates, page, rows=(), ranked=frozenset(), threshold=5, rule=True):
    intruder = Intruder(
        city.polygons["population"].to_numpy(),
        {key: int(table["count"].sum()) for key, table in rates.items()},
        years=1.0,
        rule=rule,
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
def test_the_intruder_learns_nothing(city, options, sparse, tmp_path, threshold):
    page = public(city, options, sparse, threshold)
    rows = download(city, sparse, tmp_path, threshold)
    for rule in (False, True):
        assert attack(city, sparse, page, rows, {"homicide"}, threshold, rule) == []


@given(st.integers(0, 10_000), st.floats(0.5, 30))
@settings(deadline=None, max_examples=8)
def test_nor_from_any_other_counts(city, options, seed, mean):
    rng = np.random.default_rng(seed)
    rates = {"carjacking": poisson_rates(city.polygons, rng.poisson(mean, len(city.polygons)))}
    page = public(city, options, rates, ranking=None, allocation=None)
    assert attack(city, rates, page) == []


def test_a_threshold_above_all_counts_withholds_all(city, options, sparse):
    page = public(city, options, sparse, threshold=10_000)
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
    hidden = withheld_places(sparse)[category].to_numpy()
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
def ranked_page(city, options, sparse):
    """The page of a city whose score holds the category with many small counts."""
    ranking = replace(
        city.ranking,
        criteria=(Criterion("carjacking_rate", 0.5), *city.ranking.criteria[1:]),
        table=city.ranking.table.rename(columns={"share_homicide_rate": "share_carjacking_rate"}),
    )
    page = public(city, options, sparse, ranking=ranking)
    assert attack(city, sparse, page, ranked={"carjacking"}) == []
    return page


@pytest.mark.parametrize("what", PLANTED)
def test_every_planted_leak_is_found(city, sparse, ranked_page, what):
    place, _ = secret(sparse)
    planted = changed(ranked_page, lambda data: PLANTED[what](data, place, sparse["carjacking"]))
    assert attack(city, sparse, planted, ranked={"carjacking"}) != []


def test_showing_the_complement_gives_the_small_count_back(city, options, sparse):
    """The one other count that goes with a lonely small one is shown: subtraction does the rest."""
    page = public(city, options, sparse)
    counts = sparse["homicide"]["count"]
    hidden = np.flatnonzero(withheld_places(sparse)["homicide"])
    others = [place for place in hidden if counts.iloc[place] >= 5]

    def show(data):
        for place in others:
            data["facts"]["homicide"]["count"][place] = f"{counts.iloc[place]} casos"

    assert "homicide[17] = 3 lies in [3, 3]" in attack(city, sparse, changed(page, show))


def test_the_rule_itself_gives_nothing_back():
    """A 4 beside a 9, the least shown 9: 13 in two cells of at most 9 would say "4 or more"."""
    table = pd.DataFrame({"count": [4, 9, 9, 30]}, index=list("abcd"))
    assert withheld_places({"x": table})["x"].tolist() == [True, True, True, False]


def test_a_run_publishes_nothing_that_can_be_solved_for(tmp_path):
    result = hs.run(hs.sample("tumbes") / "project.toml", out=tmp_path / "out")
    folder = tmp_path / "out" / "public"
    assert sorted(path.name for path in folder.iterdir()) == [
        "polygons.geojson",
        "public.html",
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
        per=result.project.tests.per,
    )
    text = (folder / "rates.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    read_rates(intruder, rows, result.plan.polygons.index.tolist())
    ranked = {one.layer.removesuffix("_rate") for one in result.ranking.criteria} & set(rates)
    read_page(intruder, (folder / "public.html").read_text(encoding="utf-8"), ranked)
    truth = {key: table["count"].to_numpy() for key, table in rates.items()}
    assert leaks(intruder, truth, result.project.map.threshold) == []
