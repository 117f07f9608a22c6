"""A saved page fetches nothing, runs only its own scripts, and has the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import re

import folium
import folium.plugins
import pytest
from branca.element import Element

from hotspots.errors import OutputError, StandaloneError
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.standalone import close_page, render_standalone, save_standalone


@pytest.fixture(scope="module")
def page(content):
    return render_standalone(briefing_map(content))


def test_the_same_map_gives_the_same_bytes(content, page):
    assert render_standalone(briefing_map(content)) == page


def test_saving_twice_gives_the_same_bytes(content, tmp_path):
    made = briefing_map(content)
    first, second = (save_standalone(made, tmp_path / name) for name in ("a.html", "b.html"))
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_the_policy_names_every_script_by_its_hash(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"&#x27;sha256-{digest}&#x27;" in policy
    for rule in ("default-src", "form-action", "base-uri"):
        assert f"{rule} &#x27;none&#x27;" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1]
    assert page.index("Content-Security-Policy") < page.index("<style")


def test_the_policy_lets_nothing_in_from_outside(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#x27;", "'").split("; "))
    assert (rules["default-src"], rules["img-src"]) == ("'none'", "data:")
    assert (rules["form-action"], rules["base-uri"]) == ("'none'", "'none'")
    assert not re.search(r"https?:|\*", policy)


def test_nothing_on_the_page_has_an_address(page):
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r"https?://|//cdn", outside)
    assert not re.search(r"(src|href)=\"(?!#|data:)", outside)
    for absent in ("bootstrap", "fontawesome", "awesome", "glyphicon", "jquery", "sourceMapping"):
        assert absent not in page.lower()


def test_tiles_are_refused(content, tmp_path):
    made = briefing_map(content, basemap="osm")
    with pytest.raises(StandaloneError, match="has a layer from https://"):
        save_standalone(made, tmp_path / "map.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("add", "says"),
    [
        (folium.Marker((31.7, -106.4), icon=folium.Icon("red")), "folium.Icon needs fonts"),
        (folium.plugins.MarkerCluster(), "asks for https://"),
        (folium.raster_layers.WmsTileLayer("https://x.org/wms", layers="a"), "has a layer from"),
        (
            folium.raster_layers.ImageOverlay("https://x.org/a.png", [[0, 0], [1, 1]]),
            "has a layer from",
        ),
        (folium.plugins.Fullscreen(), "asks for https://"),
    ],
)
def test_what_would_be_fetched_is_refused(add, says):
    made = folium.Map(location=(31.7, -106.4), tiles=None)
    made.add_child(add)
    with pytest.raises(StandaloneError, match=says):
        render_standalone(made)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ('<img src="https://x.org/a.png">', "would fetch 'https://x.org/a.png'"),
        ("<img src='//x.org/a.png'>", "would fetch"),
        ('<link rel="stylesheet" href="a.css">', "would fetch"),
        ("<style>@import 'a.css';</style>", "would fetch"),
        ("<style>p{background:url(https://x.org)}</style>", "would fetch"),
        ('<p style="background:url(a.png)">x</p>', "would fetch"),
        ('<iframe src="a.html"></iframe>', "holds a <iframe>"),
        ('<meta http-equiv="refresh" content="0;url=https://x.org">', "holds a <meta>"),
        ('<base href="https://x.org">', "holds a <base>"),
        ('<img src="data:," onerror="alert(1)">', "handler onerror="),
        ("<script>alert(1)</script>", "holds a script beside its own"),
        ('<a href="javascript:alert(1)">x</a>', "a link that runs"),
        ('<form action="https://x.org"></form>', "would fetch"),
        ('<svg><use xlink:href="a.svg#b"></use></svg>', "would fetch"),
    ],
)
def test_each_way_to_fetch_or_to_run_is_seen(part, says):
    for head, body in ((part, ""), ("", part)):
        with pytest.raises(StandaloneError, match=says):
            close_page(head=head, body=body, scripts=[], language="es", title="")


@pytest.mark.parametrize(
    "part",
    [
        '<img src="data:image/png;base64,AA==">',
        '<a href="https://x.org">a link is not fetched</a>',
        "<style>p{fill:url(#a);background:url(data:image/png;base64,AA==)}</style>",
        '<script type="application/json">{"a":1}</script>',
        "<p>@import url(https://x.org) is only text here</p>",
    ],
)
def test_what_fetches_nothing_is_let_through(part):
    assert part in close_page(head="", body=part, scripts=[], language="es", title="")


def test_a_script_that_ends_early_is_refused():
    with pytest.raises(StandaloneError, match="would end it early"):
        close_page(head="", body="", scripts=["var a = '</script>'"], language="es", title="")


def test_a_script_added_to_the_page_is_refused(content):
    made = briefing_map(content)
    made.get_root().html.add_child(Element("<script>alert(1)</script>"))
    with pytest.raises(StandaloneError, match="holds a script beside its own"):
        render_standalone(made)


def test_what_folium_adds_without_an_address_is_kept(content):
    made = briefing_map(content)
    folium.Marker((31.6, -106.4)).add_to(made)
    folium.CircleMarker((31.6, -106.4), popup="Base").add_to(made)
    folium.GeoJson({"type": "Point", "coordinates": [-106.4, 31.6]}).add_to(made)
    text = render_standalone(made)
    assert "jQuery" in text
    assert 'L.Icon.Default.mergeOptions({iconUrl:"data:image/png' in text
    assert "L.circleMarker(" in text


def test_ids_do_not_come_from_chance(page):
    assert not re.search(r"map_[0-9a-f]{32}", page)
    assert 'id="map_1"' in page


def test_a_folder_is_no_file_to_write(city, tmp_path):
    with pytest.raises(OutputError, match="is a folder"):
        save_standalone(folium.Map(tiles=None), tmp_path)


def test_an_old_page_outlives_a_failure(tmp_path):
    path = tmp_path / "map.html"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(StandaloneError, match="has a layer from"):
        save_standalone(folium.Map(), path)
    assert path.read_text(encoding="utf-8") == "old"


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        save_standalone(folium.Map(tiles=None), tmp_path / "none" / "map.html")
