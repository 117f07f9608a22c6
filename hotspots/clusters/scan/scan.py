"""Scan: the circle that stands out most, wherever it lies and however large it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import numeric, projected_crs, share, unique_index, whole_number
from hotspots.clusters.labels import ALTERNATIVES, checked_settings, one_of
from hotspots.clusters.risk.rates import checked_counts, warn_of_nobody, whole_numbers
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.clusters.scan.circles import circles
from hotspots.clusters.scan.models import OneRisk, VaryingRisk
from hotspots.errors import InputError
from hotspots.schema import LEVELS, Label, ScanResult

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from hotspots.clusters.scan.circles import Circles
    from hotspots.clusters.scan.models import ScanModel

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

NULLS = ("robust", "binomial")
CHUNK = 128
"""Maps that are held at once; part of what a seed means, so it never changes."""

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
    """The places with data, from west to east and south to north; ``number`` in the index."""

    number: Integers
    events: Floats
    people: Floats
    xy: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Cluster:
    """A circle that was found: its center, its places (the farthest last), its ratio."""

    members: Integers
    ratio: float


def spatial_scan(
    count: pd.Series,
    exposure: pd.Series,
    areas: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    null: str = "robust",
    alternative: str = "greater",
    max_share: float = 0.5,
    alpha: float = 0.05,
    simulations: int = 999,
    seed: int = 0,
) -> ScanResult:
    """Return the most likely circular cluster, and secondary ones that do not overlap it.

    Every circle about every area's center is tried, up to a share of the residents; the
    largest log likelihood ratio is compared with the largest on maps without a cluster. So
    one p covers all places and all sizes, and nothing is left to correct.

    Parameters
    ----------
    count
        Events of each area (not victims).
    exposure
        Residents, or whatever is at risk, on the same index; an area without any is left out.
    areas
        The areas on the same index, in a CRS in meters. The center is the residents'
        (``center_x`` and ``center_y``, as :func:`build_polygons` gives them) where the frame
        has it, otherwise the centroid.
    null
        ``robust``: risk varies lognormally about the bulk's median, as in
        :func:`excess_risk`; what the data leave open about center and spread enters the
        simulated maps. ``binomial``: Kulldorff's, one risk everywhere given the total; it
        takes ordinary variation for clusters, and is for comparison.
    alternative
        ``greater`` (clusters of excess), ``less`` or ``two-sided``.
    max_share
        A circle holds at most this share of the exposure. With a large share one circle may
        cover several clusters and all that lies between: where a cluster is wide and its
        relative risk modest, look again with a smaller one, chosen beforehand.
    alpha
        A cluster whose p is at most this is labeled; secondary ones are listed only then.
    simulations
        Maps drawn without a cluster; the least p is 1 / (simulations + 1).
    seed
        The same seed gives the same bytes on any number of cores, in any order of rows.

    Returns
    -------
    ScanResult
        ``clusters`` by rank, ``table`` of the areas, and all parameters. A secondary
        cluster's p compares it with the largest ratio too, and is on the safe side.

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
    one_of(null, NULLS, "null")
    one_of(alternative, ALTERNATIVES, "alternative")
    checked_settings(alternative, "none", alpha, seed)
    share(max_share, "max_share")
    simulations = whole_number(
        simulations, "simulations", "Give a whole number from 1 on, e.g. 999."
    )
    places = _places(count, exposure, areas)
    zones = [zone for zone in circles(places.xy, places.people, max_share) if zone.size.size]
    if not zones:
        raise InputError(
            f"No area holds less than {max_share:.0%} of the exposure, so there is no circle to "
            "try. Use smaller areas, or a larger max_share."
        )
    found: list[_Cluster] = []
    p: list[float] = []
    model = _model(places, null)
    if places.events.any():
        largest = _simulated(model, zones, alternative, simulations, seed)
        found, p = _found(places, model, zones, alternative, largest, alpha)
    return ScanResult(
        clusters=_table(count.index, places, model, found, p, alpha),
        table=_areas_table(count.index, places, model, found, p, alpha),
        variable=str(count.name) if count.name is not None else "count",
        null=null,
        alternative=alternative,
        alpha=float(alpha),
        max_share=float(max_share),
        places=places.events.size,
        simulations=simulations,
        least_p=1 / (simulations + 1),
        seed=int(seed),
        level=LEVELS.get(str(count.index.name), ""),
    )


def _places(
    count: pd.Series, exposure: pd.Series, areas: gpd.GeoDataFrame | gpd.GeoSeries
) -> _Places:
    number, residents = checked_counts(count, exposure)
    whole_numbers(number)
    projected_crs(areas, "The areas")
    unique_index(areas, "The areas")
    missing = count.index.difference(areas.index, sort=False)
    if len(missing):
        raise InputError(
            f"{len(missing)} counts have no area (first {list(missing[:3])}). "
            "Take both from the same table."
        )
    warn_of_nobody(number, residents)
    areas = areas.loc[count.index]
    if {"center_x", "center_y"} <= set(getattr(areas, "columns", ())):
        for name in ("center_x", "center_y"):
            numeric(areas[name], f"The areas' column {name!r}")
        xy = areas[["center_x", "center_y"]].to_numpy(dtype=float)
    else:
        xy = np.column_stack([areas.geometry.centroid.x, areas.geometry.centroid.y])
    known = (number.notna() & (residents > 0)).to_numpy() & np.isfinite(xy).all(axis=1)
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} areas have a count, an exposure and a place. "
            "A scan needs at least 3."
        )
    events, people = number.to_numpy(), residents.to_numpy()
    order = np.lexsort((events, people, xy[:, 1], xy[:, 0]))
    order = order[known[order]]
    return _Places(order, events[order], people[order], xy[order])


def _model(places: _Places, null: str) -> ScanModel:
    # Without a single event there is no spread to fit, and nothing to scan.
    if null == "binomial" or not places.events.any():
        return OneRisk(places.people, int(places.events.sum()))
    return VaryingRisk(places.people, fit_robust_null(places.events, places.people))


def _simulated(
    model: ScanModel, zones: list[Circles], alternative: str, simulations: int, seed: int
) -> Floats:
    """Return the largest ratio of each map that was drawn without a cluster."""
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
    model: ScanModel, count: Floats, center: Floats, zone: Circles, alternative: str
) -> Floats:
    """Return the ratio of each map (a row) in each circle; 0 on the side not asked for."""
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
    alternative: str,
    largest: Floats,
    alpha: float,
) -> tuple[list[_Cluster], list[float]]:
    """Return the most likely cluster, then those that overlap no earlier one while p ≤ alpha."""
    center, events = model.observed_center(), places.events[None]
    ratios = [_ratios(model, events, center, zone, alternative)[0] for zone in zones]
    taken = np.zeros(places.events.size, dtype=bool)
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
    """Return the circle with the largest ratio that holds no taken place; of equals the first."""
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
        events, people, expected, risk = _risk(places, model, inside)
        reach = places.xy[inside[[0, -1]]]
        rows.append(
            {
                "center": index[places.number[inside[0]]],
                "radius_m": float(np.hypot(*(reach[1] - reach[0]))),
                "members": inside.size,
                "exposure": people,
                "count": int(events),
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
    """Return a circle's events, exposure, expected events and relative risk."""
    events, people = float(places.events[inside].sum()), float(places.people[inside].sum())
    expected = float(model.expected(np.array([people]))[0])
    return events, people, expected, model.relative_risk(events, expected)


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
    nothing = not places.events.any()
    label[places.number] = (Label.NO_EVIDENCE if nothing else Label.NOT_SIGNIFICANT).value
    for rank, (one, p_here) in enumerate(zip(found, p, strict=True), start=1):
        if p_here <= alpha:
            inside = places.number[one.members]
            cluster[inside], its_p[inside] = rank, p_here
            label[inside] = _label(_risk(places, model, one.members)[-1], p_here, alpha)
    return pd.DataFrame({"cluster": cluster, "p": its_p, "label": label.astype(str)}, index=index)
