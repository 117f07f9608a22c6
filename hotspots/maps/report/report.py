"""The report: what was read, what was done to it, what was found, and what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import text, words
from hotspots.maps import assets
from hotspots.maps.report import sections
from hotspots.maps.report.geocoding import geocoding_section
from hotspots.maps.report.limits import limits_section
from hotspots.maps.report.polygons import polygons_section
from hotspots.maps.report.sources import with_sources
from hotspots.maps.report.taxonomy import taxonomy_section
from hotspots.maps.save.standalone import close_page

if TYPE_CHECKING:
    from hotspots.maps.report.content import ReportContent
    from hotspots.maps.report.tables import Section


def report_page(content: ReportContent, *, language: str = "es") -> str:
    """Return the report as the text of one page that loads nothing and runs nothing.

    Parameters
    ----------
    content
        What the report shows.
    language
        Language of the page, one of :func:`hotspots.languages`.

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.maps.report.content import ReportContent
    >>> rows = pd.DataFrame({"assignment_status": ["inside", "unlocated"]})
    >>> page = report_page(ReportContent(incidents=rows, synthetic=True), language="en")
    >>> "INVENTED DATA" in page, "<script" in page
    (True, False)
    """
    names = {file.name for file in content.files}
    title = content.title or text("report.title", language)
    marks = ["synthetic", "restricted"] if content.synthetic else ["restricted"]
    body = assets.fill(
        "report.html",
        title=title,
        period=content.period,
        words=words("report", language),
        marks=[{"kind": kind, "words": text(f"mark.{kind}", language)} for kind in marks],
        sections=[with_sources(section, names) for section in _sections(content, language)],
        files=content.files,
    )
    head = f"<style>{assets.own('report.css')}</style>"
    return close_page(head=head, body=body, scripts=[], language=language, title=title)


def _sections(content: ReportContent, language: str) -> list[Section]:
    titles, plan, layers = content.category_titles, content.plan, content.layers
    found = [
        sections.data_section(content.incidents, content.remarks, language),
        taxonomy_section(content.taxonomy, titles, language),
        geocoding_section(content.geocoding, titles, language),
        polygons_section(
            plan,
            language,
            near_border=content.near_border,
            borders=content.borders,
            plans=content.plans,
        ),
        sections.tests_section(content.results, titles, language),
        sections.rates_section(content.rates, titles, plan, content.per, language),
        sections.layers_section(layers, language),
        sections.ranking_section(content.ranking, layers, titles, plan, language),
        sections.allocation_section(content.allocation, plan, content.currency, language),
        limits_section(content.incidents, language, tested=content.tested),
    ]
    return [section for section in found if section is not None]
