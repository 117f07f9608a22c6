"""The report's section on labels: the class of each, and where labels change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import number, percent, text
from hotspots.maps.report.tables import MOST, Section, Table, section_of, table_of, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.schema import TaxonomyReport

_ENOUGH = 0.05
"""Share of vague or unmapped rows above which the report warns."""


def taxonomy_section(
    report: TaxonomyReport | None, titles: Mapping[str, str], language: str
) -> Section | None:
    """Return the classes of the labels, labels without one, and when labels come and go."""
    if report is None:
        return None
    read = text(
        "report.taxonomy_read",
        language,
        n=len(report.labels),
        unmapped=percent(report.share_unmapped, language, digits=1),
        vague=percent(report.share_not_specified, language, digits=1),
    )
    warnings = []
    if max(report.share_unmapped, report.share_not_specified) > _ENOUGH:
        warnings.append(text("report.taxonomy_vague", language))
    if len(report.changes):
        warnings.append(text("report.taxonomy_changes", language, n=len(report.changes)))
    tables = [_classes(report.classes, titles, language)]
    for table in (
        _unmapped(report.unmapped, language),
        _changes(report.changes, titles, language),
        _overlaps(report.overlaps, titles, language),
        _spellings(report.spellings, titles, language),
    ):
        if table.rows:
            tables.append(table)
    said = (*_named(report.taxonomy, language), read)
    return section_of("taxonomy", language, said, tables, warnings=tuple(warnings))


def _named(taxonomy: str, language: str) -> tuple[str, ...]:
    if not taxonomy:
        return ()
    return (text("report.taxonomy_named", language, name=word("value", taxonomy, language)),)


def _classes(classes: pd.DataFrame, titles: Mapping[str, str], language: str) -> Table:
    name = f"name_{language}" if f"name_{language}" in classes else "name_en"
    rows = [
        (
            _title(str(key), titles, language),
            number(int(row["rows"]), language),
            f"{row['iccs']} {row[name]}".strip() or "—",
            _listed(row["within"], titles, language) or "—",
        )
        for key, row in classes.iterrows()
    ]
    return table_of("classes", ("category", "rows", "iccs", "within"), rows, language, (1,))


def _unmapped(unmapped: pd.DataFrame, language: str) -> Table:
    rows = [
        (str(label), number(int(n), language)) for label, n in unmapped["rows"].head(MOST).items()
    ]
    return table_of("unmapped", ("label", "rows"), rows, language, (1,))


def _changes(changes: pd.DataFrame, titles: Mapping[str, str], language: str) -> Table:
    """Return the changes of labels, the commonest labels first."""
    shown = changes.sort_values("rows", ascending=False, kind="stable").head(MOST)
    rows = [
        (
            str(row["label"]),
            _title(str(row["category"]), titles, language),
            str(row["year"]),
            word("change", str(row["change"]), language),
            number(int(row["rows"]), language),
        )
        for _, row in shown.iterrows()
    ]
    columns = ("label", "category", "year", "change", "rows")
    return table_of("label_changes", columns, rows, language, (4,))


def _spellings(spellings: pd.DataFrame, titles: Mapping[str, str], language: str) -> Table:
    rows = [
        (
            str(row["label"]),
            _title(str(row["category"]), titles, language),
            number(int(row["rows"]), language),
            str(row["like"]),
            _title(str(row["like_category"]), titles, language),
        )
        for _, row in spellings.head(MOST).iterrows()
    ]
    columns = ("label", "category", "rows", "like", "like_category")
    return table_of("spellings", columns, rows, language, (2,))


def _overlaps(overlaps: pd.DataFrame, titles: Mapping[str, str], language: str) -> Table:
    rows = [
        (
            str(label),
            _listed(row["categories"], titles, language),
            number(int(row["rows"]), language),
        )
        for label, row in overlaps.head(MOST).iterrows()
    ]
    return table_of("overlaps", ("label", "categories", "rows"), rows, language, (2,))


def _listed(keys: str, titles: Mapping[str, str], language: str) -> str:
    return ", ".join(_title(one, titles, language) for one in keys.split(", ") if one)


def _title(key: str, titles: Mapping[str, str], language: str) -> str:
    return titles.get(key) or word("value", key, language)
