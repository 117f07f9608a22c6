"""Comparison: two plans of the same units side by side."""

from __future__ import annotations

import pandas as pd

from hotspots.errors import InputError
from hotspots.schema import PlanComparison, PlanQuality, PolygonPlan


def compare_plans(first: PolygonPlan, second: PolygonPlan) -> PlanComparison:
    """Return two plans of the same units side by side, e.g. last year's and this year's.

    Parameters
    ----------
    first, second
        Plans as returned by :func:`build_polygons`. Residents are counted as in the second.

    Returns
    -------
    PlanComparison
        The numbers of both, which polygons share which units, and how many residents stay
        together.

    Raises
    ------
    InputError
        If the plans have no unit in common.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> import hotspots as hs
    >>> row = gpd.GeoDataFrame({"population": [6000.0, 6000.0, 5000.0, 5000.0]},
    ...     geometry=[box(x, 0, x + 500, 500) for x in (0, 500, 1000, 1500)], crs=32613,
    ...     index=pd.Index(["a", "b", "c", "d"], name="unit_id"))
    >>> halves = hs.build_polygons(row)
    >>> thirds = hs.build_polygons(row, residents=(5_000, 10_500))
    >>> both = compare_plans(halves, thirds)
    >>> both.table.loc["polygons"].tolist(), both.same_polygons
    ([2.0, 3.0, 1.0], 1)
    """
    pairs = pd.DataFrame({"first": first.membership, "second": second.membership})
    common = pairs.dropna()
    if common.empty:
        raise InputError(
            f"compare_plans: the plans have no unit in common (first {first.membership.index[0]!r} "
            f"and {second.membership.index[0]!r}). Compare plans of the same units."
        )
    common = common.assign(residents=second.residents.reindex(common.index))
    grouped = common.groupby(["first", "second"])["residents"]
    shared = pd.DataFrame({"units": grouped.size(), "residents": grouped.sum()}).reset_index()
    sizes = [plan.membership.value_counts() for plan in (first, second)]
    same = (shared["first"].map(sizes[0]) == shared["units"]) & (
        shared["second"].map(sizes[1]) == shared["units"]
    )
    residents = float(shared["residents"].sum())
    stayed = float(shared.groupby("first")["residents"].max().sum())
    return PlanComparison(
        table=_table(first.quality, second.quality),
        shared=shared,
        residents_together=stayed / residents if residents else 1.0,
        same_polygons=int(same.sum()),
    )


def _table(first: PlanQuality, second: PlanQuality) -> pd.DataFrame:
    columns = {"first": _measures(first), "second": _measures(second)}
    table = pd.DataFrame(columns).rename_axis(index="measure")
    return table.assign(difference=table["second"] - table["first"])


def _measures(quality: PlanQuality) -> dict[str, float]:
    return {
        "residents": quality.residents,
        "residents_in_bounds": quality.residents_in_bounds,
        "residents_impossible": quality.residents_impossible,
        "polygons": float(quality.polygons),
        "polygons_in_bounds": float(quality.polygons_in_bounds),
        "median_residents": quality.residents_spread[2],
        "compactness": quality.compactness,
        "least_compactness": quality.compactness_spread[0],
        **{f"within_variance_{name}": share for name, share in quality.within_variance.items()},
    }
