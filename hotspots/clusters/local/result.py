"""Local tests: what Getis-Ord and local Moran share, from settings to the result record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from hotspots.clusters.labels import (
    CODE,
    Settings,
    family_size,
    least_p,
    one_p,
    verdict_table,
    warn_of_floor,
)
from hotspots.clusters.permutation.observations import describe_weights
from hotspots.clusters.permutation.tails import Tails, permutation_tails, permutations_needed
from hotspots.schema import LEVELS, Label, LocalResult, LocalTest
from hotspots.stats.corrections import adjust

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Per tested place, the statistic, what chance leads one to expect, and the z of its sum."""

    statistic: Floats
    expected: Floats
    z: Floats


def reference_tails(
    sites: Sites, sum_z: Floats, null: str, settings: Settings, permutations: int
) -> Tails:
    """Return the tails of the neighbors' sums: counted over draws, or normal (``analytic``)."""
    if null != "analytic":
        return permutation_tails(
            sites, total=null == "total", permutations=permutations, seed=settings.seed
        )
    constant = np.isnan(sum_z)
    greater = np.where(constant, 1.0, stats.norm.sf(sum_z))
    less = np.where(constant, 1.0, stats.norm.cdf(sum_z))
    nothing = np.zeros(sum_z.size)
    return Tails(greater, less, nothing, np.zeros(sum_z.size, dtype=bool), constant, nothing)


def draws_asked(permutations: int | str, sites: Sites, settings: Settings) -> int:
    """Return the draws per place, for the whole family where its size was given."""
    family = settings.family or sites.tested.size
    return permutations_needed(permutations, family, settings.alpha)


def local_result(
    kind: LocalTest,
    variable: object,
    sites: Sites,
    moments: Moments,
    tails: Tails,
    leaning: Codes,
    *,
    null: str,
    settings: Settings,
    permutations: int,
) -> LocalResult:
    """Return the record of a test from its parts, the warning of too few draws included.

    ``leaning`` is the number of each tested place's label if its q turns out small enough.
    """
    p = one_p(tails.greater, tails.less, settings.alternative)
    floor = least_p(tails.least, settings.alternative)
    wide = {
        "statistic": _spread(sites, moments.statistic),
        "expected": _spread(sites, moments.expected),
        "z": _spread(sites, moments.z),
        "p": _spread(sites, p),
    }
    q = adjust(p, settings.correction, settings.family)
    wide["q"] = _spread(sites, q)
    table, lean = verdict_table(sites.index, wide, leanings(sites, leaning, tails), settings)
    family = family_size(p, settings.family)
    if null != "analytic":
        sampled = np.where(tails.enumerated | tails.constant, np.nan, floor)
        most = permutations_needed("auto", family, settings.alpha)
        warn_of_floor(p, q, sampled, settings.alpha, permutations, most)
    return LocalResult(
        table=table,
        kind=kind,
        variable=str(variable) if variable is not None else "values",
        null=null,
        alternative=settings.alternative,
        correction=settings.correction,
        alpha=settings.alpha,
        family=family,
        permutations=None if null == "analytic" else permutations,
        permutations_used=None if null == "analytic" else _mean(tails.draws),
        enumerated=bool(tails.enumerated.all() and tails.enumerated.size),
        least_p=float(floor.min(initial=1.0)),
        seed=None if null == "analytic" else settings.seed,
        weights=describe_weights(sites),
        level=LEVELS.get(str(sites.index.name), ""),
        leaning=lean,
    )


def leanings(sites: Sites, leaning: Codes, tails: Tails) -> Codes:
    """Return the leaning of all places: those untested say why they are."""
    full = np.full(sites.index.size, CODE[Label.ISOLATE])
    full[~sites.known] = CODE[Label.NO_DATA]
    full[sites.tested] = np.where(tails.constant, CODE[Label.NO_EVIDENCE], leaning)
    return full


def _mean(draws: Floats) -> float:
    return float(draws.mean()) if draws.size else 0.0


def _spread(sites: Sites, tested: Floats) -> Floats:
    wide = np.full(sites.index.size, np.nan)
    wide[sites.tested] = tested
    return wide
