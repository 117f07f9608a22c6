"""An intruder who reads everything that is public, and solves for what was withheld.

Every number of the page's data, of its words and of the downloads becomes a bound on the count
that it follows from; the intruder knows the exact totals, the residents and the published rule.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.stats import chi2

# Keys of the page's data that say nothing of any incident.
HARMLESS = {
    "bounds", "start", "beside", "areas", "headline", "period", "days", "words", "titles",
    "services", "streets", "conditions", "nearest",
}  # fmt: skip
READ = {"themes", "high", "facts", "parts", "places", "sentences", "grants"}
FACTS = {"count", "rate", "interval", "range", "share"}
PLACES = {"name", "residents", "at", "rank", "words", "range", "parts", "partWords", "why"}
WITHHELD = ("reservado", "withheld")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass
class Intruder:
    """What is known of each (category, place): bounds on the count, and where they came from."""

    population: np.ndarray
    totals: dict[str, int]
    years: float
    per: float = 100_000.0
    rule: bool = True
    bounds: dict[str, np.ndarray] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for category, total in self.totals.items():
            self.bounds[category] = np.tile([0.0, float(total)], (len(self.population), 1))

    def learn(self, category: str, place: int, low: float, high: float) -> None:
        bound = self.bounds[category][place]
        bound[0], bound[1] = max(bound[0], low), min(bound[1], high)

    def ranges(self, category: str) -> np.ndarray:
        """Return the least and the most that each count can be, by linear programmes."""
        known = self.bounds[category].copy()
        sure = known[:, 0] == known[:, 1]
        if self.rule and sure.any():
            known[~sure, 1] = np.minimum(known[~sure, 1], known[sure, 0].min())
        found = known.copy()
        open_ = known[~sure]
        rest = self.totals[category] - known[sure, 0].sum()
        solved: dict[tuple[float, float], np.ndarray] = {}
        for at, place in enumerate(np.flatnonzero(~sure)):
            # Counts of which the same is known can be the same.
            bound = (float(open_[at, 0]), float(open_[at, 1]))
            if bound in solved:
                found[place] = solved[bound]
                continue
            goal = np.zeros(len(open_))
            goal[at] = 1.0
            for column, sign in ((0, 1), (1, -1)):
                answer = linprog(
                    sign * goal, A_eq=np.ones((1, len(open_))), b_eq=[rest], bounds=open_
                )
                # A programme without a solution says that a bound was read wrong: a leak, too.
                found[place, column] = sign * answer.fun if answer.success else np.nan
            solved[bound] = found[place].copy()
        return found

    def from_rate(self, category: str, place: int, words: str) -> None:
        value = parsed(words)
        if value is not None:
            decimals = len(words.partition(".")[2]) if "." in words else 0
            half = 0.5 * 10.0**-decimals
            if decimals == 0 and value >= 1000:
                half = max(half, 0.005 * value)
            scale = self.population[place] * self.years / self.per
            low, high = (value - half) * scale, (value + half) * scale
            self.learn(category, place, np.ceil(low - 1e-6), np.floor(high + 1e-6))

    def from_interval(self, category: str, place: int, low: float, high: float) -> None:
        """Keep the counts whose exact Poisson limits these can be, with room for rounding."""
        if np.ptp(self.bounds[category][place]) == 0:
            return
        counts = np.arange(0, self.totals[category] + 1)
        scale = self.population[place] * self.years / self.per
        lower = np.where(counts > 0, chi2.ppf(0.025, 2 * counts) / 2, 0.0) / scale
        upper = chi2.ppf(0.975, 2 * counts + 2) / 2 / scale
        room = [max(1.0, 0.02 * one) for one in (low, high)]
        fits = counts[(np.abs(lower - low) <= room[0]) & (np.abs(upper - high) <= room[1])]
        if len(fits):
            self.learn(category, place, fits.min(), fits.max())


def parsed(words: str) -> float | None:
    match = NUMBER.search(words)
    return None if match is None else float(match.group().replace(",", ""))


def page_data(page: str) -> dict:
    return json.loads(re.search(r'id="hs-data">(.*?)</script>', page, re.S).group(1))


def read_page(intruder: Intruder, page: str, ranked: set[str] = frozenset()) -> None:
    """Learn from the data and the words of a public page; ``ranked`` enter the score."""
    data = page_data(page)
    intruder.unread += sorted(set(data) - HARMLESS - READ)
    for category, facts in data["facts"].items():
        intruder.unread += sorted(f"facts.{key}" for key in set(facts) - FACTS if facts[key])
        for place, words in enumerate(facts["count"]):
            if words not in WITHHELD:
                intruder.learn(category, place, *[parsed(words)] * 2)
            intruder.from_rate(category, place, facts["rate"][place])
            for key in ("interval", "range"):
                limits = [
                    float(one.replace(",", ""))
                    for one in NUMBER.findall(facts.get(key, [""] * (place + 1))[place])
                ][-2:]
                if len(limits) == 2:
                    intruder.from_interval(category, place, *limits)
        if facts.get("share"):
            intruder.unread.append(f"facts.{category}.share")
    for theme in data["themes"]:
        read_theme(intruder, theme)
    read_score(intruder, data, ranked)


def read_theme(intruder: Intruder, theme: dict) -> None:
    category = theme["category"]
    if theme.get("frames"):
        intruder.unread.append(f"{theme['key']}.frames")
    if category not in intruder.totals:
        return
    codes = [int(code, 36) for code in theme["codes"]]
    for place, code in enumerate(codes):
        words = theme["labels"][code].lower()
        low, high = intruder.bounds[category][place]
        if low == high or any(word in words for word in ("reserva", "withheld")):
            continue
        if theme["kind"] == "rate":
            limits = [float(one.replace(",", "")) for one in NUMBER.findall(words)]
            low = 0.0 if words.startswith(("hasta", "up to")) else limits[0]
            high = limits[-1] if len(limits) == 2 or low == 0 else np.inf
            scale = intruder.population[place] * intruder.years / intruder.per
            intruder.learn(category, place, np.ceil(low * scale - 0.5), high * scale + 0.5)
        else:
            # A test's label depends on the count; no more need be known of how.
            intruder.unread.append(f"{theme['key']}: the label of {place}")
    if any(theme["texts"]):
        intruder.unread.append(f"{theme['key']}.texts")


def read_score(intruder: Intruder, data: dict, ranked: set[str]) -> None:
    """A score, a part of it, a rank or a grant is a function of the counts that enter it."""
    for place, known in enumerate(data["places"]):
        intruder.unread += sorted(f"places.{key}" for key in set(known) - PLACES)
        told = {"parts", "rank", "why", "range"} & {key for key in known if known[key]}
        if (data["grants"] and data["grants"][place]) or "grant" in known:
            told.add("grants")
        for category in ranked:
            low, high = intruder.bounds[category][place]
            if low == high:
                continue
            if told:
                intruder.unread.append(f"places[{place}].{sorted(told)[0]} of {category}")
    if any((low != high) for category in ranked for low, high in intruder.bounds[category]):
        for place, known in enumerate(data["places"]):
            if known.get("parts") or data["grants"]:
                intruder.unread.append(f"places[{place}].parts beside what is withheld")


def read_rates(intruder: Intruder, rows: list[dict[str, str]], order: list[str]) -> None:
    """Learn from the download, a row for each place and category."""
    for row in rows:
        place, category = order.index(row["polygon_id"]), row["category"]
        if row["count"]:
            intruder.learn(category, place, *[float(row["count"])] * 2)
        if row["rate"]:
            value = float(row["rate"])
            step = 10.0 ** (np.floor(np.log10(value)) - 2) if value > 0 else 0.01
            scale = intruder.population[place] * intruder.years / intruder.per
            intruder.learn(
                category,
                place,
                np.ceil((value - step) * scale - 1e-6),
                np.floor((value + step) * scale + 1e-6),
            )
        if row["rate_low"] and row["rate_high"]:
            limits = float(row["rate_low"]), float(row["rate_high"])
            intruder.from_interval(category, place, *limits)


def leaks(intruder: Intruder, truth: dict[str, np.ndarray], threshold: int) -> list[str]:
    """Return what was read that no public page holds, and each small count that was narrowed."""
    found = list(intruder.unread)
    for category, counts in truth.items():
        most = min(threshold - 1, counts.sum())
        for place, (low, high) in enumerate(intruder.ranges(category)):
            if counts[place] < threshold and not (low <= 1e-6 and high >= most - 1e-6):
                found.append(f"{category}[{place}] = {counts[place]} lies in [{low:g}, {high:g}]")
    return found
