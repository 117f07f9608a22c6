"""Frozen records of plans of polygons: quality, comparison, stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

Spread: TypeAlias = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PlanQuality:
    """The quality of a plan of polygons, and the best that was possible.

    Attributes
    ----------
    residents
        Residents in all units.
    residents_in_bounds
        Residents who live in polygons within the bounds.
    residents_impossible
        Residents that provably no plan can place within the bounds.
    impossible_by_reason
        Reason → number of such residents, the largest first.
    polygons, polygons_in_bounds
        Numbers of polygons.
    residents_spread
        Minimum, quartiles and maximum of the residents of the polygons in bounds.
    compactness
        Mean Polsby–Popper (4π·area / perimeter²) of the polygons in bounds.
    compactness_spread
        Minimum, quartiles and maximum of the Polsby–Popper of the polygons in bounds.
    within_variance
        Share of each similarity column's population-weighted variance left within polygons.
    bounds
        (floor, ceiling) in residents.
    seed
        The seed of the plan.
    """

    residents: float
    residents_in_bounds: float
    residents_impossible: float
    impossible_by_reason: Mapping[str, float]
    polygons: int
    polygons_in_bounds: int
    residents_spread: Spread
    compactness: float
    compactness_spread: Spread
    within_variance: Mapping[str, float]
    bounds: tuple[float, float]
    seed: int


@dataclass(frozen=True, eq=False, slots=True)
class PolygonPlan:
    """Polygons built from units.

    Attributes
    ----------
    polygons
        GeoDataFrame indexed by ``polygon_id`` (text): ``name``, ``population``, ``n_units``,
        ``area_km2``, ``compactness``, ``in_bounds``, ``center_x`` and ``center_y`` (the
        residents' center), ``geometry`` (the units' CRS, meters).
    membership
        Series ``unit_id`` → ``polygon_id``; every unit has one.
    exceptions
        DataFrame indexed by ``polygon_id``, one row per polygon out of bounds:
        ``population``, ``n_units``, ``reason``, ``proven`` (bool), ``residents_impossible``
        (how many of them no plan can place in bounds, proven), ``detail``.
    quality
        :class:`PlanQuality`.
    changes
        DataFrame indexed by ``unit_id``, one row per unit that left last year's polygon or had
        none: ``before``, ``after``, ``population``, ``reason``. Empty if no plan was kept.
    residents
        Series ``unit_id`` → residents of the unit.
    """

    polygons: gpd.GeoDataFrame
    membership: pd.Series
    exceptions: pd.DataFrame
    quality: PlanQuality
    changes: pd.DataFrame
    residents: pd.Series


@dataclass(frozen=True, eq=False, slots=True)
class PlanComparison:
    """Two plans of the same units side by side.

    Attributes
    ----------
    table
        DataFrame on ``measure`` with the columns ``first``, ``second`` and ``difference``
        (second less first), of the numbers in :class:`PlanQuality`.
    shared
        DataFrame with one row per pair of polygons that have units in common: ``first``,
        ``second``, ``units``, ``residents``.
    residents_together
        Share of the residents who are, in the second plan, in the polygon to which most
        residents of their first polygon belong.
    same_polygons
        Number of polygons that hold the same units in both.
    """

    table: pd.DataFrame
    shared: pd.DataFrame
    residents_together: float
    same_polygons: int


@dataclass(frozen=True, eq=False, slots=True)
class PlanStability:
    """How often a unit gets the same verdict in other plans that are as good.

    Attributes
    ----------
    table
        DataFrame on ``unit_id``, a column per verdict: the share of the plans in which the verdict
        is true of the unit's polygon.
    plans
        Number of other plans.
    left_out
        Plans that were discarded because fewer residents were in bounds.
    """

    table: pd.DataFrame
    plans: int
    left_out: int


@dataclass(frozen=True, eq=False, slots=True)
class BorderSensitivity:
    """How sensitive the verdicts are to the borders of the polygons.

    Attributes
    ----------
    table
        DataFrame on ``polygon_id``, a column per verdict: the share of the draws in which the
        verdict differs from that with the incidents where they lie.
    share
        Share of the counted incidents within ``distance_m`` of two polygons or more.
    distance_m
        Distance from a border within which an incident may be on the other side, in meters.
    draws, seed
        Number of times that these incidents were put on either side at random, and the seed.
    """

    table: pd.DataFrame
    share: float
    distance_m: float
    draws: int
    seed: int
