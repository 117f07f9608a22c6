"""The briefing on paper: one sheet, printed by a browser that reaches nothing."""

from __future__ import annotations

import re
import stat
import sys

import pypdf
import pytest
from typer.testing import CliRunner

import hotspots as hs
from hotspots.catalogue import text
from hotspots.cli import app
from hotspots.errors import BrowserError, OutputError
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.pdf import find_browser, save_pdf
from hotspots.maps.save.standalone import save_standalone

A4 = (842, 595)
LETTER = (792, 612)


@pytest.fixture(scope="module")
def page(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("print") / "briefing.html"
    return save_standalone(briefing_map(content), path)


def script(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def no_browser(monkeypatch, tmp_path):
    monkeypatch.delenv("HOTSPOTS_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("hotspots.maps.save.pdf._USUAL_PLACES", ())


@pytest.mark.browser
def test_one_sheet_has_the_map_the_top_ten_and_the_method(chromium, page, city, tmp_path):
    made = save_pdf(page, tmp_path / "briefing.pdf", browser=chromium)
    (sheet,) = pypdf.PdfReader(made).pages
    size = tuple(round(float(side)) for side in (sheet.mediabox.width, sheet.mediabox.height))
    assert size in (A4, LETTER)
    words = re.sub(r"\s+", " ", sheet.extract_text())
    assert "6 de 108 polígonos tienen al menos 1.5 veces el riesgo típico" in words
    assert "RESERVADO" in words
    assert text("panel.method_before", "es") in words
    assert "permutación total" in words
    rates = city.rates["homicide"].assign(low=~city.hot)
    listed = rates.sort_values(["low", "rate"], ascending=[True, False]).index
    names = city.polygons["name"].reindex(listed)
    assert all(name in words for name in names[:10])
    assert names.iloc[10] + " " not in words


@pytest.mark.browser
def test_the_same_page_gives_the_same_bytes(chromium, page, content, tmp_path):
    first = save_pdf(page, tmp_path / "a.pdf", browser=chromium).read_bytes()
    second = save_pdf(briefing_map(content), tmp_path / "b.pdf", browser=chromium)
    assert first == second.read_bytes()
    assert b"D:20000101000000" in first


def test_without_a_browser_the_error_says_what_was_looked_for(no_browser, page, tmp_path):
    target = tmp_path / "briefing.pdf"
    target.write_bytes(b"before")
    with pytest.raises(BrowserError, match=r"chromium.*HOTSPOTS_BROWSER"):
        save_pdf(page, target)
    assert target.read_bytes() == b"before"


def test_a_run_asks_for_the_browser_before_it_begins(no_browser, tmp_path):
    project = hs.sample("tumbes") / "project.toml"
    with pytest.raises(BrowserError):
        hs.run(project, out=tmp_path / "out", pdf=True)
    assert not (tmp_path / "out").exists()
    told = CliRunner().invoke(app, ["run", str(project), "--out", str(tmp_path / "o"), "--pdf"])
    assert told.exit_code == 2
    assert "there is no browser to print with" in told.output
    assert "Traceback" not in told.output


@pytest.mark.skipif(sys.platform == "win32", reason="the browsers of this test are shell scripts")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sleep 30", r"did not print .* within 0\.3 s"),
        ("echo no display >&2; exit 3", "printed nothing .exit 3: no display"),
        ("exit 0", "printed nothing"),
    ],
)
def test_a_browser_that_hangs_or_fails_leaves_what_was_there(page, tmp_path, body, says):
    target = tmp_path / "briefing.pdf"
    target.write_bytes(b"before")
    with pytest.raises(BrowserError, match=says):
        save_pdf(page, target, browser=script(tmp_path / "browser", body), timeout_s=0.3)
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_paths_that_cannot_be(page, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_BROWSER", str(tmp_path / "none"))
    with pytest.raises(BrowserError, match="not a program"):
        find_browser()
    fake = script(tmp_path / "browser", "exit 0")
    with pytest.raises(OutputError, match="is a folder"):
        save_pdf(page, tmp_path, browser=fake)
    with pytest.raises(OutputError, match="there is no page"):
        save_pdf(tmp_path / "gone.html", tmp_path / "x.pdf", browser=fake)


@pytest.mark.browser
def test_a_run_prints_and_is_verified_without_printing_again(chromium, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_BROWSER", str(chromium))
    hs.run(hs.sample("tumbes") / "project.toml", out=tmp_path / "out", pdf=True)
    made = tmp_path / "out" / "internal" / "briefing.pdf"
    assert len(pypdf.PdfReader(made).pages) == 1
    monkeypatch.setenv("HOTSPOTS_BROWSER", "none")
    assert hs.verify(tmp_path / "out").same
    made.write_bytes(b"%PDF altered")
    assert hs.verify(tmp_path / "out").altered_outputs == ("internal/briefing.pdf",)
