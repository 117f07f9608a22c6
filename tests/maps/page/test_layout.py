"""The page's texts, parts and colors, at a desk and on a phone, whatever fonts a machine has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.standalone import save_standalone
from tests.maps.page.browsing import DESK, PHONE, choose_layer, opened
from tests.maps.page.layout import drawn_on, faults

pytestmark = pytest.mark.browser
LARGE = {"width": 1440, "height": 900}
SMALL = {"width": 1024, "height": 768}
NAMES = ("Ampliación San Lorenzo 2", "Lomas de Fuentes del Valle", "Centro", "Granjas Zacatecas II")

# ColorBrewer's RdBu: its dark red where both tests agree, its lighter red where one does.
BOTH, ONE, NONE = "rgb(178, 24, 43)", "rgb(239, 138, 98)", "rgb(243, 241, 236)"
RING = "rgb(61, 0, 8)"
OFF_PAPER = ("category", "layers", "compare", "zoom")


@pytest.fixture(scope="module")
def page_of(content, tmp_path_factory):
    """Return the path of a page for an audience, in a language, with names as cities have them."""
    polygons = content.polygons
    names = [NAMES[place % len(NAMES)] for place in range(len(polygons))]
    named = replace(content, polygons=polygons.assign(name=names))
    folder, made = tmp_path_factory.mktemp("layout"), {}

    def make(audience, language):
        path = folder / f"{audience}-{language}.html"
        if path not in made:
            page = briefing_map(named, audience=audience, language=language)
            made[path] = save_standalone(page, path)
        return path

    return make


VIEWS = [
    ("internal", "es", DESK),
    ("internal", "es", PHONE),
    ("internal", "en", LARGE),
    ("public", "es", SMALL),
    ("public", "en", DESK),
    ("public", "en", PHONE),
]


def show_time(page):
    """Show what has a slider, where the page has one: a public page may withhold it."""
    page.evaluate("document.querySelector(\"input[value='time_test/homicide']\")?.click()")


def compare(page):
    page.click("#hs-compare")
    page.mouse.move(2, 2)
    page.wait_for_timeout(60)  # Two maps measure themselves anew.


@pytest.mark.parametrize(("audience", "language", "size"), VIEWS)
def test_nothing_is_cut_off_covered_or_out_of_place(browser, page_of, audience, language, size):
    time, both = (["slider"], ["beside slider"]) if audience == "internal" else ([], [])
    both += ["beside map", "beside choice", "beside legend"]
    with opened(browser, page_of(audience, language), size) as page:
        assert faults(page) == []
        show_time(page)
        assert faults(page, *time) == []
        page.click(".hs-row >> nth=0")
        assert faults(page, "panel", *time) == []
        compare(page)
        assert faults(page, "panel", *time, *both) == []
        page.click(".hs-close")
        page.evaluate("document.activeElement.blur()")
        assert faults(page, *time, *both) == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_page_with_letters_a_tenth_wider_still_fits(browser, page_of, language):
    with opened(browser, page_of("internal", language), DESK) as page:
        page.add_style_tag(content="body { letter-spacing: .055em; word-spacing: .05em; }")
        page.set_viewport_size({**DESK, "width": DESK["width"] - 1})
        page.wait_for_timeout(60)
        assert faults(page) == []
        show_time(page)
        page.click(".hs-row >> nth=0")
        assert faults(page, "panel", "slider") == []


def test_paper_cuts_nothing_off(browser, page_of):
    with opened(browser, page_of("internal", "es"), DESK) as page:
        page.emulate_media(media="print")
        page.wait_for_timeout(60)
        assert faults(page, "method", without=OFF_PAPER) == []
        rows = page.locator(".hs-row")
        assert [rows.nth(k).is_visible() for k in (9, 10)] == [True, False]


def test_the_hot_polygons_are_filled_and_outlined_and_the_rest_is_pale(browser, page_of, city):
    with opened(browser, page_of("internal", "es"), DESK) as page:
        shapes = drawn_on(page)["maps"][0]["shapes"]
        choose_layer(page, "layer:poverty/")
        context = drawn_on(page)["maps"][0]["shapes"]
        choose_layer(page, "hot_spots:getis_ord_star:units/homicide")
        page.click("#hs-layers summary")
        assert faults(page) == []
    hot = dict.fromkeys(city.hot.nonzero()[0], BOTH) | {28: ONE}
    assert [one["fill"] for one in shapes] == [hot.get(k, NONE) for k in range(len(shapes))]
    pale = max(one["weight"] for k, one in enumerate(shapes) if k not in hot)
    assert all(shapes[k]["weight"] > pale and shapes[k]["stroke"] != hot[k] for k in hot)
    # Over another layer the outline alone says where it is hot.
    ringed = {k for k, one in enumerate(context) if one["stroke"] == RING and one["weight"] > 2}
    assert ringed == set(hot)


# What is done to which part of the page → what must then be said of it.
PLANTED = {
    (".leaflet-hs-polygons-pane path[fill='#ef8a62']", "fill: #b2182b"): "polygons are",
    (".hs-swatch rect", "fill: #2166ac"): "polygons are",
    ("path[stroke='#3d0008']", "stroke: none"): "an outline is not",
    (".leaflet-hs-polygons-pane path", "stroke-width: .5px"): "an outline is not",
    (".leaflet-hs-polygons-pane path", "fill-opacity: .1"): "is not drawn",
    (".leaflet-hs-polygons-pane", "visibility: hidden"): "is not drawn",
    (".leaflet-hs-polygons-pane", "transform: scaleX(1.1)"): "stretched",
    (".leaflet-hs-polygons-pane path:nth-of-type(2)", "translate: 9px"): "not where they lie",
    (".leaflet-hs-polygons-pane", "transform: scale(.2)"): "too small",
    (".leaflet-map-pane", "margin-left: 600px"): "sticks out of the map",
    (".leaflet-map-pane", "margin-left: -250px"): "legend lies over",
    (".leaflet-hs-numbers-pane", "margin-left: 40px"): "does not stand",
    (".hs-north", "display: none"): "north is not shown",
    (".hs-legend", "justify-self: center"): "legend is not in its corner",
    (".hs-legend", "max-height: 60px; overflow: hidden"): "is higher than",
    (".hs-legend li span", "white-space: nowrap; overflow: hidden"): "is wider than",
    (".hs-header", "height: 45px; overflow: hidden"): "is higher than",
    (".hs-name", "max-height: 20px; overflow: hidden"): "is higher than",
    (".hs-rate", "translate: -160px"): "lies over",
    (".hs-sentence", "line-height: .6"): "lies over",
    (".hs-compare", "margin-left: -60px"): "lies over",
    (".hs-compare", "width: 40px"): "is wider than",
    (".hs-row", "width: 500px"): "scrolls sideways",
    (".hs-tools", "transform: translate(200px)"): "wider than the page",
    (".hs-north", "align-self: start; z-index: 9"): "lies over",
    (".hs-skip", "left: 0; width: 900px; height: 90px"): "lies under .hs-skip",
}


def test_a_planted_fault_is_noticed(browser, page_of):
    unseen = []
    with opened(browser, page_of("internal", "es"), DESK) as page:
        page.evaluate("document.head.append(document.createElement('style'))")
        for (where, what), said in PLANTED.items():
            rule = f"{where} {{ {what.replace(';', ' !important;')} !important }}"
            page.evaluate("rule => { document.head.lastChild.textContent = rule; }", rule)
            found = faults(page)
            if not any(said in words for words in found):
                unseen.append((where, what, found[:3]))
        page.evaluate("document.head.lastChild.remove()")
        assert faults(page) == []
    assert unseen == []
