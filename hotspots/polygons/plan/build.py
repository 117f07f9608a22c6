"""Building a plan: units are joined into polygons with residents within two bounds."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots import _checks, schema
from hotspots.catalogue import remark
from hotspots.errors import ColumnError, InputError
from hotspots.polygons import rules
from hotspots.polygons.bounds import Bounds
from hotspots.polygons.plan import keep as keeping
from hotspots.polygons.plan import quality, shapes
from hotspots.polygons.proofs import exceptions
from hotspots.polygons.regions import Merit
from hotspots.polygons.search import search
from hotspots.polygons.unit_graph import unit_graph
from hotspots.schema import PlanQuality, PolygonPlan
from hotspots.spatial.adjacency import GAP_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.polygons.plan.keep import Keep
    from hotspots.polygons.rules import Fixed
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]

FROM_INCIDENTS = frozenset(
    {"events", "victims", "incidents", "crimes", "count", "counts", "rate", "rate_low",
     "rate_high", "crude_rate", "smoothed_rate", "standardized_rate", "expected", "excess",
     "share_hot", "share_cold", "least_q", schema.EVENT_ID, schema.CATEGORY}
)  # fmt: skip
"""Columns that this library itself makes from incidents."""

NARROW = 1.2


def build_polygons(
    units: gpd.GeoDataFrame,
    *,
    residents: tuple[float, float] = (10_000, 15_000),
    similarity: Sequence[str] = (),
    name: str | None = None,
    seed: int = 0,
    compactness_weight: float = 0.5,
    gap_m: float = GAP_M,
    fixed: Fixed | None = None,
    within: str | Sequence[str] = (),
    keep: Keep | None = None,
    effort: int = 1,
) -> PolygonPlan:
    """Return polygons of contiguous units, each with residents within the bounds.

    Priorities: every polygon contiguous; as many residents as possible within bounds; then
    polygons that are homogeneous (``similarity``) and compact. What cannot be within bounds is a
    polygon all the same, and ``plan.exceptions`` says why. The same seed gives the same plan,
    for any order of the rows.

    Parameters
    ----------
    units
        As returned by :func:`~hotspots.polygons.units.read.read_units`.
    residents
        Fewest and most residents of a polygon.
    similarity
        Numeric columns of ``units`` in which a polygon's units should be alike. Columns derived
        from incidents are refused: they would draw the hot spots into the borders. They are
        recognized by the names that this library gives them.
    name
        Column of ``units`` with the place's name; a polygon is named after the place where
        most of its residents live, a repeated name with a number.
    seed
        Seed of the random draws.
    compactness_weight
        0 to 1: weight of compactness against homogeneity.
    gap_m
        Widest gap in meters across which units still touch (:func:`hotspots.neighbors`).
    fixed
        A column whose values say which units stay together (a police beat; missing for units
        that are free), or ``{"together": [[unit, unit], …], "apart": [[unit, unit], …]}``. In
        a list of ``apart`` a side may itself be a list: the banks of a river.
    within
        Columns whose borders no polygon crosses, e.g. the municipality.
    keep
        Last year's plan, its membership or its polygons. Polygons keep their identifiers; units
        move only to keep polygons contiguous and within bounds, and ``plan.changes`` lists them.
        The search looks for few moves, with no proof that they are the fewest; ``similarity``,
        compactness and ``effort`` play no part.
    effort
        Plans drawn for each connected piece of units, of which the one with most residents in
        bounds, then the best by ``compactness_weight``, is taken. More is never worse.

    Returns
    -------
    PolygonPlan
        See :class:`~hotspots.schema.PolygonPlan`.

    Raises
    ------
    CrsError
        If the units are not in meters.
    ColumnError
        If a column is missing, not numeric or made from incidents.
    InputError
        If the bounds are the wrong way round, ids repeat, nobody lives anywhere, populations
        are missing or negative, a similarity column has gaps, units that ``fixed`` keeps
        together do not touch or are to be apart as well, or no unit lay in a polygon of
        ``keep``. Units together that are too many are an exception of the plan.

    Warns
    -----
    HotspotsWarning
        If the bounds are narrower than a factor of 1.2, with the residents left out of them.

    Notes
    -----
    Pieces are cut in two by straight sweeps, and again until each part fits; where none does,
    along random spanning trees [1]_. What is still out of bounds is joined with its neighbors
    and split again [2]_, small groups by looking at all divisions. Then neighbors divide the
    units along their border anew while that lowers ``w·(1 − Polsby–Popper) + (1 − w)·variance
    left within``, averaged over the polygons, with ``w = compactness_weight``.

    References
    ----------
    .. [1] Assunção, R. M. et al. (2006). Efficient regionalization techniques for
       socio-economic geographical units using minimum spanning trees. International Journal of
       Geographical Information Science 20(7), 797–811.
    .. [2] DeFord, D., Duchin, M. and Solomon, J. (2021). Recombination: a family of Markov
       chains for redistricting. Harvard Data Science Review 3(1).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> row = gpd.GeoDataFrame({"population": [6000.0, 6000.0, 7000.0, 5000.0]},
    ...     geometry=[box(x, 0, x + 500, 500) for x in (0, 500, 1000, 1500)], crs=32613,
    ...     index=pd.Index(["a", "b", "c", "d"], name="unit_id"))
    >>> plan = build_polygons(row)
    >>> plan.polygons["population"].tolist(), plan.quality.residents_in_bounds
    ([12000.0, 12000.0], 24000.0)
    """
    floor, ceiling = _checks.bounds_in_order(residents, "build_polygons: residents")
    bounds = Bounds(floor, ceiling)
    _check(units, name, compactness_weight, gap_m, effort)
    ordered = units.set_axis(units.index.astype(str).rename(schema.UNIT_ID), axis=0).sort_index()
    traits = _standardized(ordered, list(similarity))
    kept_to = rules.rules(ordered, fixed, [within] if isinstance(within, str) else within)
    whole = unit_graph(ordered, traits, gap_m)
    last = None if keep is None else keeping.kept(ordered, keep)
    task = search.Task(
        bounds=bounds,
        merit=Merit(compactness_weight, bounds.middle),
        seed=seed,
        effort=effort,
        units=np.bincount(kept_to.block),
        kept=None if last is None else _kept_blocks(last, kept_to, whole),
    )
    drawn = search.draw(rules.under_rules(whole, ordered.index, kept_to), task, kept_to.apart)
    labels = drawn.labels[kept_to.block]
    named = None if last is None else keeping.identifiers(last, labels, whole.population)
    polygons, membership = shapes.polygons(ordered, labels, bounds, name, named, clean=whole.clean)
    if last is not None and last.names is not None:
        polygons[schema.NAME] = last.names.reindex(polygons.index).fillna(polygons[schema.NAME])
    left_out = exceptions.table(drawn.reasons, labels, polygons, membership)
    record = quality.plan_quality(
        ordered, polygons, membership, left_out, similarity=similarity, bounds=bounds, seed=seed
    )
    _warn_of_narrow_bounds(record)
    changed = keeping.changes(ordered, last, membership, ceiling)
    people = ordered[schema.POPULATION].astype(float)
    return PolygonPlan(polygons, membership, left_out, record, changed, people)


def _kept_blocks(last: keeping.Kept, kept_to: rules.Rules, whole: UnitGraph) -> Integers:
    """Return last year's polygon of each block: the one of most of its residents."""
    block, count = kept_to.block, int(kept_to.block.max()) + 1
    # A unit where nobody lives counts for next to nothing, but for something.
    people = pd.DataFrame({"block": block, "old": last.label, "n": whole.population + 1e-6})
    known = people[people["old"] >= 0]
    sums = known.groupby(["block", "old"])["n"].sum().reset_index()
    most = sums.sort_values(["block", "n", "old"], ascending=[True, False, True])
    first = most.drop_duplicates("block")
    found = np.full(count, -1, dtype=np.int64)
    found[first["block"]] = first["old"]
    return found


def _warn_of_narrow_bounds(record: PlanQuality) -> None:
    floor, ceiling = record.bounds
    if ceiling < NARROW * floor:
        out = record.residents - record.residents_in_bounds
        warnings.warn(
            remark(
                "narrow_bounds",
                floor=round(floor),
                ceiling=round(ceiling),
                factor=NARROW,
                out=round(out),
                residents=round(record.residents),
            ),
            stacklevel=3,
        )


def _check(
    units: gpd.GeoDataFrame,
    name: str | None,
    compactness_weight: float,
    gap_m: float,
    effort: int,
) -> None:
    what = "build_polygons: units"
    _checks.columns_present(units.columns, [schema.POPULATION, *([name] if name else [])], what)
    if units.empty:
        raise InputError(f"{what}: there are none. Read them with read_units().")
    _checks.projected_crs(units, what)
    _checks.unique_index(units, what)
    population = pd.to_numeric(units[schema.POPULATION], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(population) | (population < 0)
    if bad.any():
        raise InputError(
            f"{what}: the population of {int(bad.sum())} units is missing, infinite or negative, "
            f"first {units.index[bad][0]!r}. read_units() checks this at the door."
        )
    if population.sum() == 0:
        raise InputError(f"{what}: nobody lives in any of them. Name the residents' column.")
    if not 0 <= compactness_weight <= 1:
        raise InputError(
            f"build_polygons: compactness_weight came as {compactness_weight}. "
            "Give 0 (likeness alone) to 1 (compactness alone)."
        )
    _checks.at_least_zero(gap_m, "build_polygons: gap_m", "Give meters from 0 on.")
    if isinstance(effort, bool) or int(effort) != effort or effort < 1:
        raise InputError(f"build_polygons: effort came as {effort!r}. Give 1, 2, 3, …")


def _standardized(units: gpd.GeoDataFrame, columns: list[str]) -> NDArray[np.float64]:
    """Return the similarity columns with residents' mean 0 and variance 1."""
    what = "build_polygons: similarity"
    _checks.columns_present(units.columns, columns, what)
    made = [column for column in columns if column.lower() in FROM_INCIDENTS]
    if made:
        raise ColumnError(
            f"{what}: {', '.join(map(repr, made))} is made from incidents, and would draw the "
            "hot spots into the borders. Use columns of the census."
        )
    table = np.empty((len(units), len(columns)), dtype=float)
    weight = units[schema.POPULATION].to_numpy(dtype=float)
    for place, column in enumerate(columns):
        if not pd.api.types.is_numeric_dtype(units[column].dtype):
            raise ColumnError(f"{what}: {column!r} is not numeric. Use a column of numbers.")
        values = units[column].to_numpy(dtype=float, na_value=np.nan)
        # In an uninhabited unit a percentage of residents is rightly missing, and has no weight.
        gap = ~np.isfinite(values) & (weight > 0)
        if gap.any():
            raise InputError(
                f"{what}: {column!r} is missing in {int(gap.sum())} units with residents, first "
                f"{units.index[gap][0]!r}. Fill the gaps, or leave the column out."
            )
        known = np.where(weight > 0, values, 0.0)
        centered = known - np.average(known, weights=weight)
        spread = float(np.sqrt(np.average(centered**2, weights=weight)))
        table[:, place] = np.where(weight > 0, centered / spread if spread > 0 else 0.0, 0.0)
    return table
