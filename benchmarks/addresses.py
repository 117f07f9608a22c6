"""Addresses: how many are found, how often a high score is right, and how fast it is.

``python -m benchmarks.addresses`` measures and prints speed and peak memory alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz, process

from benchmarks.sections import table
from hotspots._text import fold
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents
from hotspots.incidents.source import describe_source

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
CHICAGO = ROOT.parent / "shared" / "data" / "chicago" / "addresses.csv"
SAMPLE = ROOT / "sample_data" / "juarez"
SEEDS = range(5)
STREETS = 20_000
ADDRESSES = 100_000
QUERIES = 300
SLIPS = 0.12
TARGET_PER_S = 5_000
TARGET_GB = 1.5
RIGHT_M = 200.0
CORNER_M = 15.0  # a corner belongs to the units around it
BANDS = (0.0, 0.7, 0.8, 0.9, 0.95, 1.001)
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "pa", "que", "ri", "so", "tu", "va")


def text() -> list[str]:
    """Measure everything and return the section of the page."""
    city, slipped = sample(0.0), sample(1.0)
    parts = [*known_answers(city, slipped), "", *speed_lines()]
    results = {"sample city": city, "sample city, a typo in each": slipped}
    if CHICAGO.exists():
        results = {"Chicago": chicago(), **results}
    return [*parts, "", *reliability(results)]


def known_answers(city: pd.DataFrame, slipped: pd.DataFrame) -> list[str]:
    """Return the table of answers and their targets."""
    rows = []
    if CHICAGO.exists():
        found = chicago()
        answered, sure = found["answered"], found["sure"]
        rows += [
            ("Chicago: answered", f"{answered.mean():.1%}", "at least 70%"),
            ("Chicago: median error", f"{found['off'][answered].median():.0f} m", "under 60 m"),
            ("Chicago: score ≥ .9", f"{sure.mean():.1%}", "at least 40%"),
            ("of these within 200 m", f"{found['right'][sure].mean():.1%}", "at least 95%"),
        ]
    for name, found in (("Sample city", city), ("Sample city, a typo in each", slipped)):
        findable, lost = found[found["findable"]], found[~found["findable"]]
        right = findable["right"] & findable["answered"]
        wrong = ~found["right"][found["sure"]]
        rows += [
            (f"{name}: findable in the right unit", f"{right.mean():.1%}", "at least 95%"),
            (f"{name}: wrong at score ≥ .9", f"{wrong.mean():.2%}", "under 1%"),
            (f"{name}: unfindable answered", f"{lost['answered'].mean():.2%}", "at most 2%"),
        ]
    return [
        f"Chicago: a random 80% of its distinct addresses locate the others ({len(SEEDS)} seeds). "
        "The sample city: rows with nothing but an address, 12% of them with a typo in the street "
        "name, besides abbreviations and lost accents; then with one more typo in the longest "
        "word of each.",
        "",
        *table(("answers", "found", "target"), "lrr", rows),
    ]


def reliability(results: dict[str, pd.DataFrame]) -> list[str]:
    """Return the table of scores against the share of correct answers."""
    rows = []
    for name, found in results.items():
        sure = found[found["answered"]]
        for band, own in sure.groupby(pd.cut(sure["location_score"], BANDS, right=False)):
            if len(own):
                mean, share = own["location_score"].mean(), own["right"].mean()
                low, high = band.left, min(band.right, 1.0)
                rows.append((name, f"{low:g}–{high:g}", len(own), f"{mean:.3f}", f"{share:.3f}"))
    head = ("answers", "score", "number", "mean score", "share right")
    return ["Reliability of the score:", "", *table(head, "lrrrr", rows)]


def speed_lines() -> list[str]:
    """Measure speed in its own process and return the table."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.addresses"], check=True, capture_output=True, text=True
    )
    one = json.loads(done.stdout)
    rows = [
        ("geocode", f"{one['ours']:,.0f}", f"at least {TARGET_PER_S:,}", f"{one['gb']:.2f} GB"),
        ("rapidfuzz extractOne, WRatio", f"{one['peer']:,.0f}", "", ""),
    ]
    return [
        f"{ADDRESSES:,} addresses ({SLIPS:.0%} with a typo, {one['matched']:.0%} matched) against "
        f"{STREETS:,} street names, from text to point; the peer only looks up the street name, "
        f"for {QUERIES} of them. Peak memory (target: under {TARGET_GB:g} GB) is that of the whole "
        "process.",
        "",
        *table(("", "addresses a second", "target", "peak memory"), "lrrr", rows),
    ]


@cache
def chicago() -> pd.DataFrame:
    """Return the answers to a random fifth of Chicago's addresses, found from the others."""
    rows = pd.read_csv(CHICAGO).drop_duplicates("Address")
    points = gpd.points_from_xy(rows["Longitude"], rows["Latitude"])
    places = gpd.GeoDataFrame(rows[["Address"]], geometry=points, crs=4326).to_crs(32616)
    answers = []
    for seed in SEEDS:
        known = np.random.default_rng(seed).random(len(places)) < 0.8
        gazetteer = Gazetteer.from_layers(addresses=places[known], address_text="Address")
        held_out = places[~known].reset_index(drop=True)
        unlocated = read_incidents(pd.DataFrame({"a": held_out["Address"]}), address="a", crs=32616)
        found = geocode(unlocated, gazetteer).set_index(held_out.index)
        off = found.geometry.distance(held_out.geometry)
        answers.append(judged(found, off <= RIGHT_M).assign(off=off, findable=True))
    return pd.concat(answers, ignore_index=True)


def sample(slips: float) -> pd.DataFrame:
    """Return the answers to the sample city's rows that have nothing but an address."""
    units = gpd.read_file(SAMPLE / "unidades.geojson").to_crs(32613).set_index("CVEGEO")
    places = pd.read_csv(SAMPLE / "lugares.csv")
    points = gpd.points_from_xy(places["longitud"], places["latitud"])
    gazetteer = Gazetteer.from_layers(
        streets=gpd.read_file(SAMPLE / "calles.geojson").to_crs(32613),
        neighborhoods=gpd.read_file(SAMPLE / "colonias.geojson"),
        places=gpd.GeoDataFrame(places, geometry=points, crs=4326),
        street_name="NOMBRE",
        street_type="TIPO",
        number_from="NUM_INI",
        number_to="NUM_FIN",
        neighborhood_name="NOMBRE",
        place_name="nombre",
    )
    columns = dict(describe_source(SAMPLE / "incidentes.csv").columns)
    read = read_incidents(SAMPLE / "incidentes.csv", **columns, study_area=units)
    truth = pd.read_csv(SAMPLE / "verdad" / "addresses.csv", dtype={0: int, 1: str})
    truth = truth.set_index("row")
    rows = read.loc[truth.index]
    rng = np.random.default_rng(0)
    rows = rows.assign(address=[with_slip(each, slips, rng) for each in rows["address"]])
    found = geocode(rows, gazetteer)
    homes = units.geometry.reindex(truth.iloc[:, 0]).set_axis(truth.index)
    right = found.geometry.distance(homes) <= CORNER_M
    return judged(found, right).assign(findable=truth["findable"] == 1)


def judged(found: gpd.GeoDataFrame, right: pd.Series) -> pd.DataFrame:
    """Return the scores, which rows got a point, and which of these are correct."""
    answered = found["location_status"] == "matched"
    sure = answered & (found["location_score"] >= 0.9)
    scores = pd.DataFrame(found[["location_score"]])
    return scores.assign(answered=answered, sure=sure, right=right)


def with_slip(written: str, share: float, rng: np.random.Generator) -> str:
    """Return a text with a letter lost, doubled, changed or swapped in its longest word."""
    words = written.split(" ")
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    word = words[longest]
    if rng.random() >= share or len(word) < 5 or not word.isalpha():
        return written
    at = 1 + int(rng.integers(len(word) - 2))
    other = chr(ord("a") + int(rng.integers(26)))
    kinds = (
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
        word[:at] + other + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[longest] = kinds[int(rng.integers(len(kinds)))]
    return " ".join(words)


def street_names(rng: np.random.Generator) -> list[str]:
    """Return invented names of one to three of 7,000 words, as rare and common as words are."""
    drawn = rng.integers(0, len(_SYLLABLES), (12_000, 4))
    lengths = rng.integers(2, 5, len(drawn))
    made = dict.fromkeys(
        "".join(_SYLLABLES[part] for part in own[:length]).title()
        for own, length in zip(drawn.tolist(), lengths.tolist(), strict=True)
    )
    words = list(made)[:7_000]
    names: dict[str, None] = {}
    while len(names) < STREETS:
        several = 1 + int(rng.integers(3))
        ranks = (len(words) * rng.random(several) ** 2).astype(int)
        names[" ".join(words[rank] for rank in ranks)] = None
    return list(names)


def grid(names: Sequence[str]) -> gpd.GeoDataFrame:
    """Return half of the streets running east and half running north, each 950 m long."""
    paths = []
    for number in range(len(names)):
        far, near = divmod(number // 2, 10)
        path = np.array([[near * 1000.0, far * 100.0], [near * 1000.0 + 950.0, far * 100.0]])
        paths.append(path if number % 2 == 0 else path[:, ::-1])
    shapes = shapely.linestrings(np.array(paths))
    return gpd.GeoDataFrame(
        {"kind": "Calle", "name": list(names), "from": 1, "to": 949}, geometry=shapes, crs=32613
    )


def written_addresses(gazetteer: Gazetteer, rng: np.random.Generator) -> list[str]:
    """Return addresses as clerks write them: three in five by number, the others by a crossing."""
    streets = gazetteer.streets
    pairs = list(streets.crossings)
    written = []
    for _ in range(ADDRESSES):
        if rng.random() < 0.6:
            title = streets.titles[int(rng.integers(len(streets.titles)))]
            address = f"{with_slip(title, SLIPS, rng)} {int(rng.integers(1, 950))}"
        else:
            one, other = (streets.titles[each] for each in pairs[int(rng.integers(len(pairs)))])
            address = f"{with_slip(one, SLIPS, rng)} esq. {other.removeprefix('Calle ')}"
        written.append(address.upper() if rng.random() < 0.5 else address)
    return written


def measure() -> dict[str, float]:
    """Return addresses per second, ours and the peer's, the share matched and the peak memory."""
    rng = np.random.default_rng(0)
    names = street_names(rng)
    gazetteer = Gazetteer.from_layers(
        streets=grid(names), street_type="kind", number_from="from", number_to="to"
    )
    written = written_addresses(gazetteer, rng)
    rows = read_incidents(pd.DataFrame({"a": written}), address="a", crs=32613)
    geocode(rows.iloc[:100], gazetteer)
    start = time.perf_counter()
    found = geocode(rows, gazetteer)
    taken = time.perf_counter() - start
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    plain = [fold(name) for name in names]
    queries = [fold(with_slip(name, SLIPS, rng)) for name in names[:QUERIES]]
    start = time.perf_counter()
    for query in queries:
        process.extractOne(query, plain, scorer=fuzz.WRatio)
    theirs = time.perf_counter() - start
    return {
        "ours": len(rows) / taken,
        "peer": QUERIES / theirs,
        "matched": float((found["location_status"] == "matched").mean()),
        "gb": peak / 1e9,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
