"""Sections of the report, each made from what a stage returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots._notes import note_keys
from hotspots.catalogue import money, number, percent, probability, significant, text
from hotspots.catalogue.results import test_name
from hotspots.maps.report.tables import (
    MOST,
    Section,
    Table,
    counts_table,
    name_of,
    section_of,
    table_of,
    word,
)
from hotspots.maps.themes.headline import category_of, why_untested
from hotspots.maps.themes.words import correction_words, layer_title, unit_words
from hotspots.schema import ASSIGNMENT_STATUS, LOWERED, PROBLEM, RAISED, REPAIR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.schema import Allocation, Layer, LocalResult, PolygonPlan, Ranking


def data_section(
    incidents: pd.DataFrame,
    remarks: Sequence[str],
    language: str,
) -> Section:
    """Return what was read, and how many rows met each fate; the fates add up."""
    fates = incidents[ASSIGNMENT_STATUS].astype(str).value_counts()
    tables = [
        counts_table(
            "fates",
            {word("fate", str(key), language): int(n) for key, n in fates.items()},
            language,
        )
    ]
    for column, name in ((REPAIR, "repairs"), (PROBLEM, "problems")):
        if column in incidents:
            # A row may have several notes, so these counts do not add up to the rows.
            keys = note_keys(incidents[column])
            found = {word("note", str(key), language): int(n) for key, n in keys.items()}
            if found:
                tables.append(counts_table(name, found, language, total=False))
    sentences = (text("report.data_read", language, n=len(incidents)),)
    return section_of("data", language, sentences, tables, warnings=tuple(remarks))


def tests_section(
    results: Mapping[str, LocalResult], titles: Mapping[str, str], language: str
) -> Section | None:
    """Return every test with its null, correction and family, and how many places it labeled."""
    if not results:
        return None
    designs: dict[tuple[str, ...], dict[str, LocalResult]] = {}
    for key, result in results.items():
        category = category_of(key)
        designs.setdefault(_design(result, language), {})[category] = result
    columns = (
        "test", "level", "null", "correction", "family", "permutations", "least_p", "headline",
    )  # fmt: skip
    made = table_of("tests", columns, list(designs), language, numbers=(4, 5, 6))
    said = (text("report.tests_read", language), text("report.tests_family", language))
    untested = [one for one in results.values() if one.headline and one.too_many_isolates]
    why = tuple(dict.fromkeys(why_untested(one, language) for one in untested))
    tables = [made, _labeled(designs, titles, language)]
    return section_of("tests", language, said, tables, warnings=why)


def _design(result: LocalResult, language: str) -> tuple[str, ...]:
    """Return the design of a test in words; tests of several categories can share one."""
    return (
        test_name(result.test, language),
        text(f"level.{result.level}", language) if result.level else "",
        text(f"null.{result.null}", language),
        f"{correction_words(result, language)}; "
        f"{text(f'alternative.{result.alternative}', language)}",
        number(result.family, language),
        "—" if result.permutations is None else number(result.permutations, language),
        probability(result.least_p, language).removeprefix("= "),
        text("value.yes" if result.headline else "value.no", language),
    )


def _labeled(
    designs: Mapping[tuple[str, ...], Mapping[str, LocalResult]],
    titles: Mapping[str, str],
    language: str,
) -> Table:
    """Return how many places each test labeled high and low, by category."""
    categories = dict.fromkeys(category for made in designs.values() for category in made)
    rows = []
    for category in categories:
        cells = [titles.get(category, category)]
        for made in designs.values():
            labels = made[category].table["label"].astype(str) if category in made else None
            cells.append(
                "—"
                if labels is None
                else text(
                    "report.high_low",
                    language,
                    high=int(labels.isin(RAISED).sum()),
                    low=int(labels.isin(LOWERED).sum()),
                )
            )
        rows.append(tuple(cells))
    heads = (text("column.category", language), *(f"{one[0]}, {one[1]}" for one in designs))
    right = (False, *(True for _ in designs))
    return Table(text("table.labeled", language), heads, tuple(rows), right, name="labeled")


def rates_section(
    rates: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    plan: PolygonPlan | None,
    per: float,
    language: str,
) -> Section | None:
    """Return the city's counts and rates, and the polygons with the highest rates."""
    if not rates:
        return None
    city = []
    for category, table in rates.items():
        years = float(table["years"].max()) if "years" in table else 1.0
        count, exposure = float(table["count"].sum()), float(table["exposure"].sum())
        rate = count / exposure / years * per if exposure and years else float("nan")
        city.append(
            (
                titles.get(category, category),
                number(count, language),
                significant(rate, language),
                number(years, language, digits=1),
            )
        )
    tables = [
        table_of(
            "city_rates", ("category", "count", "rate", "years"), city, language, numbers=(1, 2, 3)
        )
    ]
    tables += [
        _highest(category, table, titles, plan, language) for category, table in rates.items()
    ]
    return section_of(
        "rates", language, (text("report.rates_read", language, per=round(per)),), tables
    )


def layers_section(layers: Sequence[Layer], language: str) -> Section | None:
    """Return the layers with unit, median, number of missing values, and source."""
    if not layers:
        return None
    rows = [
        (
            layer_title(layer, language),
            unit_words(layer.unit, language),
            significant(float(layer.values.median()), language),
            number(int(layer.values.isna().sum()), language),
            layer.source,
        )
        for layer in layers
    ]
    columns = ("layer", "unit", "median", "missing", "source")
    return section_of("layers", language, (), [table_of("layers", columns, rows, language, (2, 3))])


def ranking_section(
    ranking: Ranking | None,
    layers: Sequence[Layer],
    titles: Mapping[str, str],
    plan: PolygonPlan | None,
    language: str,
) -> Section | None:
    """Return the criteria, and the ranking with the range of each rank."""
    if ranking is None:
        return None
    named = {layer.name: layer_title(layer, language) for layer in layers}
    criteria = []
    for part in ranking.criteria:
        category = part.layer.removesuffix("_rate")
        name = titles.get(category) or named.get(part.layer, part.layer)
        weight = percent(part.weight, language, digits=1)
        criteria.append((name, weight, text(f"direction.{part.direction}", language)))
    rows = [
        (
            number(int(row["rank"]), language),
            name_of(place, plan),
            number(float(row["score"]), language, digits=3),
            text("word.range", language, low=int(row["rank_low"]), high=int(row["rank_high"])),
        )
        for place, row in ranking.table.head(MOST).iterrows()
    ]
    tables = [
        table_of("criteria", ("criterion", "weight", "direction"), criteria, language, (1,)),
        table_of("ranking", ("rank", "polygon", "score", "rank_range"), rows, language, (0, 2, 3)),
    ]
    return section_of("ranking", language, (text("report.ranking_read", language),), tables)


def allocation_section(
    allocation: Allocation | None, plan: PolygonPlan | None, currency: str, language: str
) -> Section | None:
    """Return who gets how much; the grants add up to the budget."""
    if allocation is None:
        return None
    funded = allocation.table[allocation.table["grant"] > 0]
    rows = [
        (
            number(int(row["rank"]), language),
            name_of(place, plan),
            number(float(row["population"]), language),
            money(float(row["grant"]), language, currency=currency),
            money(float(row["grant_per_resident"]), language, currency=currency),
        )
        for place, row in funded.iterrows()
    ]
    total = ("", text("report.total", language), "",
             money(float(funded["grant"].sum()), language, currency=currency), "")  # fmt: skip
    columns = ("rank", "polygon", "residents", "grant", "grant_per_resident")
    made = table_of("allocation", columns, rows, language, (0, 2, 3, 4), total)
    budget = money(allocation.budget, language, currency=currency)
    said = text("report.allocation_read", language, n=len(rows), budget=budget)
    return section_of("allocation", language, (said,), [made])


def _highest(
    category: str,
    table: pd.DataFrame,
    titles: Mapping[str, str],
    plan: PolygonPlan | None,
    language: str,
) -> Table:
    rows = [
        (
            name_of(place, plan),
            number(float(row["count"]), language),
            significant(float(row["rate"]), language),
            text(
                "word.range",
                language,
                low=significant(float(row["rate_low"]), language),
                high=significant(float(row["rate_high"]), language),
            ),
        )
        for place, row in table.sort_values("rate", ascending=False, kind="stable")
        .head(10)
        .iterrows()
    ]
    columns = ("polygon", "count", "rate", "interval")
    made = table_of("highest", columns, rows, language, (1, 2, 3))
    caption = text("table.highest", language, category=titles.get(category, category))
    name = f"highest_{category}"
    return Table(caption, made.columns, made.rows, made.numbers, name=name)
