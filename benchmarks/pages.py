"""Pages: size and time to load, against folium's own GeoJson of the same polygons."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import hotspots as hs
from benchmarks.points import SIDE_M, wound
from benchmarks.sections import table
from benchmarks.timing import RUNS
from hotspots.maps import assets
from hotspots.project.runner import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Route

SIDE = 100
EDGE = 13  # vertices along each edge of a polygon
LARGE_MB, LARGE_S = 5.0, 3.0
SAMPLE_MB, SAMPLE_S = 4.0, 2.0
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
READY = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was opened a few times: its title, its size, and its time to load."""

    title: str
    size_mb: float
    seconds: float
    target: str


def text() -> list[str]:
    """Return the section: the sample city's briefing, and many polygons against folium."""
    with TemporaryDirectory() as folder, chromium() as browser:
        files = pages(Path(folder))
        taken: dict[str, list[float]] = {title: [] for title in files}
        for _ in range(RUNS + 1):
            for title, (path, _) in files.items():
                taken[title].append(ready(browser, path))
        found = [
            Page(title, path.stat().st_size / 1e6, median(taken[title][1:]), target)
            for title, (path, target) in files.items()
        ]
        version = browser.version
    rows = [
        (one.title, f"{one.size_mb:.2f} MB", f"{one.seconds:.2f} s", one.target) for one in found
    ]
    for row in rows:
        print(" | ".join(row), flush=True)
    return [
        "From opening the file until two frames are drawn, in headless Chromium "
        f"{version}, each time in a new window of 1366 × 768; medians, the pages alternately. "
        "What folium's page links to (Leaflet, jQuery and so on) is served instantly, as from a "
        "cache.",
        "",
        *table(("page", "size", "ready in", "target"), "lrrr", rows),
    ]


def pages(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return title → (file, target) of all pages."""
    polygons = wound_squares()
    vertices = shapely.get_num_coordinates(polygons.geometry.to_numpy()).sum()
    counts = pd.Series(np.random.default_rng(0).poisson(20, len(polygons)), index=polygons.index)
    rates = hs.incident_rates(counts, exposure=polygons["population"])
    excess = hs.excess_risk(counts, polygons["population"])
    content = hs.BriefingContent(
        polygons=polygons,
        results={"homicide:excess": excess},
        rates={"homicide": rates},
        header=hs.PageHeader(title="10,000"),
    )
    ours = hs.briefing_map(content)
    theirs = folium.Map(tiles=None)
    plain = polygons.assign(rate=rates["rate"]).reset_index().to_crs(4326)
    folium.GeoJson(plain, tooltip=folium.GeoJsonTooltip(["name", "rate"])).add_to(theirs)
    theirs.fit_bounds(theirs.get_bounds())
    theirs.save(str(folder / "folium.html"))
    run(hs.sample("juarez") / "project.toml", out=folder / "juarez")
    named = f"{len(polygons):,} polygons, {vertices:,} vertices"
    return {
        "briefing of the sample city Juárez": (
            folder / "juarez" / "internal" / "briefing.html",
            f"{SAMPLE_MB:g} MB, {SAMPLE_S:g} s",
        ),
        f"{named}: briefing": (
            hs.save_standalone(ours, folder / "ours.html"),
            f"{LARGE_MB:g} MB, {LARGE_S:g} s",
        ),
        f"{named}: `folium.GeoJson`": (folder / "folium.html", ""),
    }


def wound_squares() -> gpd.GeoDataFrame:
    """Return squares with winding borders, identical on both sides."""
    width = SIDE_M / SIDE
    corners = np.arange(SIDE) * width
    x, y = (axis.ravel() for axis in np.meshgrid(corners, corners))
    cut = shapely.segmentize(shapely.box(x, y, x + width, y + width), width / (EDGE - 0.5))
    shapes = shapely.transform(shapely.transform(cut, partial(wound, width=width)), city)
    index = pd.Index([f"P{number:05d}" for number in range(SIDE**2)], name="polygon_id")
    people = np.random.default_rng(1).integers(10_000, 15_000, len(index)).astype(float)
    return gpd.GeoDataFrame(
        {"name": [f"Colonia {number}" for number in range(len(index))], "population": people},
        geometry=shapes,
        index=index,
        crs=32613,
    )


def city(corners: np.ndarray) -> np.ndarray:
    """Return the vertices moved to where a city lies, 40 km wide."""
    return np.round(corners * 0.4 + [350_000, 3_500_000], 2)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("No Chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright  # tests take the polygons without it

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


def ready(browser: Browser, path: Path) -> float:
    """Return the seconds until a page is drawn."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.route("https://**", answer)
    start = perf_counter()
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate(READY)
    taken = perf_counter() - start
    context.close()
    return taken


def answer(route: Route) -> None:
    """Serve what folium links to from the installed copies."""
    url = route.request.url
    script, style = "text/javascript", "text/css"
    if "leaflet.js" in url:
        route.fulfill(body=assets.leaflet_js(), content_type=script)
    elif "leaflet.css" in url:
        route.fulfill(body=assets.leaflet_css(), content_type=style)
    elif "jquery" in url:
        route.fulfill(body=assets.jquery_js(), content_type=script)
    else:
        route.fulfill(body="", content_type=style if url.endswith("css") else script)
