"""The report's section on polygons: how they were drawn, and what depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.catalogue import has_text, number, percent, text
from hotspots.maps.report.tables import MOST, Section, Table, name_of, section_of, table_of, word

if TYPE_CHECKING:
    from hotspots.schema import BorderSensitivity, PlanQuality, PlanStability, PolygonPlan

_SHOWN = 0.005
"""Smallest share that gets a line."""


def polygons_section(
    plan: PolygonPlan | None,
    language: str,
    *,
    near_border: pd.Series | None = None,
    borders: BorderSensitivity | None = None,
    plans: PlanStability | None = None,
) -> Section | None:
    """Return how the polygons were drawn, which are out of bounds, and what borders change."""
    if plan is None:
        return None
    sentences = [*_quality(plan.quality, language), *_kept(plan, language)]
    if near_border is not None:
        sentences += _near(near_border, language)
    if plans is not None and borders is not None:
        sentences.append(text("report.polygons_doubt", language, n=plans.plans, out=plans.left_out))
    tables = [
        _exceptions(plan, language),
        _changes(plan, language),
        _doubt(plan, borders, plans, language),
    ]
    shown = [table for table in tables if table is not None and table.rows]
    return section_of("polygons", language, tuple(sentences), shown)


def _quality(quality: PlanQuality, language: str) -> list[str]:
    floor, ceiling = quality.bounds
    said = [
        text(
            "report.polygons_made",
            language,
            n=quality.polygons,
            inside=quality.polygons_in_bounds,
            floor=round(floor),
            ceiling=round(ceiling),
            share=percent(quality.residents_in_bounds / quality.residents, language, digits=1),
            compactness=number(quality.compactness, language, digits=2),
        ),
        text(
            "report.polygons_impossible",
            language,
            n=round(quality.residents_impossible),
            most=percent(1 - quality.residents_impossible / quality.residents, language, digits=2),
            seed=str(quality.seed),
        ),
    ]
    if quality.impossible_by_reason:
        parts = [
            f"{word('reason', reason, language)} {number(residents, language)}"
            for reason, residents in quality.impossible_by_reason.items()
        ]
        said.append(text("report.polygons_reasons", language, parts="; ".join(parts)))
    if quality.polygons_in_bounds:
        low, middle, high = (round(value) for value in quality.residents_spread[1:4])
        least, half = (
            number(quality.compactness_spread[place], language, digits=2) for place in (0, 2)
        )
        said.append(
            text(
                "report.polygons_spread",
                language,
                low=low,
                middle=middle,
                high=high,
                least=least,
                half=half,
            )
        )
    for column, share in quality.within_variance.items():
        name = (
            text(f"layer.{column}", language) if has_text(f"layer.{column}", language) else column
        )
        said.append(
            text("report.polygons_within", language, name=name, share=percent(share, language))
        )
    return said


def _kept(plan: PolygonPlan, language: str) -> list[str]:
    if plan.changes.empty:
        return []
    return [
        text(
            "report.polygons_changed",
            language,
            n=len(plan.changes),
            residents=round(float(plan.changes["population"].sum())),
        )
    ]


def _near(near_border: pd.Series, language: str) -> list[str]:
    known = near_border.dropna()
    if known.empty:
        return []
    parts = [
        text(
            "report.polygons_near_part",
            language,
            share=percent(float(share), language, digits=1),
            meters=number(float(meters), language),
        )
        for meters, share in zip(known.index.to_numpy(), known.to_numpy(), strict=True)
    ]
    return [text("report.polygons_near", language, parts=", ".join(parts))]


def _exceptions(plan: PolygonPlan, language: str) -> Table:
    rows = [
        (
            str(place),
            number(float(row["population"]), language),
            number(float(row["n_units"]), language),
            word("reason", str(row["reason"]), language),
            text("value.yes" if bool(row.get("proven", False)) else "value.no", language),
            number(float(row.get("residents_impossible", 0.0)), language),
        )
        for place, row in plan.exceptions.iterrows()
    ]
    columns = ("polygon", "residents", "units", "reason", "proven", "impossible")
    return table_of("exceptions", columns, rows, language, numbers=(1, 2, 5))


def _changes(plan: PolygonPlan, language: str) -> Table:
    first = plan.changes.head(MOST)
    rows = [
        (
            str(unit),
            str(row["before"]) if pd.notna(row["before"]) else text("value.none", language),
            str(row["after"]),
            number(float(row["population"]), language),
            word("reason", str(row["reason"]), language),
        )
        for unit, row in first.iterrows()
    ]
    columns = ("unit_id", "before", "after", "residents", "reason")
    return table_of("changes", columns, rows, language, numbers=(3,))


def _doubt(
    plan: PolygonPlan,
    borders: BorderSensitivity | None,
    plans: PlanStability | None,
    language: str,
) -> Table | None:
    """Return the polygons whose verdict changes with the plan or with the side of a border."""
    if borders is None or plans is None:
        return None
    shares = _by_polygon(plan, plans.table).join(borders.table.add_suffix("_changed"))
    doubtful = shares[(shares.fillna(0) > _SHOWN).any(axis=1)]
    ranked = doubtful.sort_values(list(doubtful.columns), ascending=False, kind="stable")
    rows = [
        (name_of(place, plan), *(percent(float(value), language) for value in row))
        for place, row in zip(ranked.index, ranked.head(MOST).to_numpy(), strict=False)
    ]
    columns = ("polygon", *(f"doubt_{name}" for name in ranked.columns))
    numbers = tuple(range(1, len(columns)))
    return table_of("doubt", columns, rows, language, numbers=numbers)


def _by_polygon(plan: PolygonPlan, table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean share of each polygon's units, weighted by residents."""
    weight = plan.residents.reindex(table.index)
    polygon = plan.membership.reindex(table.index)
    total = weight.groupby(polygon).sum()
    return table.mul(weight, axis=0).groupby(polygon).sum().div(total.where(total > 0), axis=0)
