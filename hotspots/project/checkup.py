"""``hs.check``: the quality of a project's inputs, without a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hotspots import schema
from hotspots._notes import note_keys
from hotspots.polygons.units.problems import unit_problems
from hotspots.project.config.settings import Project, load_project
from hotspots.project.run.inputs import Inputs, read_inputs
from hotspots.project.run.public_result import require_publishable
from hotspots.spatial.adjacency import adjacency

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.incidents.taxonomy.taxonomy import Taxonomy


@dataclass(frozen=True, eq=False, slots=True)
class Checkup:
    """The quality of a project's inputs.

    Attributes
    ----------
    project
        The validated project file.
    rows
        Number of rows in the table of incidents.
    by_status
        Location status → rows; sums to ``rows``.
    repaired, problems
        Key of the repair or problem (:class:`hotspots._notes.Note`) → rows; a row with several
        counts once for each.
    unmapped
        Label without a class in the taxonomy → rows.
    categories
        Category → rows.
    dates
        First and last date, and the number of rows without one.
    units, residents
        Number of units and of their residents.
    isolates, inhabited
        Units with residents of which no neighbor has any, and units with residents.
    unit_problems
        DataFrame ``unit_id``, ``problem``, ``detail``.
    taxonomy
        The classes of the labels, with their titles.
    files
        Input → size in bytes.
    """

    project: Project
    rows: int
    by_status: pd.Series
    repaired: pd.Series
    problems: pd.Series
    unmapped: pd.Series
    categories: pd.Series
    dates: tuple[str, str, int]
    units: int
    residents: float
    isolates: int
    inhabited: int
    unit_problems: pd.DataFrame
    taxonomy: Taxonomy
    files: dict[str, int]

    @property
    def too_many_isolates(self) -> bool:
        """True where a headline test of clustering on units would say *not tested*."""
        return self.isolates > schema.MOST_ISOLATES * self.inhabited


def check(project_file: str | Path) -> Checkup:
    """Read a project's inputs and return their quality; nothing is computed or written.

    Parameters
    ----------
    project_file
        A TOML file.

    Returns
    -------
    Checkup
        Rows by status, repairs, problems, unknown labels, dates, and problems of the units.

    Raises
    ------
    HotspotsError
        If an input cannot be read at all.

    Examples
    --------
    >>> import hotspots as hs
    >>> found = hs.check(hs.sample("tumbes") / "project.toml")
    >>> int(found.by_status.sum()) == found.rows
    True
    """
    file = Path(project_file)
    project = load_project(file)
    inputs = read_inputs(project, file.parent)
    require_publishable(project, inputs)
    return _checkup(project, inputs)


def _checkup(project: Project, inputs: Inputs) -> Checkup:
    incidents: gpd.GeoDataFrame = inputs.incidents
    dates = incidents[schema.DATE].dropna()
    unmapped = incidents[incidents[schema.CATEGORY] == schema.UNMAPPED]
    lived_in = inputs.units[inputs.units[schema.POPULATION] > 0]
    neighborly = adjacency(lived_in.geometry.to_numpy(), gap_m=project.units.gap_m)
    return Checkup(
        project=project,
        rows=len(incidents),
        by_status=_tally(incidents[schema.LOCATION_STATUS]),
        repaired=note_keys(incidents[schema.REPAIR]),
        problems=note_keys(incidents[schema.PROBLEM]),
        unmapped=_tally(unmapped[schema.CATEGORY_SOURCE]),
        categories=_tally(incidents[schema.CATEGORY]),
        dates=(
            str(dates.min())[:10] if len(dates) else "",
            str(dates.max())[:10] if len(dates) else "",
            int(incidents[schema.DATE].isna().sum()),
        ),
        units=len(inputs.units),
        residents=float(inputs.units[schema.POPULATION].sum()),
        isolates=len(neighborly.isolates(len(lived_in))),
        inhabited=len(lived_in),
        unit_problems=unit_problems(inputs.units, gap_m=project.units.gap_m),
        taxonomy=inputs.taxonomy,
        files={name: path.stat().st_size for name, path in inputs.files.items()},
    )


def _tally(values: pd.Series) -> pd.Series:
    return values[values.astype(str) != ""].astype(str).value_counts()
