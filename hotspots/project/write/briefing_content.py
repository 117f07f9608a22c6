"""What a run's briefing shows: its result as one record for the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from hotspots.catalogue import text
from hotspots.geocoding.report.report import geocoding_report
from hotspots.maps.page.audience import check_audience
from hotspots.maps.page.content import BriefingContent, OverTime, PageHeader, UnitFindings
from hotspots.project.run.inputs import known_places
from hotspots.project.run.public_result import public_result
from hotspots.project.run.titles import category_titles
from hotspots.project.sensitive_categories import sensitive_categories

if TYPE_CHECKING:
    from hotspots.maps.page.audience import Audience
    from hotspots.project.run.pipeline import RunResult
    from hotspots.project.run.public_result import PublicResult
    from hotspots.schema import GeocodingReport, LocalResult


def from_run(result: RunResult, *, audience: Audience = "internal") -> BriefingContent:
    """Return what the briefing of a run shows.

    Parameters
    ----------
    result
        From :func:`hotspots.run`.
    audience
        ``internal``, or ``public``: then the record holds what ``[public]`` names in the project
        file, over whole years, no incidents and nothing by period.
        :func:`hotspots.briefing_map` takes the same option and withholds the rest.

    Returns
    -------
    BriefingContent
        In the language of the run. ``dataclasses.replace`` makes a copy that differs in a field.

    Raises
    ------
    InputError
        If there is no such audience.

    Examples
    --------
    >>> import hotspots as hs, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = hs.run(hs.sample("tumbes") / "project.toml", out=folder + "/out")
    >>> hs.briefing_map(hs.from_run(result)).page_title
    'Tumbes: dónde la violencia es más alta'
    """
    check_audience(audience)
    return _content(result) if audience == "internal" else public_content(public_result(result))


def public_content(public: PublicResult) -> BriefingContent:
    """Return what the public page of a run shows, before the page withholds from it."""
    content = _content(public.result)
    named = public.result.project.public.services
    services = content.services
    return replace(
        content,
        headline=content.headline if content.headline in content.rates else None,
        incidents=None,
        over_time=OverTime(),
        services=None if services is None else services[services["kind"].isin(named)],
        known=public.known,
    )


def _content(result: RunResult) -> BriefingContent:
    project, findings = result.project, result.findings
    language = project.project.language
    drawn = [layer.name for layer in project.layers if layer.drawn]
    services = [result.inputs.services[name] for name in drawn]
    return BriefingContent(
        polygons=result.plan.polygons,
        results=tests_on(result, "polygons"),
        rates=findings.rates,
        bins=bins_on(result, "polygons"),
        units=UnitFindings(
            areas=result.units,
            membership=result.plan.membership,
            results=tests_on(result, "units"),
            rolled_up=findings.rolled_up,
            bins=bins_on(result, "units"),
        ),
        over_time=_over_time(result),
        layers=result.layers,
        ranking=result.ranking,
        allocation=result.allocation,
        incidents=_in_period(result),
        services=gpd.GeoDataFrame(pd.concat(services)) if services else None,
        streets=result.inputs.streets if project.map.streets else None,
        header=_header(result),
        category_titles=category_titles(result, language),
        headline=project.tests.headline,
        sensitive=sensitive_categories(result.inputs.taxonomy),
        count_victims=project.tests.count_victims,
        per=project.tests.per,
        currency=project.project.currency,
    )


def tests_on(result: RunResult, level: str) -> dict[str, LocalResult]:
    """Return ``category:test`` → result on one level, the headline tests first."""
    findings = result.findings
    return {
        f"{one.variable}:{one.test}": one
        for group in (findings.excess, findings.clusters, findings.exploratory)
        for one in group.values()
        if one.level == level
    }


def bins_on(result: RunResult, level: str) -> dict[str, pd.DataFrame]:
    """Return ``category:test`` → the confidence of each place of one level."""
    ending = f":{level}"
    return {
        key.removesuffix(ending): bins
        for key, bins in result.findings.bins.items()
        if key.endswith(ending)
    }


def geocoding_in_period(result: RunResult) -> GeocodingReport:
    """Return the report on the places of the rows of the tested period alone."""
    project = result.project
    incidents = _in_period(result)
    if len(incidents) == len(result.incidents):
        return result.geocoding
    return geocoding_report(
        incidents,
        **known_places(result.inputs),
        alpha=project.tests.alpha,
        seed=project.project.seed,
    )


def period_in_words(result: RunResult) -> str:
    """Return the tested period: its years, or its first and last month."""
    return result.period.in_words(result.project.project.language)


def _header(result: RunResult) -> PageHeader:
    general = result.project.project
    return PageHeader(
        title=text("run.briefing", general.language, name=general.name),
        period=period_in_words(result),
        geocoding=geocoding_in_period(result),
        synthetic=general.synthetic,
    )


def _over_time(result: RunResult) -> OverTime:
    return OverTime(
        rates=result.chronology.rates,
        results=result.chronology.tests,
        latest=result.findings.latest,
        monthly=result.cells.frame(result.project.tests.categories, result.period.holds),
        changes=result.changes.tables,
        compared=_compared(result),
    )


def _compared(result: RunResult) -> tuple[str, str]:
    """Return the periods of the changes in words, the earlier first; "" where there are none."""
    language = result.project.project.language
    before, after = (
        "" if span is None else span.in_words(language)
        for span in (result.changes.before, result.changes.after)
    )
    return before, after


def _in_period(result: RunResult) -> gpd.GeoDataFrame:
    """Return the incidents that the tests were about: points of other years are not theirs."""
    return result.incidents[result.period.rows(result.incidents)]
