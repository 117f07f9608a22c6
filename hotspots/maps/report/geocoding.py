"""The report's section on geocoding: the hit rate, and where locations are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import has_text, listed, number, percent, probability, significant, text
from hotspots.catalogue.geocoding import level_words, uneven_parts
from hotspots.maps.report.tables import MOST, Section, Table, frame_table, section_of, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.schema import GeocodingReport

_MOST_GROUPS = 15


def geocoding_section(
    facts: GeocodingReport | None, titles: Mapping[str, str], language: str
) -> Section | None:
    """Return the hit rate, its interval, and where the misses are."""
    if facts is None:
        return None
    said = [_rate(facts, language)]
    if facts.outside:
        said.append(text("report.geocoding_outside", language, n=facts.outside))
    warnings = [text("report.geocoding_low", language)] if facts.below_bar else []
    material = uneven_parts(facts, language, titles, material=True)
    if material:
        warnings.append(text("sentence.uneven", language, parts=listed(material, language)))
    elif facts.at_random is False:
        parts = listed(uneven_parts(facts, language, titles), language)
        said.append(text("report.uneven_little", language, parts=parts))
    if facts.at_random is not None:
        draws = {"n": facts.permutations, "seed": str(facts.seed)}
        said.append(text("report.missingness_read", language, **draws))
    if len(facts.unlocated) > MOST:
        kept = {"n": MOST, "total": len(facts.unlocated)}
        said.append(text("report.unlocated_file", language, **kept))
    tables = _tables(facts, titles, language)
    kept_tables = [table for table in tables if table.rows]
    return section_of("geocoding", language, tuple(said), kept_tables, tuple(warnings))


def _rate(facts: GeocodingReport, language: str) -> str:
    return text(
        "report.geocoding_rate",
        language,
        located=facts.located,
        rows=facts.within,
        share=percent(facts.hit_rate, language, digits=1),
        low=percent(facts.hit_rate_low, language, digits=1),
        high=percent(facts.hit_rate_high, language, digits=1),
        bar=percent(facts.bar, language),
    )


def _tables(facts: GeocodingReport, titles: Mapping[str, str], language: str) -> list[Table]:
    months = _most_missed(facts.by_month)
    months.index = months.index.map(lambda month: level_words("month", month, language, {}))
    reasons = facts.unlocated["reason"].map(lambda key: _reason(key, language))
    unlocated = facts.unlocated.assign(reason=reasons)
    return [
        frame_table("by_status", facts.by_status, language),
        frame_table("by_precision", facts.by_precision, language),
        frame_table("by_category", facts.by_category.rename(index=dict(titles)), language),
        frame_table("by_month", months, language),
        frame_table("by_neighborhood", _most_missed(facts.by_neighborhood), language),
        _tests(facts, language),
        _uneven(facts, titles, language),
        frame_table("worst", unlocated, language),
        frame_table("pile_ups", facts.pile_ups, language),
    ]


def _most_missed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with the most rows without a location, the most first."""
    missed = frame["rows"] - frame["located"]
    order = missed[missed > 0].sort_values(ascending=False, kind="stable").index[:_MOST_GROUPS]
    return frame.loc[order]


def _reason(key: str, language: str) -> str:
    named = (f"{section}.{key}" for section in ("note", "status"))
    return next((text(name, language) for name in named if has_text(name, language)), key)


def _tests(facts: GeocodingReport, language: str) -> Table:
    rows = [
        (
            text(f"quality.factor.{factor}", language),
            number(int(row["levels"]), language),
            number(int(row["rows"]), language),
            number(int(row["left_out"]), language),
            significant(float(row["statistic"]), language),
            probability(float(row["p"]), language).removeprefix("= "),
            probability(float(row["q"]), language).removeprefix("= "),
        )
        for factor, row in facts.missingness.dropna(subset=["q"]).iterrows()
    ]
    columns = ("factor", "levels", "rows", "left_out", "statistic", "p", "q")
    return table_of("miss_tests", columns, rows, language, range(1, 7))


def _uneven(facts: GeocodingReport, titles: Mapping[str, str], language: str) -> Table:
    rows = [
        (
            level_words(str(row["factor"]), str(row["level"]), language, titles),
            number(int(row["rows"]), language),
            number(int(row["missed"]), language),
            percent(float(row["miss_rate"]), language, digits=1),
            percent(float(row["elsewhere"]), language, digits=1),
            significant(float(row["surplus"]), language),
            probability(float(row["q"]), language).removeprefix("= "),
        )
        for row in facts.uneven.head(MOST).to_dict("records")
    ]
    columns = ("what", "rows", "missed", "missed_share", "elsewhere", "surplus", "q")
    return table_of("uneven", columns, rows, language, range(1, 7))
