"""Stability: which verdicts would differ in another plan, or across a border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.errors import InputError
from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.plan.quality import near_points
from hotspots.schema import AssignmentStatus, BorderSensitivity, PlanStability, PolygonPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    Verdicts: TypeAlias = pd.Series | pd.DataFrame


def plan_stability(
    units: gpd.GeoDataFrame,
    plan: PolygonPlan,
    judge: Callable[[PolygonPlan], Verdicts],
    *,
    plans: int = 20,
    **options: Any,
) -> PlanStability:
    """Return how often each unit is judged the same in other plans that are as good.

    Why this plan and not another? Many plans keep the bounds equally well; what is said of a
    place should not depend on which of them was taken.

    Parameters
    ----------
    units
        The units that ``plan`` was built from.
    plan
        The plan in question. Others are drawn with the seeds that follow its own.
    judge
        Takes a plan and returns a Series or a DataFrame of true and false on its polygons' index:
        labeled, funded …
    plans
        Plans to draw. One that has fewer residents in bounds than ``plan`` is left out.
    **options
        What else ``plan`` was built with: the options of :func:`build_polygons`, but for
        ``residents`` and ``seed``, which the plan says itself, and ``keep``.

    Returns
    -------
    PlanStability
        Per unit and verdict, the share of the plans in which the unit lies in a polygon of
        which the verdict is true; NaN where no other plan is as good.

    Raises
    ------
    InputError
        If ``plans`` is below 1, or the judge does not judge every polygon.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> import hotspots as hs
    >>> squares = gpd.GeoDataFrame({"population": 3000.0, "robberies": [9, 9] + [1] * 14},
    ...     geometry=[box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)], crs=32613,
    ...     index=pd.Index([f"u{i:02d}" for i in range(16)], name="unit_id"))
    >>> plan = hs.build_polygons(squares)
    >>> def most(other):
    ...     robberies = squares["robberies"].groupby(other.membership).sum()
    ...     return robberies == robberies.max()
    >>> found = plan_stability(squares, plan, most, plans=5)
    >>> float(found.table.loc["u00"].iloc[0]), float(found.table.loc["u15"].iloc[0])
    (1.0, 0.0)
    """
    if isinstance(plans, bool) or int(plans) != plans or plans < 1:
        raise InputError(f"plan_stability: plans came as {plans!r}. Give 20 or more.")
    least = plan.quality.residents_in_bounds - 0.5
    shares: list[pd.DataFrame] = []
    for step in range(1, plans + 1):
        other = build_polygons(
            units, residents=plan.quality.bounds, seed=plan.quality.seed + step, **options
        )
        if other.quality.residents_in_bounds < least:
            continue
        verdicts = _verdicts(judge(other), other.polygons.index, "plan_stability")
        shares.append(verdicts.loc[other.membership].set_axis(other.membership.index))
    if shares:
        table = sum(shares[1:], start=shares[0]) / len(shares)
    else:
        verdicts = _verdicts(judge(plan), plan.polygons.index, "plan_stability")
        table = verdicts.loc[plan.membership].set_axis(plan.membership.index) * np.nan
    return PlanStability(table, len(shares), plans - len(shares))


def border_sensitivity(
    incidents: gpd.GeoDataFrame,
    polygons: gpd.GeoDataFrame,
    judge: Callable[[gpd.GeoDataFrame], Verdicts],
    *,
    distance_m: float = 50.0,
    draws: int = 20,
    seed: int = 0,
) -> BorderSensitivity:
    """Return which verdicts change when incidents near a border fall on either side of it.

    Streets are borders, and points are snapped to streets. Each counted incident within
    ``distance_m`` of two polygons or more is given to one of them, all equally likely, and the
    polygons are judged again.

    Parameters
    ----------
    incidents
        After :func:`assign`; not changed.
    polygons
        The polygons on ``polygon_id``, in the same reference system.
    judge
        Takes the incidents and returns a Series or a DataFrame of true and false on the
        polygons' index.
    distance_m
        Meters from a border within which an incident may as well lie on the other side.
    draws
        Times that sides are drawn.
    seed
        Seed of the draws.

    Returns
    -------
    BorderSensitivity
        Per polygon and verdict, the share of the draws in which it is judged otherwise.

    Raises
    ------
    ColumnError
        If the incidents were not assigned to polygons.
    CrsError
        If the reference systems differ.
    InputError
        If the distance or the number of draws is not positive.
    """
    what = "border_sensitivity"
    _checks.columns_present(incidents.columns, [schema.ASSIGNMENT_STATUS, schema.POLYGON_ID], what)
    _checks.same_crs(incidents, polygons, f"{what}: incidents and polygons")
    if not 0 < distance_m < np.inf:
        raise InputError(f"{what}: distance_m came as {distance_m}. Give meters above 0.")
    if isinstance(draws, bool) or int(draws) != draws or draws < 1:
        raise InputError(f"{what}: draws came as {draws!r}. Give 20 or more.")
    counted = incidents[schema.ASSIGNMENT_STATUS].isin([str(fate) for fate in schema.COUNTED])
    points = np.asarray(incidents.geometry[counted].to_numpy(), dtype=object)
    shapes = np.asarray(polygons.geometry.to_numpy(), dtype=object)
    row, side = _sides(points, shapes, distance_m)
    there = _verdicts(judge(incidents), polygons.index, what)
    changed = pd.DataFrame(0.0, index=there.index, columns=there.columns)
    # Drawn in the order of row_id, so that the order of the rows shows nowhere.
    where = np.flatnonzero(counted.to_numpy())[row]
    order = np.lexsort((side, incidents.index.to_numpy()[where]))
    where, side = where[order], side[order]
    first = np.flatnonzero(np.diff(where, prepend=-1))
    sides = np.diff(np.append(first, len(where)))
    for number in range(draws):
        rng = np.random.default_rng([seed, number])
        drawn = side[first + (rng.random(len(first)) * sides).astype(np.int64)]
        moved = incidents.copy()
        names = incidents[schema.POLYGON_ID].astype(object).to_numpy(copy=True)
        names[where[first]] = polygons.index.to_numpy()[drawn]
        moved[schema.POLYGON_ID] = names
        moved.loc[moved.index[where[first]], schema.ASSIGNMENT_STATUS] = str(
            AssignmentStatus.INSIDE
        )
        changed += (_verdicts(judge(moved), polygons.index, what) != there).astype(float)
    share = len(first) / len(points) if len(points) else float("nan")
    return BorderSensitivity(changed / draws, share, float(distance_m), int(draws), int(seed))


def _sides(
    points: np.ndarray, shapes: np.ndarray, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (point, polygon) of the points within the distance of two polygons or more."""
    close = near_points(points, shapes, distance)
    row, side = shapely.STRtree(shapes).query(points[close], predicate="dwithin", distance=distance)
    several = np.bincount(row, minlength=len(close))[row] > 1
    return close[row[several]], side[several]


def _verdicts(judged: Verdicts, index: pd.Index, what: str) -> pd.DataFrame:
    frame = judged.to_frame("verdict") if isinstance(judged, pd.Series) else judged
    lost = index.difference(frame.index)
    if len(lost):
        raise InputError(
            f"{what}: the judge says nothing of {len(lost)} polygons, first {lost[0]!r}. "
            "Return true or false for each of them."
        )
    return frame.reindex(index).astype(float)
