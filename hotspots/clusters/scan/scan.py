"""Spatial scan: the circle that stands out most, wherever it lies and however large it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import (
    numeric,
    one_of,
    projected_crs,
    share,
    unique_index,
    whole_number,
)
from hotspots.clusters.options import checked_options
from hotspots.clusters.risk.checked_counts import check_whole, checked_counts, warn_of_no_exposure
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.clusters.scan.circles import circles
from hotspots.clusters.scan.models import ConstantRisk, LognormalRisk
from hotspots.errors import InputError
from hotspots.schema import LEVELS, Label, ScanResult
from hotspots.schema.options import ScanNull

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from hotspots.clusters.scan.circles import Circles
    from hotspots.clusters.scan.models import ScanModel
    from hotspots.schema.options import Alternative

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

CHUNK = 128
"""Maps that are held at once. Changing it would change the results of every seed."""

_SAME_RATIO = 1e-9
_COLUMNS = [
    "center",
    "radius_m",
    "members",
    "exposure",
    "count",
    "expected",
    "relative_risk",
    "log_likelihood_ratio",
    "p",
    "label",
]


@dataclass(frozen=True, eq=False, slots=True)
class _Places:
    """The places with data, west to east and south to north; ``number`` is that in the index."""

    number: Integers
    counts: Floats
    exposure: Floats
    xy: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Cluster:
    """A circle: its places, from the center to the farthest, and its ratio."""

    members: Integers
    ratio: float


def spatial_scan(
    counts: pd.Series,
    exposure: pd.Series,
    areas: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    max_share: float = 0.5,
    alternative: Alternative = "greater",
    alpha: float = 0.05,
    simulations: int = 999,
    null: ScanNull = "spread",
    seed: int = 0,
) -> ScanResult:
    """Return the most likely circular cluster, and secondary ones that do not overlap it.

    Every circle around every area's center is tried, up to a share of the exposure; the
    largest log likelihood ratio is compared with the largest on maps without a cluster. So
    one p covers all places and all sizes, and there is nothing left to correct.

    Parameters
    ----------
    counts
        Events of each area (not victims).
    exposure
        Residents, or whatever is at risk, on the same index; an area without any is left out.
    areas
        The areas on the same index, in a CRS in meters. Their centers are those of the
        residents if the frame has them (``center_x`` and ``center_y``, as from
        :func:`build_polygons`), otherwise the centroids.
    max_share
        Largest share of the exposure in a circle. With a large share one circle may cover
        several clusters and everything between them: if a cluster is wide and its relative
        risk modest, look again with a smaller share, chosen beforehand.
    alternative
        ``greater`` (clusters of excess), ``less`` or ``two-sided``.
    alpha
        Level at which a cluster is labeled; secondary clusters are listed only if they reach it.
    simulations
        Maps simulated without a cluster; the least p is 1 / (simulations + 1).
    null
        ``spread``: risk varies lognormally about the median of the bulk, as in
        :func:`excess_risk`; the uncertainty of center and spread enters the simulated maps.
        ``binomial``: Kulldorff's, the same risk everywhere given the total; it mistakes
        ordinary variation for clusters, and is meant for comparison.
    seed
        The same seed gives the same result, bit for bit, on any number of cores and in any row
        order.

    Returns
    -------
    ScanResult
        ``clusters`` by rank, ``table`` of the areas, and all parameters. The p of a secondary
        cluster also compares it with the largest ratio of each map, which is conservative.

    Raises
    ------
    InputError
        For counts that are negative, infinite or not whole, another index, fewer than 3
        areas with data, no circle within ``max_share``, or unknown options.
    CrsError
        For areas that are not in meters.

    References
    ----------
    Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481–1496.

    Examples
    --------
    >>> import geopandas as gpd
    >>> places = [f"p{i}" for i in range(64)]
    >>> points = gpd.points_from_xy(np.arange(64) % 8 * 900.0, np.arange(64) // 8 * 900.0)
    >>> areas = gpd.GeoDataFrame(geometry=points, index=places, crs=32613)
    >>> residents = pd.Series(12_000, index=places)
    >>> thefts = pd.Series([20, 27, 14, 19, 23, 17, 24, 16] * 8, index=places)
    >>> thefts[["p2", "p9", "p10", "p11", "p18"]] = 60
    >>> result = spatial_scan(thefts, residents, areas, simulations=199)
    >>> result.clusters[["members", "count", "p", "label"]]
          members  count      p   label
    rank
    1           5    300  0.005  excess
    >>> result.table.loc[["p1", "p2"]]
        cluster      p            label
    p1     <NA>    NaN  not significant
    p2        1  0.005           excess
    """
    one_of(null, ScanNull, "null")
    checked_options(alternative=alternative, alpha=alpha, seed=seed)
    share(max_share, "max_share")
    simulations = whole_number(
        simulations, "simulations", "Give a whole number from 1 on, e.g. 999."
    )
    places = _places(counts, exposure, areas)
    zones = [zone for zone in circles(places.xy, places.exposure, max_share) if zone.size.size]
    if not zones:
        raise InputError(
            f"Every area holds more than {max_share:.0%} of the exposure, so there is no circle to "
            "try. Use smaller areas, or a larger max_share."
        )
    found: list[_Cluster] = []
    p: list[float] = []
    model = _model(places, null)
    if places.counts.any():
        largest = _simulated(model, zones, alternative, simulations, seed)
        found, p = _found(places, model, zones, alternative, largest, alpha)
    return ScanResult(
        clusters=_table(counts.index, places, model, found, p, alpha),
        table=_areas_table(counts.index, places, model, found, p, alpha),
        variable=str(counts.name) if counts.name is not None else "count",
        null=null,
        alternative=alternative,
        alpha=float(alpha),
        max_share=float(max_share),
        places=places.counts.size,
        simulations=simulations,
        least_p=1 / (simulations + 1),
        seed=int(seed),
        level=LEVELS.get(str(counts.index.name), ""),
    )


def _places(
    counts: pd.Series, exposure: pd.Series, areas: gpd.GeoDataFrame | gpd.GeoSeries
) -> _Places:
    numbers, residents = checked_counts(counts, exposure)
    check_whole(numbers)
    projected_crs(areas, "The areas")
    unique_index(areas, "The areas")
    missing = counts.index.difference(areas.index, sort=False)
    if len(missing):
        raise InputError(
            f"{len(missing)} counts have no area (first {list(missing[:3])}). "
            "Take both from the same table."
        )
    warn_of_no_exposure(numbers, residents)
    areas = areas.loc[counts.index]
    if {"center_x", "center_y"} <= set(getattr(areas, "columns", ())):
        for name in ("center_x", "center_y"):
            numeric(areas[name], f"The areas' column {name!r}")
        xy = areas[["center_x", "center_y"]].to_numpy(dtype=float)
    else:
        xy = np.column_stack([areas.geometry.centroid.x, areas.geometry.centroid.y])
    known = (numbers.notna() & (residents > 0)).to_numpy() & np.isfinite(xy).all(axis=1)
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} areas have a count, an exposure and a center. "
            "A scan needs at least 3."
        )
    count, at_risk = numbers.to_numpy(), residents.to_numpy()
    order = np.lexsort((count, at_risk, xy[:, 1], xy[:, 0]))
    order = order[known[order]]
    return _Places(order, count[order], at_risk[order], xy[order])


def _model(places: _Places, null: ScanNull) -> ScanModel:
    # Without any event there is no spread to fit, and nothing to scan.
    if null == "binomial" or not places.counts.any():
        return ConstantRisk(places.exposure, int(places.counts.sum()))
    return LognormalRisk(places.exposure, fit_robust_null(places.counts, places.exposure))


def _simulated(
    model: ScanModel, zones: list[Circles], alternative: Alternative, simulations: int, seed: int
) -> Floats:
    """Return the largest ratio of each map simulated without a cluster."""
    largest = []
    for chunk, start in enumerate(range(0, simulations, CHUNK)):
        maps = min(CHUNK, simulations - start)
        count, center = model.draw(CHUNK, np.random.SeedSequence(seed, spawn_key=(chunk,)))
        count, center = count[:maps], center[:maps]
        best = np.zeros(maps)
        for zone in zones:
            ratio = _ratios(model, count, center, zone, alternative)
            np.maximum(best, ratio.max(axis=1), out=best)
        largest.append(best)
    return np.concatenate(largest)


def _ratios(
    model: ScanModel, count: Floats, center: Floats, zone: Circles, alternative: Alternative
) -> Floats:
    """Return the ratio of each map (row) and circle; 0 on the side not asked for."""
    within = np.cumsum(count[:, zone.order], axis=1)
    if zone.size.size < zone.order.size:
        within = within[:, zone.size - 1]
    ratio, expected = model.ratios(within, center, zone)
    if alternative == "greater":
        ratio[within <= expected] = 0.0
    elif alternative == "less":
        ratio[within >= expected] = 0.0
    return ratio


def _found(
    places: _Places,
    model: ScanModel,
    zones: list[Circles],
    alternative: Alternative,
    largest: Floats,
    alpha: float,
) -> tuple[list[_Cluster], list[float]]:
    """Return the most likely cluster, then non-overlapping ones as long as p ≤ alpha."""
    center, observed = model.observed_center(), places.counts[None]
    ratios = [_ratios(model, observed, center, zone, alternative)[0] for zone in zones]
    taken = np.zeros(places.counts.size, dtype=bool)
    found: list[_Cluster] = []
    p: list[float] = []
    while (cluster := _best(zones, ratios, taken)) is not None:
        floor = cluster.ratio * (1 - _SAME_RATIO)
        its_p = float((1 + (largest >= floor).sum()) / (1 + largest.size))
        if found and its_p > alpha:
            break
        taken[cluster.members] = True
        found.append(cluster)
        p.append(its_p)
    return found, p


def _best(
    zones: list[Circles], ratios: list[Floats], taken: npt.NDArray[np.bool_]
) -> _Cluster | None:
    """Return the circle with the largest ratio and no taken place; of ties the first."""
    best: _Cluster | None = None
    for zone, ratio in zip(zones, ratios, strict=True):
        hit = taken[zone.order]
        free = int(np.argmax(hit)) if hit.any() else hit.size
        allowed = int(np.searchsorted(zone.size, free, side="right"))
        if allowed:
            at = int(np.argmax(ratio[:allowed]))
            floor = best.ratio * (1 + _SAME_RATIO) if best else 0.0
            if ratio[at] > floor:
                best = _Cluster(zone.order[: zone.size[at]], float(ratio[at]))
    return best


def _table(
    index: pd.Index,
    places: _Places,
    model: ScanModel,
    found: list[_Cluster],
    p: list[float],
    alpha: float,
) -> pd.DataFrame:
    rows = []
    for cluster, its_p in zip(found, p, strict=True):
        inside = cluster.members
        count, exposure, expected, risk = _risk(places, model, inside)
        reach = places.xy[inside[[0, -1]]]
        rows.append(
            {
                "center": index[places.number[inside[0]]],
                "radius_m": float(np.hypot(*(reach[1] - reach[0]))),
                "members": inside.size,
                "exposure": exposure,
                "count": int(count),
                "expected": expected,
                "relative_risk": risk,
                "log_likelihood_ratio": cluster.ratio,
                "p": its_p,
                "label": _label(risk, its_p, alpha),
            }
        )
    ranks = pd.RangeIndex(1, len(rows) + 1, name="rank")
    return pd.DataFrame(rows, index=ranks, columns=_COLUMNS)


def _risk(places: _Places, model: ScanModel, inside: Integers) -> tuple[float, float, float, float]:
    """Return count, exposure, expected count and relative risk of a circle."""
    count, exposure = float(places.counts[inside].sum()), float(places.exposure[inside].sum())
    expected = float(model.expected(np.array([exposure]))[0])
    return count, exposure, expected, model.relative_risk(count, expected)


def _label(risk: float, p: float, alpha: float) -> str:
    side = Label.EXCESS if risk > 1 else Label.DEFICIT
    return (side if p <= alpha else Label.NOT_SIGNIFICANT).value


def _areas_table(
    index: pd.Index,
    places: _Places,
    model: ScanModel,
    found: list[_Cluster],
    p: list[float],
    alpha: float,
) -> pd.DataFrame:
    cluster = pd.array([pd.NA] * len(index), dtype="Int64")
    its_p = np.full(len(index), np.nan)
    label = np.full(len(index), Label.NO_DATA.value, dtype=object)
    nothing = not places.counts.any()
    label[places.number] = (Label.NO_EVIDENCE if nothing else Label.NOT_SIGNIFICANT).value
    for rank, (one, p_here) in enumerate(zip(found, p, strict=True), start=1):
        if p_here <= alpha:
            inside = places.number[one.members]
            cluster[inside], its_p[inside] = rank, p_here
            label[inside] = _label(_risk(places, model, one.members)[-1], p_here, alpha)
    return pd.DataFrame({"cluster": cluster, "p": its_p, "label": label.astype(str)}, index=index)
