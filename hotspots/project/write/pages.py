"""The pages of a run: the briefing, the report, and the public page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots import schema
from hotspots.catalogue import text, warning_text
from hotspots.incidents.taxonomy.report import taxonomy_report
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.report.content import ReportContent, ReportFile
from hotspots.maps.report.report import report_page
from hotspots.maps.save.standalone import save_standalone, write_whole
from hotspots.project.run.titles import category_titles, titles_of
from hotspots.project.write.briefing_content import from_run, period_in_words

if TYPE_CHECKING:
    from pathlib import Path

    from hotspots.maps.page.audience import Audience
    from hotspots.maps.page.briefing import BriefingMap
    from hotspots.project.run.pipeline import RunResult


FILES = (
    ("briefing.html", "briefing"),
    ("ranking.csv", "ranking"),
    ("allocation.csv", "allocation"),
    ("tests.csv", "tests"),
    ("rates.csv", "rates"),
    ("worst_addresses.csv", "worst_addresses"),
    ("tables.xlsx", "workbook"),
    ("data_dictionary.csv", "dictionary"),
    ("polygons.gpkg", "polygons"),
    ("incidents.parquet", "incidents"),
    ("near_repeats.csv", "near_repeats"),
)
"""What lies beside the report, and the catalogue's word for it."""


def write_internal_pages(result: RunResult, folder: Path) -> None:
    """Write ``briefing.html`` and ``report.html``, both marked as restricted."""
    save_standalone(run_map(result), folder / "briefing.html")
    write_whole(folder / "report.html", run_report(result))


def run_map(result: RunResult, *, audience: Audience = "internal") -> BriefingMap:
    """Return the briefing of a run."""
    return briefing_map(
        from_run(result, audience=audience),
        audience=audience,
        language=result.project.project.language,
        threshold=result.project.map.threshold,
    )


def run_report(result: RunResult) -> str:
    """Return the report of a run as the text of one page."""
    project, findings = result.project, result.findings
    language = project.project.language
    categories = result.incidents[schema.CATEGORY].unique()
    tests = {
        f"{one.variable}:{one.test}:{one.level}": one
        for group in (findings.excess, findings.clusters, findings.exploratory)
        for one in group.values()
    }
    content = ReportContent(
        incidents=result.incidents,
        tested=result.period.rows(result.incidents),
        geocoding=result.geocoding,
        plan=result.plan,
        near_border=result.robustness.near_border,
        borders=result.robustness.borders,
        plans=result.robustness.plans,
        results=tests,
        rates=findings.rates,
        layers=result.layers,
        ranking=result.ranking,
        allocation=result.allocation,
        category_titles=titles_of(categories, result.inputs.taxonomy, language)
        | category_titles(result, language),
        taxonomy=taxonomy_report(result.incidents, taxonomy=result.inputs.taxonomy),
        files=[
            ReportFile(name, text(f"run.file.{key}", language)) for name, key in files_of(result)
        ],
        remarks=[warning_text(remark, language) for remark in result.remarks],
        title=text("run.report", language, name=project.project.name),
        period=period_in_words(result),
        per=project.tests.per,
        currency=project.project.currency,
        synthetic=project.project.synthetic,
    )
    return report_page(content, language=language)


def files_of(result: RunResult) -> list[tuple[str, str]]:
    """Return the files that this run writes beside its report, with their words' keys."""
    absent = {"ranking": result.ranking is None, "allocation": result.allocation is None}
    return [(name, key) for name, key in FILES if not absent.get(key, False)]
