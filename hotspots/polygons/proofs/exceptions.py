"""Reasons: why a polygon is out of bounds, and how many residents that is proven for.

Each reason is computed on the pieces that remain once units above the ceiling are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots import schema
from hotspots.polygons.proofs import least_out_of_bounds

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Regions

    Integers = NDArray[np.int64]

ABOVE = "unit above the ceiling"
FIXED_ABOVE = "fixed group above the ceiling"
BELOW = "piece below the floor"
MISFIT = "total fits no number of polygons"
INDIVISIBLE = "indivisible"
NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one group of units is out of bounds.

    Attributes
    ----------
    reason, proven, detail
        As in the exceptions of a plan.
    impossible
        How many residents are proven to stay out of bounds here in any plan.
    """

    reason: str
    proven: bool
    detail: str
    impossible: float


def above(residents: float, units: int = 1) -> Reason:
    """Return the reason of a unit, or of units to be kept together, with too many residents."""
    if units > 1:
        detail = f"{units} units that fixed= keeps together, of {residents:,.0f} residents"
        return Reason(FIXED_ABOVE, True, detail, residents)
    return Reason(ABOVE, True, f"one unit of {residents:,.0f} residents", residents)


def below(residents: float) -> Reason:
    """Return the reason of a whole piece with too few residents."""
    return Reason(BELOW, True, f"a piece of {residents:,.0f} residents", residents)


def unreachable(residents: float) -> Reason:
    """Return the reason of units that no connected set within bounds contains."""
    detail = "every connected set with these units was looked at: none is within bounds"
    return Reason(INDIVISIBLE, True, detail, residents)


def unproven(reason: Reason) -> Reason:
    """Return a reason found on a piece that was cut where it need not have been."""
    if reason.reason in (ABOVE, FIXED_ABOVE):
        return reason
    return Reason(
        NOT_FOUND,
        False,
        f"{reason.detail}; borders were drawn between units that fixed= keeps apart",
        0.0,
    )


def of_piece(regions: Regions, bounds: Bounds) -> dict[int, Reason]:
    """Return the reason of each region of a connected piece that is out of bounds."""
    bad = regions.out_of(bounds)
    if not bad:
        return {}
    total = sum(regions.population)
    if not bounds.fits(total):
        return _misfits(regions, bad, total, bounds)
    found: dict[int, Reason] = {}
    for proof in least_out_of_bounds.local(regions, bad, bounds):
        found.update(_shared(regions, bad, proof))
    return {region: found.get(region, _open("")) for region in bad}


def table(
    reasons: dict[int, Reason], labels: Integers, polygons: gpd.GeoDataFrame, membership: pd.Series
) -> pd.DataFrame:
    """Return the exceptions of a plan, one row per polygon out of bounds."""
    named = pd.Series(membership.to_numpy()).groupby(labels).first()
    rows = {str(named[group]): reason for group, reason in sorted(reasons.items())}
    out = pd.DataFrame(polygons.loc[~polygons["in_bounds"], [schema.POPULATION, "n_units"]])
    found = [rows[str(label)] for label in out.index]
    return out.assign(
        reason=pd.Series([row.reason for row in found], index=out.index, dtype="str"),
        proven=np.array([row.proven for row in found], dtype=bool),
        residents_impossible=np.array([row.impossible for row in found], dtype=float),
        detail=pd.Series([row.detail for row in found], index=out.index, dtype="str"),
    )


def _misfits(regions: Regions, bad: list[int], total: float, bounds: Bounds) -> dict[int, Reason]:
    most = int(total // bounds.floor)
    least = total - most * bounds.ceiling
    detail = (
        f"a piece of {total:,.0f} residents: too many for {most}, too few for {most + 1} "
        f"polygons; at least {least:,.0f} stay out of bounds in any plan"
    )
    return _allotted(regions, bad, least, MISFIT, detail)


def _shared(
    regions: Regions, bad: list[int], proof: least_out_of_bounds.Proof
) -> dict[int, Reason]:
    inside = [region for region in bad if regions.members[region] <= proof.units]
    out = sum(regions.residents(region) for region in inside)
    detail = (
        f"{proof.how}: at least {proof.least:,.0f} residents stay out of bounds in any plan, "
        f"{out:,.0f} do in this one"
    )
    return _allotted(regions, inside, proof.least, INDIVISIBLE, detail)


def _allotted(
    regions: Regions, bad: list[int], least: float, reason: str, detail: str
) -> dict[int, Reason]:
    """Allot what is proven to the regions, largest first, each up to its residents."""
    found = {}
    for region in sorted(bad, key=lambda number: (-regions.residents(number), number)):
        part = min(least, regions.residents(region))
        least -= part
        found[region] = Reason(reason, True, detail, part) if part > 0 else _open(detail)
    return found


def _open(known: str) -> Reason:
    nothing = "no better division was found, and no proof that there is none"
    return Reason(NOT_FOUND, False, f"{nothing} ({known})" if known else nothing, 0.0)
