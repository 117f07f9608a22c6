"""An intruder who reads everything that is public, and solves for what was withheld.

Every number of the page's data, of its words and of the downloads becomes a bound on the count
that it follows from; the intruder knows the exact totals, the residents and the published rule.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import combinations
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from scipy.optimize import linprog
from scipy.stats import chi2

# Keys of the page's data that say nothing of any incident.
HARMLESS = {
    "bounds", "start", "beside", "areas", "headline", "period", "days", "words", "titles",
    "services", "streets", "conditions", "nearest", "counted",
}  # fmt: skip
READ = {"themes", "high", "facts", "parts", "places", "sentences", "grants", "stops"}
FACTS = {"count", "rate", "interval", "range", "share", "order", "ranked", "note"}
PLACES = {"name", "residents", "at", "rank", "words", "range", "parts", "partWords", "why"}
WITHHELD = ("reservado", "withheld")
NOT_SHOWN = ("cifra reservada", "figure withheld")
WHOLE_CITY = re.compile(
    r"(?:lo típico|typical): [\d.,]+ (?:por|per) [\d,]+"
    r"|(?:se concentran en|cluster in) \d+ (?:unidad|census unit)[^0-9]*[\d.]+%"
)
"""Numbers of a header that hold for the whole city: its typical rate, and its hot units."""
LOCATED = re.compile(r"(\d[\d,]*) (?:de|of) (\d[\d,]*) (?:filas|rows)")
VOID = {"br", "hr", "img", "input", "link", "meta"}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass
class Intruder:
    """What is known of each (category, place): bounds on the count, and where they came from.

    ``sums`` are the categories known to be the sum of others (whole, parts). With ``rule`` the
    intruder knows the threshold, too, and the order in which further places are withheld: what is
    withheld and has no shown place after it in that order may be anything, the rest is small.
    """

    population: np.ndarray
    totals: dict[str, int]
    years: float
    per: float = 100_000.0
    rule: int = 0
    order: np.ndarray | None = None
    sums: list[tuple[str, list[str]]] = field(default_factory=list)
    bounds: dict[str, np.ndarray] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for category, total in self.totals.items():
            self.bounds[category] = np.tile([0.0, float(total)], (len(self.population), 1))

    def learn(self, category: str, place: int, low: float, high: float) -> None:
        bound = self.bounds[category][place]
        bound[0], bound[1] = max(bound[0], low), min(bound[1], high)

    def by_rule(self, category: str) -> np.ndarray:
        """Return the bounds of a category with what follows from the published rule."""
        known = self.bounds[category].copy()
        sure = known[:, 0] == known[:, 1]
        if self.rule and sure.any():
            order = np.arange(len(known)) if self.order is None else self.order
            further = order[: int(np.argmax(sure[order]))]
            small = ~sure & ~np.isin(np.arange(len(known)), further)
            known[small, 1] = np.minimum(known[small, 1], self.rule - 1)
        return known

    def ranges(self, category: str) -> np.ndarray:
        """Return the least and the most that each count can be, by linear programs."""
        if any(category in (whole, *parts) for whole, parts in self.sums):
            return self.joint_ranges(category)
        known = self.by_rule(category)
        sure = known[:, 0] == known[:, 1]
        found = known.copy()
        open_ = known[~sure]
        rest = self.totals[category] - known[sure, 0].sum()
        solved: dict[tuple[float, float], np.ndarray] = {}
        for at, place in enumerate(np.flatnonzero(~sure)):
            # Counts of which the same is known can be the same.
            bound = (float(open_[at, 0]), float(open_[at, 1]))
            if bound not in solved:
                goal = np.zeros(len(open_))
                goal[at] = 1.0
                solved[bound] = extremes(goal, np.ones((1, len(open_))), [rest], open_)
            found[place] = solved[bound]
        return found

    def joint_ranges(self, category: str) -> np.ndarray:
        """Return the same where categories are sums of others: one program over all of them."""
        keys, n = list(self.totals), len(self.population)
        bounds = np.vstack([self.bounds[key] for key in keys])
        totals = np.kron(np.eye(len(keys)), np.ones((1, n)))
        links = [
            np.kron([float(key == whole) - float(key in parts) for key in keys], np.eye(n))
            for whole, parts in self.sums
        ]
        equal = np.vstack([totals, *links])
        right = [*self.totals.values(), *np.zeros(n * len(links))]
        goals = np.eye(len(bounds))[keys.index(category) * n : (keys.index(category) + 1) * n]
        return np.array([extremes(goal, equal, right, bounds) for goal in goals])

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


def extremes(goal, equal, right, bounds) -> np.ndarray:
    """Return the least and the most of a linear goal.

    A program without a solution says that a bound was read wrong, which is a leak, too: NaN.
    """
    answers = [
        linprog(sign * goal, A_eq=equal, b_eq=right, bounds=bounds, method="highs")
        for sign in (1, -1)
    ]
    return np.array(
        [
            sign * one.fun if one.success else np.nan
            for sign, one in zip((1, -1), answers, strict=True)
        ]
    )


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
        read_order(intruder, category, facts)
    intruder.unread += sorted(f"stops.{key}" for key, stops in data["stops"].items() if stops)
    for key, marks in data["high"].items():
        read_marks(intruder, key, marks, data["facts"].get(key))
    for theme in data["themes"]:
        read_theme(intruder, theme)
    read_score(intruder, data, ranked)
    read_words(intruder, page, data)


def read_order(intruder: Intruder, category: str, facts: dict) -> None:
    """The order by rate tells of what is withheld, unless that stands last and by number."""
    hidden = [place for place, words in enumerate(facts["count"]) if words in WITHHELD]
    if facts["order"][facts["ranked"] :] != hidden:
        intruder.unread.append(f"facts.order of {category}")
    told = {float(one.replace(",", "")) for one in NUMBER.findall(facts["note"])}
    if told - {intruder.per, 95.0}:
        intruder.unread.append(f"facts.note of {category}")


def read_marks(intruder: Intruder, category: str, marks: list[int], facts: dict | None) -> None:
    """A mark of what is withheld depends on its count."""
    if facts is not None:
        for place, (mark, words) in enumerate(zip(marks, facts["count"], strict=True)):
            if mark and words in WITHHELD:
                intruder.unread.append(f"the mark of {place} in {category}")


class Tree(HTMLParser):
    """The page's elements, as far as they are words: scripts and styles are not."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag, attrs):
        found = SubElement(self.open[-1], tag, {key: value or "" for key, value in attrs})
        if tag not in VOID:
            self.open.append(found)

    def handle_startendtag(self, tag, attrs):
        SubElement(self.open[-1], tag)

    def handle_endtag(self, tag):
        if any(one.tag == tag for one in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data):
        above = self.open[-1]
        if above.tag in ("script", "style"):
            return
        if len(above):
            above[-1].tail = (above[-1].tail or "") + data
        else:
            above.text = (above.text or "") + data


def tree(page: str) -> Element:
    builder = Tree()
    builder.feed(page)
    return builder.open[0]


def words_of(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def read_words(intruder: Intruder, page: str, data: dict) -> None:
    """Learn from what is written around the map: the list, the legends, the header."""
    seen = tree(page)
    headline = data["headline"]
    for row_number, row in enumerate(seen.findall(".//button[@data-place]")):
        place = int(row.get("data-place"))
        rate = words_of(row.find(".//span[@class='hs-rate']/b"))
        limits = NUMBER.findall(words_of(row.find(".//span[@class='hs-rate']/span")))
        if headline in intruder.totals:
            intruder.from_rate(headline, place, rate)
            if len(limits) == 2:
                both = [float(one.replace(",", "")) for one in limits]
                intruder.from_interval(headline, place, *both)
        if row.findall(".//span[@class='hs-bar']") and not data["places"][place].get("parts"):
            intruder.unread.append(f"the list's bar of {place}")
        told = data["facts"].get(headline)
        if told is None or told["order"][row_number : row_number + 1] != [place]:
            intruder.unread.append(f"the list's row of {place}, out of the order by rate")
    for theme in data["themes"]:
        drawn = Counter(int(code, 36) for code in theme["codes"])
        lines = seen.findall(f".//section[@id='hs-legend']/div[@data-layer='{theme['key']}']//li")
        told = [int(words_of(line.find("b")).replace(",", "")) for line in lines]
        if told != [drawn.get(code, 0) for code in range(len(told))]:
            intruder.unread.append(f"{theme['key']}: the legend counts what is not drawn")
    read_header(intruder, seen, data)


def read_header(intruder: Intruder, seen: Element, data: dict) -> None:
    """A sentence may count what is drawn, and say what was located of a category, which is known.

    All that a header says again in other words is a sum of the classes of the page's first theme.
    """
    said = {key: " ".join(words) for key, words in data["sentences"].items()}
    said[data["headline"]] = " ".join(
        [
            said.get(data["headline"], ""),
            words_of(seen.find(".//span[@id='hs-sentence']")),
            words_of(seen.find(".//p[@id='hs-warning']")),
        ]
    )
    for category, words in said.items():
        first = next((one for one in data["themes"] if one["key"] == f"focus/{category}"), None)
        drawn = Counter() if first is None else Counter(int(code, 36) for code in first["codes"])
        labels = [] if first is None else first["labels"]
        shown = [n for code, n in drawn.items() if labels[code].lower() not in NOT_SHOWN]
        sums = {sum(some) for size in range(5) for some in combinations(shown, size)}
        known = sums | {len(data["places"]), intruder.totals.get(category, 0), 5, 85}
        # Which polygons are withheld is drawn, and so is how many they are.
        known.add(sum(drawn.values()) - sum(shown))
        located = LOCATED.search(words)
        if located is not None:
            known |= {int(one.replace(",", "")) for one in located.groups()}
        for one in NUMBER.findall(WHOLE_CITY.sub("", words.replace(data["period"], ""))):
            if float(one.replace(",", "")) not in known and "." not in one:
                intruder.unread.append(f"the header's {one} of {category}")


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
