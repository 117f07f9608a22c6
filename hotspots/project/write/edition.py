"""The public folder: what goes out, listed before it does, and nothing that is not named."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyogrio

from hotspots import schema
from hotspots.catalogue import remark, text
from hotspots.maps.page.audience import PageContent, page_content
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.polygon_panel import service_title
from hotspots.maps.privacy.disclosure import PublicKnowledge, withheld_polygons
from hotspots.maps.privacy.earlier import FILE
from hotspots.maps.privacy.public_table import public_rates
from hotspots.maps.save.csv import safe_csv
from hotspots.maps.save.standalone import save_standalone, write_whole
from hotspots.maps.themes.words import layer_title
from hotspots.project.run.public_result import PublicResult, public_result, publication_of
from hotspots.project.run.titles import category_titles
from hotspots.project.sensitive_categories import sensitive_categories
from hotspots.project.write.briefing_content import public_content
from hotspots.project.write.publications import publications_table, with_new

if TYPE_CHECKING:
    from pathlib import Path

    from hotspots.maps.page.content import BriefingContent
    from hotspots.project.run.pipeline import RunResult

REVIEW = "REVIEW.txt"


@dataclass(frozen=True, eq=False, slots=True)
class Edition:
    """What a run publishes.

    Attributes
    ----------
    public
        What of the run is for the public.
    content
        What the public page is made of.
    page
        What it shows of that; None if nothing is named, and there is no page.
    """

    public: PublicResult
    content: BriefingContent
    page: PageContent | None


def edition_of(result: RunResult) -> Edition:
    """Return what a run publishes, with a warning of all that is named and held back."""
    public = public_result(result)
    content = public_content(public)
    if not result.project.public.something:
        warnings.warn(remark("public_nothing"), stacklevel=2)
        return Edition(public, content, None)
    page = page_content(
        content,
        audience="public",
        language=result.project.project.language,
        threshold=result.project.map.threshold,
        beside="",
    )
    _warn_of_what_is_held_back(result, public, page)
    return Edition(public, content, page)


def write_edition(edition: Edition, folder: Path, *, notice: str) -> None:
    """Write the public folder: the list of what goes out first, then what it lists.

    ``notice`` marks tables of invented data; "" for real ones.
    """
    write_whole(folder / REVIEW, "\n".join(review_lines(edition)) + "\n")
    if edition.page is None:
        return
    result = edition.public.result
    general = result.project.project
    page = briefing_map(
        edition.content,
        audience="public",
        language=general.language,
        threshold=result.project.map.threshold,
    )
    save_standalone(page, folder / "public.html")
    _write_polygons(result, folder / "polygons.geojson", notice)
    marked = {"notice": notice} if notice else {}
    if result.findings.rates:
        rates = public_rates(
            result.plan.polygons,
            result.findings.rates,
            category_titles(result, general.language),
            threshold=result.project.map.threshold,
            language=general.language,
            sensitive=sensitive_categories(result.inputs.taxonomy),
            known=edition.public.known,
        )
        safe_csv(rates.assign(**marked).reset_index(), folder / "rates.csv")
    span = edition.public.span
    new = [] if span is None else [publication_of(result, span, edition.page.withheld)]
    history = [*result.earlier]
    for one in new:
        history = with_new(history, one)
    if history:
        safe_csv(publications_table(history), folder / FILE)


def review_lines(edition: Edition) -> list[str]:
    """Return the list of all that goes out, line by line."""
    result, page = edition.public.result, edition.page
    language = result.project.project.language
    lines = [text("review.title", language, name=result.project.project.name), ""]
    if page is None:
        return [*lines, text("review.nothing", language)]
    lines.append(text("review.look", language))
    for heading, found in (
        ("categories", _categories(edition, page)),
        ("layers", [_layer(layer, language) for layer in page.layers]),
        ("services", _services(page)),
        ("others", _others(page)),
    ):
        lines += ["", text(f"review.{heading}", language)]
        lines += [f"- {one}" for one in found] or [f"- {text('review.none', language)}"]
    return lines


def _categories(edition: Edition, page: PageContent) -> list[str]:
    language, places = page.language, len(page.index)
    return [
        text(
            "review.category",
            language,
            title=title,
            name=key,
            period=page.header.period,
            shown=places - int(page.withheld[key].sum()),
            withheld=int(page.withheld[key].sum()),
        )
        for key, title in page.categories.items()
    ]


def _layer(layer: schema.Layer, language: str) -> str:
    how = "classes" if layer.class_edges else "values"
    title = layer_title(layer, language)
    return text(f"review.in_{how}", language, title=title, name=layer.name, source=layer.source)


def _services(page: PageContent) -> list[str]:
    if page.services is None:
        return []
    language = page.language
    kinds = page.services["kind"].astype(str).value_counts().sort_index()
    return [
        text("review.service", language, title=service_title(kind, language), name=kind, n=n)
        for kind, n in kinds.items()
    ]


def _others(page: PageContent) -> list[str]:
    there = {
        "polygons": True,
        "streets": page.streets is not None,
        "ranking": page.ranking is not None,
        "allocation": page.allocation is not None,
    }
    return [text(f"review.{key}", page.language) for key, shown in there.items() if shown]


def _warn_of_what_is_held_back(result: RunResult, public: PublicResult, page: PageContent) -> None:
    project = result.project
    held = [name for name in project.public.layers if name not in {one.name for one in page.layers}]
    if held:
        warnings.warn(remark("public_layers_held", layers=", ".join(held)), stacklevel=3)
    if project.public.categories and public.span is None:
        warnings.warn(remark("public_no_year"), stacklevel=3)
    elif project.public.categories and public.result.period != result.period:
        warnings.warn(remark("public_whole_years", period=page.header.period), stacklevel=3)
    by_area = PublicKnowledge(within=public.known.within)
    alone = withheld_polygons(page.rates, threshold=page.threshold, known=by_area)
    more = sum(int((page.withheld[key] & ~hidden).sum()) for key, hidden in alone.items())
    if more:
        warnings.warn(remark("public_differences", n=more), stacklevel=3)


def _write_polygons(result: RunResult, path: Path, notice: str) -> None:
    """Write the public polygons: borders, names and population, no incident."""
    columns = [schema.NAME, schema.POPULATION, schema.GEOMETRY]
    polygons = result.plan.polygons[columns].round({schema.POPULATION: 0})
    if notice:
        polygons = polygons.assign(notice=notice)
    degrees = polygons.reset_index().to_crs(4326)
    pyogrio.write_dataframe(degrees, path, driver="GeoJSON", COORDINATE_PRECISION=6)
