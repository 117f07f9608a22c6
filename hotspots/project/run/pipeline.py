"""The whole run in memory: inputs → polygons → tests → ranking. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.assignment.assign import assign
from hotspots.assignment.cells import Cells, count_cells
from hotspots.geocoding.geocode import geocode
from hotspots.geocoding.report.report import geocoding_report
from hotspots.incidents.repeats import near_repeats
from hotspots.polygons.plan.build import build_polygons
from hotspots.project.run.changes import Changes, yearly_changes
from hotspots.project.run.findings import Findings, find
from hotspots.project.run.guards import (
    require_counted,
    require_dates,
    require_polygons,
    warn_of_repeats,
    warn_of_reused_numbers,
    warn_of_sent_addresses,
    warn_of_stray_dates,
    warn_of_unknown_residents,
)
from hotspots.project.run.inputs import known_places
from hotspots.project.run.over_time import Chronology, chronology
from hotspots.project.run.period import StudyPeriod, resolved_period
from hotspots.project.run.priorities import layers_of, prioritize
from hotspots.project.run.robustness import Robustness, plan_options, robustness
from hotspots.schema import CATEGORY, UNMAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from hotspots.errors import HotspotsWarning
    from hotspots.geocoding.online.geocoder import OnlineGeocoder
    from hotspots.maps.privacy.earlier import Publication
    from hotspots.project.config.settings import Project
    from hotspots.project.run.inputs import Inputs
    from hotspots.schema import Allocation, GeocodingReport, Layer, PolygonPlan, Ranking


@dataclass(frozen=True, eq=False, slots=True)
class RunResult:
    """Everything that a run computed.

    Attributes
    ----------
    project
        The validated project file.
    units, incidents
        GeoDataFrames; each incident with its location and its assignment.
    repeats
        Rows that may report one event twice (:func:`hotspots.near_repeats`).
    geocoding
        The quality of the locations.
    plan
        The polygons.
    cells, unit_cells
        Events and victims by category, place and month: of polygons and of units.
    findings
        Rates and tests.
    chronology
        Rates and tests of each year or month alone.
    changes
        The last twelve months against the twelve before.
    layers
        Every layer on the polygons, rates included.
    ranking, allocation
        None where the project has no criteria or no budget.
    robustness
        How much the results depend on the plan and on its borders.
    inputs
        The inputs, as read.
    remarks
        The warnings of the run, each once.
    earlier
        What was published before, in the output that the run replaces and in the folders of
        ``public.earlier``.
    review
        The list of all that is published, line by line.
    """

    project: Project
    inputs: Inputs
    units: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    repeats: pd.DataFrame
    geocoding: GeocodingReport
    plan: PolygonPlan
    cells: Cells
    unit_cells: Cells
    findings: Findings
    chronology: Chronology
    changes: Changes
    layers: tuple[Layer, ...]
    ranking: Ranking | None
    allocation: Allocation | None
    robustness: Robustness
    remarks: tuple[HotspotsWarning, ...] = ()
    earlier: tuple[Publication, ...] = ()
    review: tuple[str, ...] = ()

    @property
    def counts(self) -> pd.DataFrame:
        """Events and victims by (polygon, category, month), zeros included."""
        return self.cells.frame()

    @property
    def unit_counts(self) -> pd.DataFrame:
        """Events and victims by (unit, category, month), zeros included."""
        return self.unit_cells.frame()

    @property
    def period(self) -> StudyPeriod:
        """The months that rates and tests are about."""
        return self.findings.period


def compute(
    project: Project,
    inputs: Inputs,
    progress: Callable[[str], None],
    *,
    online: OnlineGeocoder | None = None,
) -> RunResult:
    """Return the whole run of a project on its inputs.

    Parameters
    ----------
    project, inputs
        The settings, and the inputs that they name.
    progress
        Called with the name of each stage as it begins.
    online
        The online geocoder for addresses missing from the gazetteer.
    """
    units = inputs.units
    progress("geocode")
    incidents = inputs.incidents
    require_dates(project, incidents)
    period = resolved_period(project, incidents)
    warn_of_stray_dates(project, incidents, period)
    warn_of_reused_numbers(project, incidents)
    if inputs.gazetteer is not None or online is not None:
        incidents = geocode(incidents, inputs.gazetteer, online=online, progress=False)
    warn_of_sent_addresses(online)
    repeats = near_repeats(incidents)
    warn_of_repeats(repeats)
    report = geocoding_report(
        incidents, **known_places(inputs), alpha=project.tests.alpha, seed=project.project.seed
    )
    progress("polygons")
    plan = build_polygons(
        units,
        residents=project.polygons.residents,
        keep=inputs.kept,
        seed=project.project.seed,
        **plan_options(project),
    )
    require_polygons(project, plan)
    progress("assign")
    incidents = assign(
        incidents, units, membership=plan.membership, tolerance_m=project.polygons.tolerance_m
    )
    require_counted(project, incidents)
    warn_of_unknown_residents(incidents)
    progress("count")
    cells, unit_cells = (_counted(project, incidents, areas) for areas in (plan.polygons, units))
    progress("test")
    findings = find(project, plan, units, cells, unit_cells, period)
    progress("layers")
    layers = layers_of(project, inputs, plan, findings.rates)
    progress("rank")
    ranking, allocation = prioritize(project, plan, layers)
    progress("robustness")
    return RunResult(
        project=project,
        inputs=inputs,
        units=units,
        incidents=incidents,
        repeats=repeats,
        geocoding=report,
        plan=plan,
        cells=cells,
        unit_cells=unit_cells,
        findings=findings,
        chronology=chronology(project, plan, cells, period),
        changes=yearly_changes(project, plan, cells, period),
        layers=layers,
        ranking=ranking,
        allocation=allocation,
        robustness=robustness(project, inputs, plan, incidents, period),
    )


def _counted(project: Project, incidents: pd.DataFrame, areas: pd.DataFrame) -> Cells:
    categories = [*project.tests.categories]
    categories += [*sorted({*incidents[CATEGORY]} - {*categories, UNMAPPED}), UNMAPPED]
    return count_cells(incidents, areas, period="month", categories=categories)
