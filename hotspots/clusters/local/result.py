"""Local results: from the tails of a local test to its record, the same way for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from hotspots.clusters.labels import CODE, family_size, labeled_table, warn_of_least_p
from hotspots.clusters.permutation.observations import describe_weights
from hotspots.clusters.permutation.tails import Tails, permutation_tails
from hotspots.schema import LEVELS, Label, LocalResult, LocalTest
from hotspots.stats.corrections import adjust
from hotspots.stats.p_values import least_p_value, p_value
from hotspots.stats.permutations import permutations_needed

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.options import Options
    from hotspots.clusters.permutation.observations import Observations
    from hotspots.schema.options import Permutations

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Per tested place, the statistic, its expectation under the null, and its z."""

    statistic: Floats
    expected: Floats
    z: Floats


def reference_tails(
    observations: Observations, z: Floats, null: str, options: Options, permutations: int
) -> Tails:
    """Return the tails of the neighbors' sums: by permutation, or normal (``analytic``)."""
    if null != "analytic":
        return permutation_tails(
            observations,
            conditional=null != "total",
            permutations=permutations,
            seed=options.seed,
        )
    constant = np.isnan(z)
    greater = np.where(constant, 1.0, stats.norm.sf(z))
    less = np.where(constant, 1.0, stats.norm.cdf(z))
    nothing = np.zeros(z.size)
    return Tails(greater, less, nothing, np.zeros(z.size, dtype=bool), constant, nothing)


def permutation_count(
    permutations: Permutations, observations: Observations, options: Options
) -> int:
    """Return the number of permutations per place, for the whole family if its size is given."""
    family = options.family or observations.tested.size
    return permutations_needed(permutations, family, options.alpha)


def local_result(
    kind: LocalTest,
    variable: object,
    observations: Observations,
    moments: Moments,
    tails: Tails,
    candidate: Codes,
    *,
    null: str,
    options: Options,
    permutations: int,
) -> LocalResult:
    """Return the record of a test from its parts, and warn of too few permutations.

    ``candidate`` is the code of each tested place's candidate label.
    """
    p = p_value(tails.greater, tails.less, options.alternative)
    least = least_p_value(tails.least, options.alternative)
    q = adjust(p, options.correction, options.family)
    numbers = {
        "statistic": moments.statistic,
        "expected": moments.expected,
        "z": moments.z,
        "p": p,
        "q": q,
    }
    table, candidate_label = labeled_table(
        observations.index,
        {name: _spread(observations, values) for name, values in numbers.items()},
        _all_candidates(observations, candidate, tails),
        options.alpha,
    )
    family = family_size(p, options.family)
    if null != "analytic":
        sampled = np.where(tails.enumerated | tails.constant, np.nan, least)
        most = permutations_needed("auto", family, options.alpha)
        warn_of_least_p(p, q, sampled, options.alpha, permutations, most)
    return LocalResult(
        table=table,
        kind=kind,
        variable=str(variable) if variable is not None else "values",
        null=null,
        alternative=options.alternative,
        correction=options.correction,
        alpha=options.alpha,
        family=family,
        permutations=None if null == "analytic" else permutations,
        permutations_used=None if null == "analytic" else _mean(tails.draws),
        enumerated=bool(tails.enumerated.all() and tails.enumerated.size),
        least_p=float(least.min(initial=1.0)),
        seed=None if null == "analytic" else options.seed,
        weights=describe_weights(observations),
        level=LEVELS.get(str(observations.index.name), ""),
        candidate_label=candidate_label,
    )


def _all_candidates(observations: Observations, candidate: Codes, tails: Tails) -> Codes:
    """Return the candidates of all places: those that were not tested say why."""
    full = np.full(observations.index.size, CODE[Label.ISOLATE])
    full[~observations.known] = CODE[Label.NO_DATA]
    full[observations.tested] = np.where(tails.constant, CODE[Label.NO_EVIDENCE], candidate)
    return full


def _mean(draws: Floats) -> float:
    return float(draws.mean()) if draws.size else 0.0


def _spread(observations: Observations, tested: Floats) -> Floats:
    wide = np.full(observations.index.size, np.nan)
    wide[observations.tested] = tested
    return wide
