"""Every word that a person reads comes from the catalogue."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

import hotspots.catalogue as catalogue
from hotspots.incidents.taxonomy.report import taxonomy_report
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.report.content import ReportContent
from hotspots.maps.report.report import report_page
from hotspots.maps.save.standalone import render_standalone

OURS = re.compile(r"⟦[^⟦⟧]*⟧")
NOT_WORDS = re.compile(
    r"Colonia \d+|U\d{4}|P\d{3}|Clínica 1|Escuela 2|Censo de juguete|Servicios de juguete|toy"
    r"|Poverty|Distance to a clinic|Homicidio|Robo de vehículo con violencia"
    r"|Ciudad de juguete: homicidio|2013(-\d\d)?|MXN|N_A|homicide( rate)?|carjacking|\bx+\b"
)


def marked(node):
    """Return the English catalogue with every wording between brackets."""
    if isinstance(node, dict):
        return {key: marked(value) for key, value in node.items()}
    if isinstance(node, list):
        return [f"⟦{value}⟧" for value in node]
    return node if node in (".", ",", "") else f"⟦{node}⟧"


@pytest.fixture
def pseudo(monkeypatch):
    english = catalogue.read_language("en")
    entries = {**marked(english.entries), "plural": english.entries["plural"]}
    known = {"pseudo": replace(english, code="pseudo", entries=entries), "en": english}
    monkeypatch.setattr(catalogue, "read_language", known.__getitem__)
    for place in ("hotspots.catalogue", "hotspots.maps.page.audience"):
        monkeypatch.setattr(f"{place}.languages", lambda: ("en", "es", "pseudo"))
    return "pseudo"


def left_over(words):
    """Return what of a text is neither the catalogue's nor the data's."""
    while OURS.search(words):
        words = OURS.sub(" ", words)
    return re.findall(r"[^\W\d_]{2,}", NOT_WORDS.sub(" ", words))


def texts_of(page):
    """Return what a person reads in the page's HTML: text, labels, and titles."""
    page = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.S)
    labels = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', page)
    return [html.unescape(part) for part in [*re.findall(r">([^<]+)<", page), *labels]]


def data_texts(node, path=""):
    """Return what the script may show: every text in the data but keys, shapes and colors."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("key", "kind", "category", "group", "level", "styles", "paths", "start",
                           "headline", "color", "mark", "shades", "codes"):  # fmt: skip
                yield from data_texts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from data_texts(value, path)
    elif isinstance(node, str):
        yield path, node


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_no_word_of_the_briefing_is_left_over(content, pseudo, audience):
    page = render_standalone(briefing_map(content, language=pseudo, audience=audience))
    assert [words for words in texts_of(page) if left_over(words)] == []
    data = re.search(r'id="hs-data">(.*?)</script>', page, re.S).group(1)
    found = data_texts(json.loads(data))
    assert [(path, words) for path, words in found if left_over(words)] == []


def test_no_word_of_the_report_is_left_over(city, pseudo):
    rows = city.incidents.assign(
        repair="coordinates_swapped", problem="address_not_found: x; date_missing"
    )
    content = ReportContent(
        incidents=rows,
        results=city.results,
        rates=city.rates,
        layers=city.layers,
        ranking=city.ranking,
        allocation=city.allocation,
        category_titles={"homicide": "Homicidio"},
        taxonomy=taxonomy_report(rows.assign(category_source="N_A", category="unmapped")),
        synthetic=True,
    )
    page = report_page(content, language=pseudo)
    assert [words for words in texts_of(page) if left_over(words)] == []


def test_the_script_holds_no_words_of_its_own():
    """Every quoted text of the page's script is a name, a path or a color."""
    from hotspots.maps import assets

    code = re.sub(r"/\*.*?\*/", "", assets.briefing_script(), flags=re.S)
    quoted = re.findall(r'"([^"\n]*)"', code)
    words = [text for text in quoted if re.search(r"[A-Za-zá-ú]{3,} [a-zá-ú]{2,}", text)]
    assert [
        text
        for text in words
        if not text.startswith(("hs-", ".hs-", "leaflet-", "use strict", "move"))
    ] == []
