"""One record of every local test: what it keeps, and what it says of itself."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.catalogue import has_text, languages
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.errors import InputError
from hotspots.schema import Label

UNTESTED = {"isolate", "no data", "no evidence", "not tested"}
FOUND = ["hot", "cold", "high-high", "low-low", "high-low", "low-high"]

UNTESTED = {"isolate", "no data", "no evidence", "not tested"}
"""What a place is called of which nothing can be said (docs/conventions.md)."""


@pytest.fixture
def hot_block(lattice):
    """A 10×10 map with a raised block, one place without data, and three islands."""
    links = {int(i): {int(j): 1.0 for j in lattice(10, 10)[i].index} for i in range(100)}
    values = pd.Series(np.random.default_rng(0).normal(10, 1, 103), name="homicide")
    values[[33, 34, 35, 43, 44, 45, 53, 54, 55]] += 6
    values[99] = np.nan
    index = pd.Index([f"u{i}" for i in range(103)], name="unit_id")
    graph = Graph.from_weights_dict(
        {index[i]: {index[j]: weight for j, weight in links.get(i, {}).items()} for i in range(103)}
    )
    return values.set_axis(index), graph


def numbers(sentence):
    return [int(found.replace(",", "")) for found in re.findall(r"\b\d[\d,]*\b", sentence)]


def test_the_record_keeps_all_that_is_needed_to_repeat_it(hot_block):
    values, graph = hot_block
    result = getis_ord(values, graph, permutations=9_999, seed=7, correction="by", alpha=0.1)
    again = getis_ord(
        values,
        graph,
        null=result.null,
        alternative=result.alternative,
        correction=result.correction,
        alpha=result.alpha,
        permutations=result.permutations,
        seed=result.seed,
    )
    pd.testing.assert_frame_equal(result.table, again.table)
    assert (result.test, result.null, result.alternative) == (
        "getis_ord_star", "total", "two-sided",
    )  # fmt: skip
    assert (result.correction, result.alpha, result.family) == ("by", 0.1, 99)
    assert (result.permutations, result.enumerated, result.seed) == (9_999, False, 7)
    assert result.least_p == pytest.approx(2 / 10_000)
    assert "99 places" in result.weights
    assert (result.level, result.headline, result.variable) == ("units", False, "homicide")


def test_repr_says_how_and_what(hot_block):
    values, graph = hot_block
    result = getis_ord(values, graph, permutations=9_999, seed=7)
    said = repr(result)
    hot = int((result.table["label"] == "hot").sum())
    for piece in (
        "getis_ord_star of homicide (exploratory)",
        "103 units",
        "total, two-sided",
        "9,999 a place, seed 7; least p 0.0002",
        "fdr at 0.05 over 99 tests",
        result.weights,
        f"{hot} hot",
        "3 isolate, 1 no data",
    ):
        assert piece in said
    assert len(said.splitlines()) == 8
    assert "(headline)" in repr(correct_family({"homicide": result})["homicide"])


def test_repr_of_a_formula_and_of_all_draws_counted(six_points):
    values, graph = six_points
    assert "none: the null is a formula" in repr(getis_ord(values, graph, null="analytic"))
    assert "all distinct permutations enumerated, fewer than 2,399; least p 0.1" in repr(
        getis_ord(values, graph)
    )


def test_html_is_escaped_and_shows_the_labeled_places(hot_block):
    values, graph = hot_block
    result = getis_ord(values.rename("<b>&</b>"), graph)
    hostile = result.table.rename(index={"u44": "<script>alert(1)</script>"})
    page = replace(result, table=hostile)._repr_html_()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "<script" not in page
    assert "<b>" not in page
    labeled = int(result.table["label"].isin(["hot", "cold"]).sum())
    shown = min(labeled, 10)
    assert f"{shown} of {labeled} labeled places" in page
    assert page.count("<td>hot</td>") + page.count("<td>cold</td>") == shown


def test_html_without_a_labeled_place_has_no_second_table(six_points):
    values, graph = six_points
    assert getis_ord(values, graph)._repr_html_().count("<table") == 1


@pytest.mark.parametrize("language", languages())
def test_the_sentence_accounts_for_every_place(hot_block, language):
    values, graph = hot_block
    for result in (getis_ord(values, graph), local_moran(values, graph)):
        label = result.table["label"]
        found = label.isin(FOUND)
        counts = label[found].value_counts()
        said = result.sentence(language)
        stated = numbers(said.replace("5%", ""))
        assert stated[0] == 99
        assert sorted(stated[1 : 1 + len(counts)]) == sorted(counts)
        assert (label == "not significant").sum() in stated
        assert stated[-2:] == [3, 1]  # isolates, and one without data
        assert said.endswith(".")


def test_the_sentence_in_english_and_in_spanish(hot_block):
    values, graph = hot_block
    result = getis_ord(values, graph, alternative="greater")
    n = int((result.table["label"] == "hot").sum())
    assert result.sentence() == (
        f"Of 99 census units tested, {n} lie where high values of homicide sit together more "
        "than chance allows (Getis-Ord Gi*, total permutation, upper tail, false discovery rate "
        f"5% over 99 tests); for the other {99 - n} the data cannot tell; 3 have no neighbors "
        "and 1 has no data; only high was asked for, low was not looked for."
    )
    assert result.sentence("es", variable="homicidio") == (
        f"De 99 unidades censales que se probaron, {n} están donde los valores altos de "
        "homicidio se juntan más de lo que permite el azar (Getis-Ord Gi*, permutación total, "
        "cola superior, tasa de falsos descubrimientos del 5% sobre 99 pruebas); en los otros "
        f"{99 - n} casos los datos no permiten saberlo; 3 no tienen vecinos y 1 no tiene datos; "
        "solo se preguntó por lo alto; lo bajo no se buscó."
    )


def test_the_sentence_of_excess_names_its_null():
    people = pd.Series(10_000.0, index=range(40))
    thefts = pd.Series([20, 27, 14, 19, 23] * 8, name="theft")
    thefts[7] = 90
    above = excess_risk(thefts, people, at_least=2)
    found = "39 have less than 2 times the typical risk of theft and 1 has at least 2"
    assert found in above.sentence()
    extreme, binomial = (excess_risk(thefts, people, null=null) for null in ("spread", "binomial"))
    assert "1 stands out in theft even from the spread" in extreme.sentence()
    assert "the spread of risk between places is σ = 0." in extreme.sentence()
    assert "what one risk of theft in the whole city would bring" in binomial.sentence()


def test_the_sentence_of_nothing_found_does_not_say_that_nothing_is_there(six_points):
    values, graph = six_points
    said = getis_ord(values, graph).sentence()
    assert "none is labeled in y" in said
    assert "the data cannot tell whether there is anything or not" in said
    # Six places: the least p that can exist is 0.1.
    assert "could not have labeled any (smallest possible p: 0.10)" in said


def test_the_sentence_where_nothing_could_be_tested(lattice):
    flat = getis_ord(pd.Series(np.ones(100), name="y"), lattice(10, 10))
    said = flat.sentence()
    assert said.startswith("No place could be tested in y")
    assert "100 give no evidence" in said


def test_a_label_without_a_sentence_of_its_own_is_named(six_points):
    values, graph = six_points
    result = getis_ord(values, graph)
    other = result.table.assign(label=["new label"] * 2 + ["not significant"] * 4)
    said = replace(result, table=other, kind=replace(result.kind, name="new_test")).sentence()
    assert "2 are labeled “new label” (new test," in said


@pytest.mark.parametrize(
    ("test", "label", "said"),
    [
        ("local_moran_bivariate", "high-low", "high in the first of y among neighbors lower in"),
        ("local_geary", "low-low", "low in y like their neighbors, more alike than"),
        ("local_geary", "dissimilar", "less like their neighbors in y than chance"),
        ("local_join_counts", "hot", "have y and more neighbors with it than chance"),
        ("local_co_location", "co-located", "have both of y"),
        ("local_juxtaposition", "juxtaposed", "have only the first of y"),
        ("getis_ord", "hot", "high values of y sit together"),
    ],
)
def test_a_label_means_what_its_test_asks(six_points, test, label, said):
    values, graph = six_points
    result = getis_ord(values, graph)
    table = result.table.assign(label=[label] * 2 + ["not significant"] * 4)
    assert said in replace(result, table=table, kind=replace(result.kind, name=test)).sentence()


@pytest.mark.parametrize("language", languages())
def test_every_label_that_is_a_finding_has_its_sentence(language):
    for label in {label.value for label in Label} - {*UNTESTED, "not significant"}:
        assert has_text(f"finding.{label.replace(' ', '_')}", language)


def test_every_label_that_is_no_finding_is_known_as_such():
    labels = {label.value for label in Label}
    assert labels >= UNTESTED


def test_an_unknown_language_is_refused(six_points):
    values, graph = six_points
    with pytest.raises(InputError, match="'fr'"):
        getis_ord(values, graph).sentence("fr")
