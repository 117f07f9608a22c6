"""What a person sees and does, in Debian's Chromium with the network off."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from hotspots.catalogue import text
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.report.content import ReportContent, ReportFile
from hotspots.maps.report.report import report_page
from hotspots.maps.save.standalone import save_standalone, write_whole
from tests.maps.page.browsing import DESK, PHONE, choose_layer, opened

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><script>document.title='ran'</script>"
    "<img src=x onerror=\"document.title='ran'\">'\"`\u2028${document.title='ran'}{{7*7}}\u202eabc"
)


@pytest.fixture(scope="module")
def internal(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "briefing.html"
    return save_standalone(briefing_map(content), path)


def fills(page, level="polygons"):
    return page.evaluate(f"window.hotspots.shapes.{level}.map(path => path.options.fillColor)")


def shown_keys(page):
    return page.eval_on_selector_all(
        ".hs-key:not([hidden])", "nodes => nodes.map(node => node.dataset.layer)"
    )


def test_it_opens_on_the_hot_places_numbered_and_nothing_else(browser, internal):
    with opened(browser, internal) as page:
        assert page.locator("html").get_attribute("lang") == "es"
        assert page.title() == "Ciudad de juguete: homicidio"
        assert "6 de 108 polígonos" in page.inner_text("#hs-sentence")
        assert page.locator(".hs-number").count() == 6
        colored = [fill for fill in fills(page) if fill != "#f3f1ec"]
        assert colored == ["#b2182b"] * 5 + ["#ef8a62"]
        assert page.locator(".leaflet-hs-polygons-pane path.leaflet-interactive").count() == 108
        assert shown_keys(page) == ["focus/homicide"]
        assert page.locator(".hs-row").count() == 108
        assert page.is_visible("text=DATOS INVENTADOS")
        assert page.is_visible("text=RESERVADO")


def test_a_row_and_its_polygon_light_up_together(browser, internal):
    with opened(browser, internal) as page:
        page.hover(".hs-row >> nth=0")
        lit = page.evaluate(
            "window.hotspots.shapes.polygons.findIndex(path => path.options.weight > 4)"
        )
        assert lit == int(page.get_attribute(".hs-row >> nth=0", "data-place"))
        box = page.evaluate(
            "window.hotspots.shapes.polygons[20].getElement().getBoundingClientRect().toJSON()"
        )
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.get_attribute(".hs-row.hs-lit", "data-place") == "20"


def test_a_click_opens_the_panel_and_escape_closes_it(browser, internal, city):
    with opened(browser, internal) as page:
        row = page.locator(".hs-row", has=page.locator(".hs-rank.hs-high")).first
        row.click()
        panel = page.inner_text("#hs-panel")
        place = int(row.get_attribute("data-place"))
        assert city.polygons["name"].iloc[place] in panel
        for key in ("months", "hours", "context", "nearest", "why", "allocation"):
            assert text(f"panel.{key}", "es") in panel
        assert "Al menos 1.5 veces el riesgo típico" in panel
        assert page.locator("#hs-panel svg path").count() > 1
        assert page.locator("#hs-panel svg rect").count() == 56
        assert page.evaluate("document.activeElement.className") == "hs-close"
        page.keyboard.press("Escape")
        assert page.is_hidden("#hs-panel")
        assert page.evaluate("Number(document.activeElement.dataset.place)") == place


def test_the_keyboard_alone_reaches_a_place(browser, internal):
    with opened(browser, internal) as page:
        page.keyboard.press("Tab")
        assert page.inner_text("*:focus") == text("page.skip", "es")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "hs-order"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.is_visible("#hs-panel")


def roster(page):
    """Return (place, number, rate) of each row of the list."""
    return page.eval_on_selector_all(
        ".hs-row",
        "rows => rows.map(row => [Number(row.dataset.place), "
        "row.querySelector('.hs-rank').textContent, row.querySelector('.hs-rate b').textContent])",
    )


def in_order(rates, high):
    """Return the places of the high polygons, then of the others, each by rate."""
    order = pd.DataFrame({"low": ~high.to_numpy(dtype=bool), "rate": -rates["rate"].to_numpy()})
    return order.sort_values(["low", "rate"], kind="stable").index.tolist()


def test_the_list_follows_the_offense_that_is_chosen(browser, internal, city):
    """272 vehicle thefts stood under a caption that called them homicides."""
    with opened(browser, internal) as page:
        hot = pd.Series(city.hot)
        assert [row[0] for row in roster(page)] == in_order(city.rates["homicide"], hot)
        assert [row[1] for row in roster(page)] == [str(at + 1) for at in range(108)]
        assert page.inner_text("#hs-list-note").startswith("Homicidio por 100,000")
        assert page.locator(".hs-bar:visible").count() == 0 and page.is_hidden("#hs-parts")
        page.select_option("#hs-category", "carjacking")
        told = page.inner_text("#hs-list-note")
        assert told.startswith("Robo de vehículo con violencia por 100,000")
        assert "Ninguno es alto" in told and "Homicidio" not in told
        assert [row[0] for row in roster(page)] == in_order(city.rates["carjacking"], hot & False)
        assert page.locator(".hs-rank.hs-high").count() == 0


def test_the_composite_index_is_named_and_has_its_bars(browser, internal, city):
    with opened(browser, internal) as page:
        page.select_option("#hs-order", "index")
        ranks = city.ranking.table["rank"].reindex(city.polygons.index).to_numpy()
        assert [row[0] for row in roster(page)] == list(ranks.argsort(kind="stable"))
        assert "índice compuesto" in page.inner_text("#hs-list-note")
        assert page.locator(".hs-bar:visible").count() == 108 and page.is_visible("#hs-parts")
        numbers = {int(one) for one in page.locator(".hs-number").all_inner_texts()}
        assert numbers <= set(ranks[city.hot].tolist())
        page.select_option("#hs-order", "rate")
        assert page.locator(".hs-bar:visible").count() == 0


@pytest.mark.parametrize("theme", ["time_rate", "time_test"])
def test_the_slider_moves_sentence_list_and_panel(browser, internal, city, theme):
    """Only in 2013 do the hot places stand out."""
    with opened(browser, internal) as page:
        choose_layer(page, f"{theme}/homicide")
        assert "6 de 108" in page.inner_text("#hs-sentence")
        assert "2013" in page.inner_text("#hs-list-note")
        page.focus(".hs-range")
        page.keyboard.press("ArrowLeft")
        rates = city.rates_over_time["homicide"]["2012"]
        assert "De ninguno de los 108" in page.inner_text("#hs-sentence")
        assert "2012" in page.inner_text("#hs-sentence")
        assert "(2012)" in page.inner_text("#hs-list-note")
        none = pd.Series(False, index=rates.index)
        assert [row[0] for row in roster(page)] == in_order(rates, none)
        page.click(".hs-row >> nth=0")
        first = in_order(rates, none)[0]
        count = text("unit.incidents", "es", n=int(rates["count"].iloc[first]))
        assert count in page.inner_text("#hs-panel") and "2012" in page.inner_text("#hs-panel")
        choose_layer(page, "focus/homicide")
        assert "6 de 108" in page.inner_text("#hs-sentence")


def test_what_is_counted_is_named(browser, content, tmp_path):
    victims = replace(content, count_victims=["homicide"])
    path = save_standalone(briefing_map(victims), tmp_path / "page.html")
    with opened(browser, path) as page:
        page.click(".hs-row >> nth=0")
        panel = page.inner_text("#hs-panel")
        assert "víctimas" in panel and "incidentes con hora" in panel
        assert "incidentes en un mes" in panel and "casos" not in panel
        page.select_option("#hs-category", "carjacking")
        assert "víctimas" not in page.inner_text("#hs-panel")


def test_statistics_are_exclusive_and_the_legend_follows(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "rate/homicide")
        assert shown_keys(page) == ["rate/homicide"]
        assert len(set(fills(page))) > 3
        assert page.locator("input[name=hs-theme]:checked").count() == 1
        choose_layer(page, "layer:poverty/")
        assert shown_keys(page) == ["layer:poverty/"]
        assert "Censo de juguete" in page.inner_text("#hs-legend")
        choose_layer(page, "incidents")
        assert shown_keys(page) == ["layer:poverty/", "incidents"]
        page.uncheck("input[value=incidents]")
        assert shown_keys(page) == ["layer:poverty/"]


def test_units_take_the_colors_when_they_are_asked_for(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "hot_spots:getis_ord_star:units/homicide")
        assert page.locator(".leaflet-hs-units-pane path.leaflet-interactive").count() == 432
        assert fills(page, "units").count("#b2182b") == 21
        choose_layer(page, "focus/homicide")
        assert page.locator(".leaflet-hs-units-pane path.leaflet-interactive").count() == 0


def test_incidents_are_drawn_only_when_asked_for(browser, internal):
    ink = """() => [...document.querySelectorAll('.leaflet-hs-dots-pane canvas')].map(canvas =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
        .reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0))"""
    with opened(browser, internal) as page:
        assert page.evaluate(ink) == []
        choose_layer(page, "incidents")
        assert page.evaluate(ink)[0] > 3_000


def test_another_category_changes_the_sentence_the_map_and_the_rates(browser, internal):
    with opened(browser, internal) as page:
        before = page.inner_text(".hs-rate b >> nth=0")
        page.select_option("#hs-category", "carjacking")
        assert "De ninguno de los 108 polígonos" in page.inner_text("#hs-sentence")
        assert page.inner_text("#hs-subject") == "Robo de vehículo con violencia."
        assert page.locator(".hs-number").count() == 0
        assert page.inner_text(".hs-rate b >> nth=0") != before
        assert shown_keys(page) == ["focus/carjacking"]
        choose_layer(page, "rate/carjacking")
        page.select_option("#hs-category", "homicide")
        assert shown_keys(page) == ["rate/homicide"]


def test_the_tooltip_answers_how_many_how_sure_and_why(browser, internal):
    with opened(browser, internal) as page:
        box = page.evaluate(
            "window.hotspots.shapes.polygons[15].getElement().getBoundingClientRect().toJSON()"
        )
        page.mouse.move(box["x"] + 12, box["y"] + 12)
        tip = page.inner_text(".hs-tip")
        for part in (
            "Colonia 16",
            "residentes",
            "incidentes",
            "IC 95%",
            "Al menos 1.5 veces el riesgo típico",
            "Lo que más pesa",
        ):
            assert part in tip
        assert "Clínica: " in tip


def test_the_slider_changes_colors_counts_and_the_tooltip(browser, internal, city):
    with opened(browser, internal) as page:
        assert page.is_hidden(".hs-time")
        choose_layer(page, "time_test/homicide")
        page.click("#hs-layers summary")
        assert page.inner_text(".hs-period") == "2013"
        assert fills(page).count("#b2182b") == int(city.hot.sum())
        page.focus(".hs-range")
        page.keyboard.press("ArrowLeft")
        assert page.inner_text(".hs-period") == "2012"
        assert fills(page).count("#b2182b") == 0
        first = page.locator("#hs-legend .hs-key:not([hidden]) li b").first
        assert first.inner_text() == "0"
        box = page.evaluate(
            "window.hotspots.shapes.polygons[20].getElement().getBoundingClientRect().toJSON()"
        )
        page.mouse.move(box["x"] + 12, box["y"] + 12)
        cases = int(city.rates_over_time["homicide"]["2012"]["count"].iloc[20])
        assert f"2012: {cases} incidentes" in page.inner_text(".hs-tip")


def test_the_slider_plays_from_the_start_to_the_end_and_stops(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "time_rate/homicide")
        page.click("#hs-layers summary")
        page.clock.install()
        page.click(".hs-play")
        assert page.inner_text(".hs-period") == "2011"
        assert page.get_attribute(".hs-play", "aria-label") == text("time.pause", "es")
        page.clock.run_for(6_000)
        assert page.inner_text(".hs-period") == "2013"
        assert page.get_attribute(".hs-play", "aria-label") == text("time.play", "es")
        assert page.get_attribute(".hs-range", "aria-valuetext") == "2013"


def test_two_maps_stand_side_by_side_and_move_together(browser, internal):
    views = "[window.hotspots.main, window.hotspots.beside].map(view => view.map)"
    with opened(browser, internal) as page:
        page.click("#hs-compare")
        assert page.input_value("#hs-beside-theme") == "layer:poverty/"
        assert text("theme.layer_source", "es", source="Censo de juguete") in page.inner_text(
            "#hs-beside-legend"
        )
        left, right = (
            page.locator(one).bounding_box() for one in (".folium-map", "#hs-beside-map")
        )
        assert (left["width"], left["height"]) == pytest.approx(
            (right["width"], right["height"]), abs=4
        )
        page.click(".leaflet-control-zoom-in")
        page.wait_for_timeout(400)
        zooms = page.evaluate(f"{views}.map(map => map.getZoom())")
        centers = page.evaluate(f"{views}.map(map => [map.getCenter().lat, map.getCenter().lng])")
        assert zooms[0] == zooms[1]
        assert centers[0] == pytest.approx(centers[1], abs=1e-4)
        page.click(".hs-row >> nth=3")
        lit = page.evaluate(
            "window.hotspots.beside.shapes.polygons.findIndex(path => path.options.weight > 3)"
        )
        assert lit == int(page.get_attribute(".hs-row >> nth=3", "data-place"))
        # What the panel says stands beside both maps and covers neither.
        panel = page.locator("#hs-panel").bounding_box()
        assert panel["x"] + panel["width"] <= left["x"] + 1
        page.click("#hs-compare")
        assert page.is_hidden("#hs-beside")


def test_before_and_after_have_sliders_of_their_own(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "time_rate/homicide")
        page.click("#hs-layers summary")
        page.click("#hs-compare")
        times = [f"{place} .hs-period" for place in (".folium-map", "#hs-beside")]
        assert [page.inner_text(one) for one in times] == ["2013", "2011"]
        page.locator("#hs-beside .hs-range").press("ArrowRight")
        assert [page.inner_text(one) for one in times] == ["2013", "2012"]


def test_a_page_can_open_with_two_maps(browser, content, tmp_path):
    page_map = briefing_map(content, beside="rate/homicide")
    assert page_map.views["layer:poverty/"] == "Pobreza"
    path = save_standalone(page_map, tmp_path / "two.html")
    with opened(browser, path) as page:
        assert page.input_value("#hs-beside-theme") == "rate/homicide"
        assert page.locator("#hs-beside-map svg path.leaflet-interactive").count() >= 108


def test_incidents_can_be_clustered_and_shown_as_heat(browser, internal, city):
    painted = """name => { const layer = window.hotspots.main.sheets[name];
        const canvas = layer.canvas, data = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height).data;
        let seen = 0; for (let i = 3; i < data.length; i += 4) { seen += data[i] > 0; }
        return seen; }"""
    with opened(browser, internal) as page:
        for name in ("clusters", "heat"):
            choose_layer(page, name)
            page.wait_for_timeout(150)
            assert page.evaluate(painted, f"{name}/homicide") > 1000
            assert name in shown_keys(page)
        page.select_option("#hs-category", "carjacking")
        on = "name => window.hotspots.map.hasLayer(window.hotspots.main.sheets[name])"
        assert page.evaluate(on, "clusters/carjacking")
        assert not page.evaluate(on, "clusters/homicide")


def test_hot_spots_are_shown_at_three_levels_of_confidence(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "hot_spots:getis_ord_star:polygons/homicide")
        lines = page.locator("#hs-legend .hs-key:not([hidden]) li span").all_inner_texts()
        assert lines[:3] == [f"concentración alta ({level}%)" for level in (99, 95, 90)]


def test_hot_and_cold_are_told_apart_without_color(browser, internal):
    with opened(browser, internal) as page:
        choose_layer(page, "lisa:local_moran:polygons/homicide")
        filled = set(fills(page))
        assert any(fill.startswith("url(#hs-polygons-dots") for fill in filled)
        pattern = page.locator("svg pattern").first
        assert pattern.locator("rect").count() == 1


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_type_is_no_smaller_than_13_pixels_and_nothing_sticks_out(browser, internal, size):
    small = """() => [...document.querySelectorAll('body *')].filter(node =>
        node.checkVisibility() && [...node.childNodes].some(child => child.nodeType === 3 &&
        child.textContent.trim()) && parseFloat(getComputedStyle(node).fontSize) < 13)
        .map(node => node.outerHTML.slice(0, 80))"""
    with opened(browser, internal, size) as page:
        page.click(".hs-row >> nth=0")
        choose_layer(page, "incidents")
        assert page.evaluate(small) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


# WCAG 2.1, 1.4.3: the contrast of each text that lies on a plain ground, by relative luminance.
CONTRASTS = """() => {
    const light = rgb => { const one = rgb.map(v => { v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * one[0] + 0.7152 * one[1] + 0.0722 * one[2]; };
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const ground = node => { for (; node; node = node.parentElement) {
        const color = parts(getComputedStyle(node).backgroundColor);
        if (color.length < 4 || color[3] > 0.9) { return color.slice(0, 3); } }
        return [255, 255, 255]; };
    return [...document.querySelectorAll('body *')].filter(node => node.checkVisibility() &&
        !node.closest('svg, .hs-number') && [...node.childNodes].some(child =>
        child.nodeType === 3 && child.textContent.trim())).map(node => {
            const style = getComputedStyle(node);
            const [a, b] = [light(parts(style.color).slice(0, 3)), light(ground(node))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return [ratio, node.className || node.tagName];
        }); }"""


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_every_text_has_the_contrast_of_aa(browser, content, tmp_path, audience):
    page_map = briefing_map(content, audience=audience)
    path = save_standalone(page_map, tmp_path / "page.html")
    with opened(browser, path) as page:
        page.click(".hs-row >> nth=0")
        choose_layer(page, "rate/homicide")
        page.click("#hs-compare")
        found = page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [(ratio, what) for ratio, what in found if ratio < 4.5] == []


def test_on_a_phone_the_map_comes_before_the_list(browser, internal):
    with opened(browser, internal, PHONE) as page:
        tops = [
            page.locator(selector).bounding_box()["y"]
            for selector in (".hs-header", ".folium-map", "#hs-legend", ".hs-side")
        ]
        assert tops == sorted(tops)
        assert page.locator(".folium-map").bounding_box()["height"] > 400
        page.click(".hs-row >> nth=2")
        assert page.locator("#hs-panel").bounding_box()["height"] < 500


def test_paper_has_the_map_the_top_ten_and_the_method(browser, internal, tmp_path):
    with opened(browser, internal) as page:
        page.emulate_media(media="print")
        page.wait_for_timeout(100)
        assert page.is_hidden(".hs-tools")
        rows = page.locator(".hs-row")
        assert [rows.nth(k).is_visible() for k in (9, 10)] == [True, False]
        assert "permutación total" in page.inner_text("#hs-method")
        side, tenth = page.locator(".hs-side").bounding_box(), rows.nth(9).bounding_box()
        assert tenth["y"] + tenth["height"] <= side["y"] + side["height"] + 1
        page.emulate_media(media="screen")
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=True)
        made = (tmp_path / "page.pdf").read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_hostile_words_are_shown_and_not_run(browser, city, content, tmp_path, audience):
    polygons = city.polygons.copy()
    polygons["name"] = HOSTILE
    services = city.services.assign(name=HOSTILE, kind=HOSTILE)
    layers = [
        type(layer)(
            layer.name,
            layer.values,
            HOSTILE,
            layer.direction,
            HOSTILE,
            {"es": HOSTILE + "x" * 9999},
        )
        for layer in city.layers
    ]
    changed = replace(
        content,
        polygons=polygons,
        header=replace(content.header, title=HOSTILE, period=HOSTILE),
        category_titles={"homicide": HOSTILE, "carjacking": HOSTILE},
        result_titles={"homicide:gi": HOSTILE},
        services=services,
        layers=layers,
    )
    path = save_standalone(briefing_map(changed, audience=audience), tmp_path / "hostile.html")
    with opened(browser, path) as page:
        title = page.title()
        page.hover(".hs-row >> nth=0")
        page.click(".hs-row >> nth=0")
        page.mouse.move(800, 400)
        choose_layer(page, "layer:poverty/")
        page.select_option("#hs-category", "carjacking")
        assert page.title() == title
        assert "ran'" in title
        assert page.locator("img").count() == 0
        assert page.locator("script:not([type])").count() == 2
        assert page.inner_text("#hs-panel h2").startswith("</script><script>")


def test_an_injected_script_does_not_run(browser, internal, tmp_path):
    """The policy is the last wall: what slips through every other still does not run."""
    page_text = internal.read_text(encoding="utf-8")
    broken = page_text.replace("</body>", "<script>document.title='ran'</script></body>")
    path = write_whole(tmp_path / "broken.html", broken)
    context = browser.new_context(offline=True)
    page = context.new_page()
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(path.as_uri())
    assert page.title() != "ran"
    assert any("Content Security Policy" in words for words in heard)
    context.close()


def test_a_notebook_shows_it_without_a_network(browser, content, tmp_path):
    frame = briefing_map(content)._repr_html_()
    path = write_whole(tmp_path / "notebook.html", f"<!DOCTYPE html><body>{frame}</body>")
    with browser.new_context(viewport=DESK, offline=True) as context:
        page = context.new_page()
        heard = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.goto(path.as_uri())
        inside = page.frame_locator("iframe")
        inside.locator(".hs-number").first.wait_for()
        assert inside.locator(".hs-number").count() == 6
        inside.locator(".hs-row").first.click()
        assert inside.locator("#hs-panel").is_visible()
        assert heard == []


def test_folium_own_page_works_where_there_is_a_network(browser, content, tmp_path):
    """The addresses that folium links to are answered from the installed copies."""
    from hotspots.maps import assets

    path = tmp_path / "folium.html"
    briefing_map(content).save(str(path))
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))

        def answer(route):
            url = route.request.url
            if "leaflet.js" in url:
                route.fulfill(body=assets.leaflet_js(), content_type="text/javascript")
            elif "leaflet.css" in url:
                route.fulfill(body=assets.leaflet_css(), content_type="text/css")
            elif "jquery" in url:
                route.fulfill(body=assets.jquery_js(), content_type="text/javascript")
            else:
                route.fulfill(body="", content_type="text/plain")

        page.route(re.compile("^https?://"), answer)
        page.goto(path.as_uri())
        page.wait_for_selector(".hs-number")
        assert page.locator(".hs-number").count() == 6
        page.click(".hs-row >> nth=0")
        assert page.is_visible("#hs-panel")
        assert [error for error in errors if "AwesomeMarkers" not in error] == []


def test_the_report_opens_without_a_network(browser, city, tmp_path):
    rows = pd.DataFrame({"assignment_status": ["inside"] * 3, "problem": [HOSTILE] * 3})
    content = ReportContent(
        incidents=rows, results=city.results, rates=city.rates, ranking=city.ranking, title=HOSTILE
    )
    path = write_whole(tmp_path / "report.html", report_page(content))
    with opened(browser, path, PHONE) as page:
        assert page.locator("h2").count() > 5
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.click("nav a >> nth=2")


def test_a_table_of_the_report_downloads_and_its_file_opens_where_the_folder_lies(
    browser, city, tmp_path
):
    """The download is the bytes of its address, under the page's policy; links are relative."""
    content = ReportContent(
        incidents=pd.DataFrame({"assignment_status": ["inside"] * 3}),
        results=city.results,
        rates=city.rates,
        ranking=city.ranking,
        files=[ReportFile("ranking.csv", "el orden")],
    )
    moved = tmp_path / "otra carpeta #1"
    moved.mkdir()
    path = write_whole(moved / "report.html", report_page(content))
    (moved / "ranking.csv").write_text("polygon_id\n", encoding="utf-8")
    with opened(browser, path) as page:
        link = page.locator("a[download='ranking.csv']")
        with page.expect_download() as waiting:
            link.click()
        assert waiting.value.suggested_filename == "ranking.csv"
        address = link.get_attribute("href")
        got = waiting.value.path().read_bytes()
        assert got == base64.b64decode(address.partition(",")[2])
        assert got.startswith(b"\xef\xbb\xbf")
        target = page.locator("#ranking p.source a").first.evaluate("link => link.href")
        assert target == (moved / "ranking.csv").as_uri()
        page.emulate_media(media="print")
        assert not link.is_visible()
        assert page.locator("nav a[href='#limits']").is_visible()


def test_the_data_on_the_page_is_what_was_given(browser, internal, city):
    with opened(browser, internal) as page:
        data = json.loads(page.inner_text("#hs-data") or page.text_content("#hs-data"))
        assert [place["name"] for place in data["places"]] == city.polygons["name"].tolist()
        totals = {group["category"]: len(group["xy"]) // 2 for group in data["points"]}
        assert totals == {
            category: int(table["count"].sum()) for category, table in city.rates.items()
        }


@pytest.mark.parametrize("overlay", ["", "streets", "heat"])
def test_the_printed_map_shows_its_hot_polygons(browser, internal, tmp_path, overlay):
    """As the engine of Chrome and Edge draws the sheet: a canvas must not hide the polygons."""
    with opened(browser, internal) as tab:
        if overlay:
            tab.evaluate(
                """name => { const box = document.querySelector(`input[value='${name}']`);
                if (!box.checked) { box.click(); } }""",
                overlay,
            )
        tab.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    pypdfium2 = pytest.importorskip("pypdfium2", reason='pip install "hotspots-geo[test]"')
    sheet = pypdfium2.PdfDocument(tmp_path / "sheet.pdf")[0].render(scale=1).to_numpy()
    left = sheet[:, : sheet.shape[1] * 6 // 10, :3].astype(int)
    # The legend's swatch alone is some 300 pixels; blue, green, red.
    hot = (left[..., 2] > 150) & (left[..., 1] < 70) & (left[..., 0] < 90)
    assert hot.sum() > 900
