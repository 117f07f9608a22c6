"""What the command prints: a summary of a run, in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from hotspots import schema
from hotspots._notes import Note, note_keys
from hotspots._text import printable
from hotspots.catalogue import every_language, has_text, number, percent, text, title_in
from hotspots.maps.page.polygon_panel import service_title
from hotspots.maps.themes.headline import why_untested
from hotspots.project.run.titles import category_titles, titles_of

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from hotspots.project.checkup import Checkup
    from hotspots.project.run.pipeline import RunResult
    from hotspots.project.verification import Verification


def show_run(result: RunResult, out: Path, console: Console) -> None:
    """Print the fate of the rows, the polygons, the findings, and where the pages are."""
    language = result.project.project.language
    _banner(result.project.project.synthetic, language, console)
    fates = result.incidents[schema.ASSIGNMENT_STATUS].astype(str).value_counts()
    _show_tally(console, fates, text("screen.fates", language), language, names="fate")
    problems = note_keys(result.incidents[schema.PROBLEM])
    _show_tally(console, problems, text("screen.problems", language), language, names="note")
    quality = result.plan.quality
    console.print(
        text(
            "screen.polygons",
            language,
            polygons=quality.polygons,
            in_bounds=quality.polygons_in_bounds,
            share=percent(quality.residents_in_bounds / quality.residents, language, digits=1),
            floor=int(quality.bounds[0]),
            ceiling=int(quality.bounds[1]),
        )
    )
    reasons = result.plan.exceptions["reason"].value_counts()
    _show_tally(console, reasons, text("screen.exceptions", language), language, names="reason")
    tested = {"period": result.period.in_words(language), "n": result.period.months}
    other = ~result.period.rows(result.incidents) & result.incidents[schema.DATE].notna()
    said = [text("screen.period", language, **tested)]
    said += [text("screen.other_time", language, n=int(other.sum()))] if other.any() else []
    console.print(" ".join(said))
    console.print(_findings(result, language))
    for why in dict.fromkeys(
        why_untested(one, language) for one in result.findings.untested.values()
    ):
        console.print(f"[bold]{why}[/]")
    console.print()
    for key, path in (
        ("screen.map", out / "internal" / "briefing.html"),
        ("screen.report", out / "internal" / "report.html"),
        ("screen.public", out / "public" / "public.html"),
    ):
        if key != "screen.public" or result.project.public.something:
            console.print(f"[bold]{text(key, language)}[/] {_safe(path)}", soft_wrap=True)
    console.print()
    console.print(_safe("\n".join(result.review)), soft_wrap=True)


def show_checkup(found: Checkup, console: Console) -> None:
    """Print the quality of a project's inputs."""
    language = found.project.project.language
    _banner(found.project.project.synthetic, language, console)
    for name, size in found.files.items():
        console.print(f"{_safe(name)}  {number(size / 1000, language)} kB", soft_wrap=True)
    console.print(
        text("screen.units", language, units=found.units, residents=round(found.residents))
    )
    if found.isolates:
        _show_isolates(found, console)
    console.print(text("screen.rows", language, n=found.rows))
    first, last, undated = found.dates
    console.print(text("screen.dates", language, first=first, last=last, n=undated))
    categories = found.categories.rename(
        index=titles_of(found.categories.index, found.taxonomy, language)
    )
    for values, key, names, most in (
        (found.by_status, "screen.status", "status", None),
        (categories, "screen.categories", "", 12),
        (found.unmapped, "screen.unmapped", "", 12),
        (found.repaired, "screen.repairs", "note", None),
        (found.problems, "screen.problems", "note", None),
    ):
        _show_tally(console, values, text(key, language), language, names=names, most=most)
    _show_public(found, console)
    unknown = found.unit_problems["problem"] == str(Note.MISSING_POPULATION)
    _show_unknown_residents(found.unit_problems.loc[unknown, schema.UNIT_ID], language, console)
    problems = found.unit_problems[~unknown]
    if len(problems):
        console.print(text("screen.unit_problems", language, n=len(problems)))
        for unit, key, detail in problems.head(10).itertuples(index=False):
            said = (str(unit), text(f"note.{key}", language), str(detail))
            console.print("  " + _safe(" · ".join(filter(None, said))))


def _show_public(found: Checkup, console: Console) -> None:
    """Print what the project file lets out of the house."""
    public, language = found.project.public, found.project.project.language
    if not public.something:
        console.print(text("review.nothing", language), soft_wrap=True)
        return
    titles = titles_of(public.categories, found.taxonomy, language)
    layers = {one.name: title_in(one.title, language) for one in found.project.layers}
    for key, named in (
        ("categories", [titles[one] for one in public.categories]),
        ("layers", [layers[one] or one for one in public.layers]),
        ("services", [service_title(one, language) for one in public.services]),
    ):
        heading = f"{text('screen.goes_out', language)} {text(f'review.{key}', language)}"
        listed = ", ".join(named) or text("review.none", language)
        console.print(f"{heading} {_safe(listed)}", soft_wrap=True)


def _show_unknown_residents(units: pd.Series, language: str, console: Console) -> None:
    """Print every unit of unknown residents, since what happens there leaves the rates."""
    if len(units):
        console.print(f"[bold]{text('screen.unknown_residents', language, n=len(units))}[/]")
        console.print(Padding(_safe(", ".join(units.astype(str))), (0, 0, 0, 2)))


def _show_isolates(found: Checkup, console: Console) -> None:
    """Print how many units have no neighbor, and whether clustering can be tested on the rest."""
    language = found.project.project.language
    key = "untested.units" if found.too_many_isolates else "screen.isolates"
    said = text(key, language, n=found.isolates, total=found.inhabited)
    console.print(f"[bold]{said}[/]" if found.too_many_isolates else said, soft_wrap=True)


def show_verification(found: Verification, console: Console) -> None:
    """Print which inputs and outputs differ from the manifest."""
    for key, names in (
        ("verify.altered_manifest", found.altered_manifest),
        ("verify.altered_inputs", found.altered_inputs),
        ("verify.altered_outputs", found.altered_outputs),
        ("verify.different_outputs", found.different_outputs),
        ("verify.different_numbers", found.different_numbers),
    ):
        if names:
            console.print(f"[bold red]{every_language(key)}[/]")
            for name in names:
                console.print(f"  {_safe(name)}", soft_wrap=True)
    for name, (then, now) in found.versions.items():
        console.print(f"[yellow]![/] {name}: {then} → {now}")
    if not found.ran_again:
        why = "needs_online" if found.needs_online else "not_again"
        console.print(every_language(f"verify.{why}"))
    if found.same:
        console.print(f"[bold green]{every_language('verify.same')}[/]")


def _safe(value: object) -> str:
    return escape(printable(value))


def _banner(synthetic: bool, language: str, console: Console) -> None:
    if synthetic:
        console.print(f"[bold reverse] {text('mark.synthetic', language)} [/]")


def _show_tally(
    console: Console,
    values: pd.Series,
    title: str,
    language: str,
    *,
    names: str = "",
    most: int | None = None,
) -> None:
    """Print a title and a table of counts; those after ``most`` rows are summed in a last one."""
    if values.empty:
        return
    console.print(title)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    shown = values if most is None else values.head(most)
    for key, count in shown.items():
        words = f"{names}.{key}".replace(" ", "_").replace("-", "_")
        label = text(words, language) if names and has_text(words, language) else str(key)
        table.add_row(number(int(count), language), _safe(label))
    rest = int(values.sum() - shown.sum())
    if rest:
        table.add_row(number(rest, language), text("screen.rest", language))
    console.print(table)


def _findings(result: RunResult, language: str) -> Table:
    table = Table(title=text("screen.findings", language), title_justify="left", box=None)
    table.add_column(text("screen.category", language))
    for key in ("screen.events", "screen.excess", "screen.hot", "screen.hot_residents"):
        table.add_column(text(key, language), justify="right")
    titles = category_titles(result, language)
    findings = result.findings
    for category, excess in findings.excess.items():
        table.add_row(
            _safe(titles[category]),
            number(float(excess.table["statistic"].sum()), language),
            number(int(excess.table["label"].isin(schema.RAISED).sum()), language),
            *_hot(result, category, language),
        )
    return table


def _hot(result: RunResult, category: str, language: str) -> tuple[str, str]:
    """Return how many places are hot and how many residents live there, or that none was tested."""
    if category in result.findings.untested:
        return text("screen.not_tested", language), "—"
    clusters = result.findings.clusters[category]
    hot = clusters.table["label"].isin(schema.RAISED)
    places = result.units if clusters.level == "units" else result.plan.polygons
    residents = places[schema.POPULATION]
    share = float(residents[hot].sum() / residents.sum())
    return number(int(hot.sum()), language), percent(share, language)
