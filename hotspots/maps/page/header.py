"""The words of the header: the sentence of each category, its warnings, and the marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hotspots.catalogue import significant, text
from hotspots.maps.page.content import outside_of
from hotspots.maps.themes.headline import (
    Headline,
    Sentence,
    sentence,
    unclassified_warning,
    uneven_warning,
)
from hotspots.schema import ASSIGNMENT_STATUS, POPULATION_UNKNOWN_UNITS, AssignmentStatus

if TYPE_CHECKING:
    from hotspots.maps.page.audience import PageContent


def withheld_words(content: PageContent) -> str:
    """Return the public page's sentence on what it withholds; "" on the internal page."""
    places = int(sum(hidden.sum() for hidden in content.withheld.values()))
    if not content.public:
        return ""
    return text(
        "sentence.withheld" if places else "sentence.public",
        content.language,
        n=places,
        threshold=content.threshold,
    )


def untested(content: PageContent) -> Headline:
    """Return the headline of a page without a category."""
    return Headline(content.index, None, None, None, None, ())


def header_sentence(content: PageContent, found: Headline, category: str = "") -> Sentence:
    """Return the sentence and the warnings of a category."""
    told = sentence(
        found,
        language=content.language,
        period=content.header.period,
        located=content.located_of(category),
        outside=outside_of(content, category),
        typical=typical_words(content, found, category),
    )
    said = page_warnings(content)
    return replace(told, warnings=(*told.warnings, *said)) if said else told


def page_warnings(content: PageContent) -> tuple[str, ...]:
    """Return the warnings that hold of all categories and at every stop of the slider."""
    unclassified = unclassified_warning(
        content.header.geocoding,
        language=content.language,
        threshold=content.threshold if content.public else 0,
    )
    uneven = uneven_warning(
        content.header.geocoding,
        titles=content.categories,
        language=content.language,
        public=content.public,
    )
    return tuple(filter(None, (unclassified, uneven, _unknown_residents(content))))


def typical_words(content: PageContent, found: Headline, category: str) -> str:
    """Return the typical rate in words; "" where none was fitted."""
    if found.typical is None or category not in content.rates:
        return ""
    years = float(content.rates[category]["years"].median())
    rate = significant(found.typical.rate / years * content.per, content.language)
    return text("sentence.typical", content.language, rate=rate, per=round(content.per))


def _unknown_residents(content: PageContent) -> str:
    """Return the sentence on units of unknown residents; "" where there are none."""
    if POPULATION_UNKNOWN_UNITS not in content.polygons:
        return ""
    units = int(content.polygons[POPULATION_UNKNOWN_UNITS].sum())
    lost = 0
    if content.incidents is not None and ASSIGNMENT_STATUS in content.incidents:
        fate = content.incidents[ASSIGNMENT_STATUS].astype(str)
        lost = int((fate == str(AssignmentStatus.UNKNOWN_RESIDENTS)).sum())
    if not units:
        return ""
    if lost:
        return text("sentence.unknown_residents_lost", content.language, n=lost, units=units)
    return text("sentence.unknown_residents", content.language, n=units)


def header_marks(content: PageContent) -> list[dict[str, str]]:
    """Return what is printed over the page: whose it is, and that its data are invented."""
    kinds = ["synthetic"] if content.header.synthetic else []
    kinds.append("public" if content.public else "restricted")
    return [{"kind": kind, "words": text(f"mark.{kind}", content.language)} for kind in kinds]


def method_words(headlines: dict[str, Headline], language: str) -> dict[str, str]:
    """Return what the printed page says of its method where nothing was tested."""
    if any(found.tested for found in headlines.values()):
        return {}
    return {"method_after": text("panel.method_untested", language)}
