"""Change: the last twelve months of each polygon against the twelve before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.evaluation.change import rate_change
from hotspots.project.run.period import StudyPeriod
from hotspots.schema import POPULATION
from hotspots.stats.yearly_change import LEAST_PLACES

if TYPE_CHECKING:
    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project
    from hotspots.schema import PolygonPlan


@dataclass(frozen=True, eq=False, slots=True)
class Changes:
    """How the polygons' rates changed over the last year.

    Attributes
    ----------
    before, after
        The months compared; None where the tested period holds fewer than two years.
    tables
        Category → :func:`hotspots.rate_change` of the polygons. Without a category where too few
        polygons have events to tell its ordinary change.
    """

    before: StudyPeriod | None = None
    after: StudyPeriod | None = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def yearly_changes(
    project: Project, plan: PolygonPlan, counts: Cells, tested: StudyPeriod
) -> Changes:
    """Return the change of each category from one twelve months to the next, the last ones tested.

    Earlier twelve months of the tested period, two or more, tell of the ordinary change as well.
    Each category has a correction of its own; these tests are exploratory.

    Parameters
    ----------
    project
        The settings; ``tests`` is used.
    plan
        The polygons.
    counts
        Events and victims by (polygon, category, month).
    tested
        The tested months.
    """
    spans = tested.twelve_months()
    if len(spans) < 2:
        return Changes()
    *earlier, before, after = spans
    tests, residents = project.tests, plan.polygons[POPULATION]
    tables = {}
    for category in tests.categories:
        first, second = (span.select(counts, category) for span in (before, after))
        past = [span.select(counts, category)["events"] for span in earlier]
        if ((first["events"] + second["events"]) > 0).sum() < LEAST_PLACES:
            continue
        tables[category] = rate_change(
            first,
            second,
            residents,
            history=pd.concat(past, axis=1) if len(past) > 1 else None,
            per=tests.per,
            correction=tests.correction,
            alpha=tests.alpha,
        )
    return Changes(before, after, tables)
