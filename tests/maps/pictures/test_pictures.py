"""Pictures say what the page says, hide what it hides, and take any words."""

from __future__ import annotations

import struct
import sys
from dataclasses import replace

import pytest

import hotspots as hs
from hotspots.errors import InputError, MissingExtraError, OutputError
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.theme_list import headlines_of, themes_of
from hotspots.maps.pictures.figure import BaseMap, draw_theme
from hotspots.maps.pictures.pictures import save_pictures

HOSTILE = "$\\frac{1}{0}$ <b>&{x}\u202e\u2028\x1b[2J ${'x'} " + "ñ" * 10_000


@pytest.fixture(scope="module")
def page(content):
    return briefing_map(content)


def figure_of(page, key):
    headlines = headlines_of(page.content)
    (theme,) = [one for one in themes_of(page.content, headlines) if one.key == key]
    return draw_theme(
        page.content, theme, BaseMap.of(page.content), headlines.get(theme.category)
    ), theme


def words_of(figure):
    found = [text.get_text() for text in figure.texts]
    found += [text.get_text() for axes in figure.axes for text in axes.texts]
    found += [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return [" ".join(words.split()) for words in found]


def size_of(path):
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    return struct.unpack(">II", head[16:24])


def test_one_slide_for_each_layer_of_the_page(page, tmp_path):
    files = save_pictures(page, tmp_path / "pictures")
    assert len(files) == len(page.views)
    assert files[0].name == "01_focus_homicide.png"
    assert {size_of(path) for path in files} == {(1600, 900)}


def test_the_same_page_gives_the_same_bytes(content, page, tmp_path):
    keys = ["focus/homicide", "time_rate/homicide"]
    first = save_pictures(page, tmp_path / "a", only=keys)
    second = save_pictures(briefing_map(content), tmp_path / "b", only=keys)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize(
    "key",
    [
        "focus/homicide",
        "rate/homicide",
        "layer:poverty/",
        "hot_spots:getis_ord_star:units/homicide",
    ],
)
def test_the_legend_is_the_pages(page, key):
    figure, theme = figure_of(page, key)
    (legend,) = figure.legends
    told = [" ".join(text.get_text().split()) for text in legend.get_texts()]
    assert told == [f"{one.label} ({one.places})" for one in theme.classes]
    faces = [patch.get_facecolor()[:3] for patch in legend.get_patches()]
    assert faces == [
        tuple(int(one.style.fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
        for one in theme.classes
    ]
    hatched = [bool(patch.get_hatch()) for patch in legend.get_patches()]
    assert hatched == [bool(one.style.hatch) for one in theme.classes]


def test_a_picture_has_title_marks_scale_north_and_ranks(page, city):
    words = words_of(figure_of(page, "focus/homicide")[0])
    for part in (
        "Homicidio: Dónde es realmente alto",
        "DATOS INVENTADOS",
        "RESERVADO",
        "N",
        "2 km",
    ):
        assert part in words
    assert any("2013" in one for one in words)
    ranks = city.ranking.table["rank"].reindex(city.polygons.index)[city.hot]
    assert {str(rank) for rank in ranks} <= set(words)


def test_the_bar_is_as_long_as_it_says(page):
    figure, _ = figure_of(page, "rate/homicide")
    (axes,) = figure.axes
    first = axes.lines[0].get_xdata()
    assert 2 * (first[1] - first[0]) == pytest.approx(2_000)
    assert axes.get_aspect() == 1.0


def test_a_layer_with_periods_is_a_sheet_of_maps(page):
    figure, _ = figure_of(page, "time_rate/homicide")
    assert len(figure.axes) == 3
    assert {"2011", "2012", "2013"} <= set(words_of(figure))


def test_public_pictures_withhold_what_the_page_withholds(content):
    page = briefing_map(content, audience="public")
    assert "time_rate/homicide" not in page.views
    assert not any("units" in key for key in page.views)
    words = words_of(figure_of(page, "rate/carjacking")[0])
    assert "RESERVADO" not in words
    assert "VERSIÓN PÚBLICA" in words
    withheld = int(page.content.withheld["carjacking"].sum())
    assert f"Cifra reservada ({withheld})" in words


def test_words_that_could_be_formulas_or_break_the_page(city, content, tmp_path):
    layers = [
        type(one)(one.name, one.values, HOSTILE, one.direction, HOSTILE, {"es": HOSTILE})
        for one in city.layers
    ]
    changed = replace(
        content,
        header=replace(content.header, title=HOSTILE, period=HOSTILE),
        layers=layers,
        category_titles={"homicide": HOSTILE, "carjacking": HOSTILE},
    )
    page = briefing_map(changed)
    (file,) = save_pictures(page, tmp_path, only=["layer:poverty/"])
    assert size_of(file) == (1600, 900)
    words = words_of(figure_of(page, "layer:poverty/")[0])
    assert any(one.startswith("$\\frac{1}{0}$") for one in words)
    assert max(len(one) for one in words) < 1_000


def test_what_cannot_be_drawn_is_said(page, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"came with 'x'\. This map can show: focus/"):
        save_pictures(page, tmp_path, only=["x"])
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(OutputError, match="cannot be created"):
        save_pictures(page, file)
    monkeypatch.delitem(sys.modules, "hotspots.maps.pictures.figure")
    monkeypatch.delattr("hotspots.maps.pictures.figure")
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    with pytest.raises(MissingExtraError, match=r"hotspots-geo\[static\]"):
        save_pictures(page, tmp_path)


def test_a_run_draws_and_is_verified_without_drawing_again(tmp_path):
    hs.run(hs.sample("tumbes") / "project.toml", out=tmp_path / "out", pictures=True)
    drawn_files = sorted((tmp_path / "out" / "internal" / "pictures").glob("*.png"))
    assert len(drawn_files) > 10
    assert hs.verify(tmp_path / "out").same
