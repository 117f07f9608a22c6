"""What the page says of each polygon in each category, over the period and at each stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspots.catalogue import text
from hotspots.maps.page import polygon_panel
from hotspots.maps.page.changes import changes_in_words
from hotspots.maps.page.header import page_warnings
from hotspots.maps.themes.headline import Headline, category_of, headline_of, sentence
from hotspots.maps.themes.timeline import stop_title

if TYPE_CHECKING:
    from hotspots.maps.page.audience import PageContent


def facts_of(content: PageContent, headlines: dict[str, Headline]) -> dict[str, Any]:
    """Return category → what is said of each polygon, and the order of the list."""
    language, index = content.language, content.index
    months = _months(content)
    hours = _hours(content)
    facts: dict[str, Any] = {}
    for category, table in content.rates.items():
        if category not in headlines:
            continue
        withheld = content.withheld.get(category)
        told = _numbers(content, category, table.reindex(index), withheld)
        told |= _order(content, category, table.reindex(index), headlines[category].high, withheld)
        told["share"] = (
            []
            if content.public
            else polygon_panel.shares_in_words(headlines[category].share_hot, language)
        )
        told["risk"] = [] if content.public else _risk(content, category)
        if category in months:
            told["months"] = polygon_panel.months_chart(months[category], index, language)
        if category in content.over_time.changes:
            told["change"] = changes_in_words(
                content.over_time.changes[category].reindex(index),
                content.over_time.compared,
                language,
            )
        if category in hours:
            told["hours"] = hours[category]
        facts[category] = told
    return facts


def stops_of(content: PageContent) -> dict[str, list[dict[str, Any]]]:
    """Return category → what is said at each stop of the slider: numbers, order and sentence."""
    return {
        category: [_stop(content, category, period, tables[period]) for period in sorted(tables)]
        for category, tables in content.over_time.rates.items()
    }


def counted_words(content: PageContent) -> dict[str, str]:
    """Return category → what its rates count, in words: victims or incidents."""
    return {
        category: text(f"time.{_counted(content, category)}", content.language)
        for category in content.categories
    }


def _counted(content: PageContent, category: str) -> str:
    return "victims" if category in content.count_victims else "incidents"


def _numbers(
    content: PageContent, category: str, table: pd.DataFrame, withheld: pd.Series | None
) -> dict[str, Any]:
    counted = f"unit.{_counted(content, category)}"
    return polygon_panel.rates_in_words(table, withheld, content.language, counted=counted)


def _order(
    content: PageContent,
    category: str,
    table: pd.DataFrame,
    high: pd.Series,
    withheld: pd.Series | None,
    period: str = "",
) -> dict[str, Any]:
    """Return the polygons in the list's order, how many have a number, and the caption.

    First those that are high, then the others, each by rate. What has no rate or is withheld
    stands last, in the page's order, and has no number.
    """
    rate = table["rate"].astype(float)
    known = rate.notna() if withheld is None else rate.notna() & ~withheld
    frame = pd.DataFrame(
        {"last": ~known, "low": ~high.astype(bool), "rate": -rate.where(known, 0.0)}
    ).reset_index(drop=True)
    frame.loc[frame["last"], "low"] = True
    placed = frame.sort_values(["last", "low", "rate"], kind="stable").index
    named = content.categories[category]
    said = {"title": f"{named} ({period})" if period else named, "per": round(content.per)}
    which = "page.list_note" if high.any() else "page.list_note_none"
    return {
        "order": [int(place) for place in placed],
        "ranked": int(known.sum()),
        "note": text(which, content.language, **said),
    }


def _stop(content: PageContent, category: str, period: str, table: pd.DataFrame) -> dict[str, Any]:
    language, index = content.language, content.index
    result = content.over_time.results.get(category, {}).get(period)
    found = headline_of(
        index,
        category=category,
        results={} if result is None else {category: result},
        unit_results={},
        rolled_up=None,
        language=language,
    )
    table, title = table.reindex(index), stop_title(period, table, language)
    said = sentence(found, language=language, period=title, located=None)
    return {
        **_numbers(content, category, table, None),
        **_order(content, category, table, found.high, None, title),
        "high": [int(value) for value in found.high],
        "period": title,
        "sentence": said.words,
        "warning": " ".join([*said.warnings, *page_warnings(content)]),
    }


def _risk(content: PageContent, category: str) -> list[list[str]]:
    """Return how sure it is that each polygon is above, and by how much, in words."""
    for key, result in content.results.items():
        if category_of(key) == category and "probability" in result.table:
            table = result.table.reindex(content.index)
            return polygon_panel.risks_in_words(table, result.at_least, content.language)
    return []


def _months(content: PageContent) -> dict[str, pd.DataFrame]:
    if content.over_time.monthly is not None:
        events = content.over_time.monthly
        if "events" not in events:
            return {content.headline: events}
        return {
            str(category): part.reset_index().pivot_table(
                index="polygon_id", columns="period", values="events", aggfunc="sum", fill_value=0
            )
            for category, part in events.groupby(level="category", sort=False)
        }
    if content.incidents is None:
        return {}
    known = polygon_panel.counted_incidents(content.incidents)
    known = known[known["date"].notna()]
    labels = known["date"].dt.strftime("%Y-%m")
    return {
        str(category): pd.crosstab(known.loc[part.index, "polygon_id"], labels[part.index])
        for category, part in known.groupby("category", observed=True)
    }


def _hours(content: PageContent) -> dict[str, Any]:
    if content.incidents is None:
        return {}
    told = {}
    known = polygon_panel.counted_incidents(content.incidents)
    for category, part in known.groupby("category", observed=True):
        hours = polygon_panel.hours_of_week(part, content.index)
        hours["notes"] = [
            text("panel.hours_note", content.language, n=total) for total in hours.pop("known")
        ]
        if any(hours["shades"]):
            told[str(category)] = hours
    return told
