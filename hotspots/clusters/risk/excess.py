"""Excess risk: places above (or below) the risk of the bulk of the city."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hotspots._checks import one_of
from hotspots.clusters.labels import CODE, family_size, labeled_table
from hotspots.clusters.options import Options, checked_options
from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.neighborhoods import neighborhood_members
from hotspots.clusters.risk.rates import check_whole, checked_counts, warn_of_no_exposure
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.errors import InputError
from hotspots.schema import LEVELS, Label, LocalResult, LocalTest
from hotspots.schema.options import RiskNull
from hotspots.stats.corrections import adjust
from hotspots.stats.p_values import p_value

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from hotspots.schema.options import Correction

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

_LEAST_P = 1e-300

EXCESS_RISK = LocalTest(
    "excess_risk",
    (Label.EXCESS, Label.DEFICIT),
    graded=True,
    question="excess",
    neighbors=False,
    theme="excess",
)


@dataclass(frozen=True, eq=False, slots=True)
class _Groups:
    """What is tested: each place alone, or together with its neighbors.

    ``single_*`` describe the places that have exposure, the other fields their groups; none
    has missing values.
    """

    single_counts: Floats
    single_exposure: Floats
    counts: Floats
    exposure: Floats
    concentration: Floats
    isolated: Booleans


def excess_risk(
    counts: pd.Series,
    exposure: pd.Series,
    *,
    graph: Graph | None = None,
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    null: RiskNull = "robust",
    seed: int = 0,
) -> LocalResult:
    """Return which places lie above the risk of the bulk of the city, beyond ordinary variation.

    A permutation test asks whether high values cluster; this one asks whether a place itself is
    high. So it has an answer even where much of a city is high, and for a single high place.

    Parameters
    ----------
    counts
        Events of each place (not victims: those of one event are not independent).
    exposure
        Residents, or whatever is at risk, on the same index; a place without any is *no data*.
    graph
        Neighbors. If given, each place is tested together with its neighbors, and a place
        without any is an *isolate*. Weights are ignored.
    correction, alpha, family
        As in :func:`getis_ord`.
    null
        ``robust``: risk varies lognormally about the median risk, with the spread that the
        bulk of the places shows beyond counting. A high part of the city hardly moves median
        or spread, and their uncertainty enters p. ``binomial``: the same risk everywhere; it
        labels ordinary variation, and is meant for comparison.
    seed
        Accepted as in the other tests; nothing is drawn here.

    Returns
    -------
    LocalResult
        ``statistic`` is the count (with ``graph``, of the group), ``expected`` the count at
        the median risk (``binomial``: at the overall risk), ``p`` twice the smaller tail,
        ``z`` its normal equivalent, ``label`` ``excess``, ``deficit`` or ``not significant``.
        If there is no event at all, every place is *no evidence*.

    Raises
    ------
    InputError
        For counts that are negative, infinite or not whole, another index, fewer than 3
        places with exposure, or unknown options.
    GraphError
        For a graph on another index.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1117–1131; see
    :func:`hotspots.clusters.risk.robust_null.fit_robust_null`.

    Examples
    --------
    >>> residents = pd.Series(10_000, index=[f"p{i}" for i in range(40)])
    >>> thefts = pd.Series([20, 27, 14, 19, 23] * 8, index=residents.index)
    >>> thefts["p7"], residents["p8"], thefts["p8"] = 90, 0, 0
    >>> result = excess_risk(thefts, residents)
    >>> result.table["label"][["p6", "p7", "p8"]].tolist()
    ['not significant', 'excess', 'no data']
    """
    one_of(null, RiskNull, "null")
    options = checked_options(correction=correction, alpha=alpha, family=family, seed=seed)
    numbers, residents = checked_counts(counts, exposure)
    warn_of_no_exposure(numbers, residents)
    known = (numbers.notna() & (residents > 0)).to_numpy()
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. The test needs at least 3."
        )
    check_whole(numbers)
    groups = _groups(
        numbers.to_numpy()[known], residents.to_numpy()[known], graph, counts.index, known
    )
    expected, greater, less = _binomial(groups) if null == "binomial" else _robust(groups)
    table, candidate_label = _labeled(
        numbers.index, known, groups, (expected, greater, less), options
    )
    return LocalResult(
        table=table,
        kind=EXCESS_RISK,
        variable=str(counts.name) if counts.name is not None else "count",
        null=null,
        alternative="two-sided",
        correction=options.correction,
        alpha=options.alpha,
        family=family_size(table["p"].to_numpy(), family),
        weights="each place alone" if graph is None else "each place with its neighbors",
        level=LEVELS.get(str(counts.index.name), ""),
        candidate_label=candidate_label,
    )


def _groups(
    counts: Floats, exposure: Floats, graph: Graph | None, index: pd.Index, known: Booleans
) -> _Groups:
    if graph is None:
        one = np.ones(counts.size)
        nothing = np.zeros(counts.size, dtype=bool)
        return _Groups(counts, exposure, counts, exposure, one, nothing)
    links = links_between(graph, index, known)
    focal, member, isolated = neighborhood_members(counts, exposure, *links)
    joint = np.bincount(focal, exposure[member]).astype(float)
    return _Groups(
        single_counts=counts,
        single_exposure=exposure,
        counts=np.bincount(focal, counts[member]).astype(float),
        exposure=joint,
        concentration=np.bincount(focal, exposure[member] ** 2) / joint**2,
        isolated=isolated,
    )


def _binomial(groups: _Groups) -> tuple[Floats, Floats, Floats]:
    total = groups.single_counts.sum()
    share = np.minimum(groups.exposure / fsum(groups.single_exposure), 1.0)
    greater = stats.binom.sf(groups.counts - 1, total, share)
    less = stats.binom.cdf(groups.counts, total, share)
    return total * share, greater, less


def _robust(groups: _Groups) -> tuple[Floats, Floats, Floats]:
    if not groups.single_counts.any():
        one = np.ones(groups.counts.size)
        return np.zeros(groups.counts.size), one, one
    null = fit_robust_null(groups.single_counts, groups.single_exposure)
    greater, less = null.tails(groups.counts, groups.exposure, groups.concentration)
    return groups.exposure * null.rate, greater, less


def _labeled(
    index: pd.Index,
    known: Booleans,
    groups: _Groups,
    found: tuple[Floats, Floats, Floats],
    options: Options,
) -> tuple[pd.DataFrame, pd.Series]:
    expected, greater, less = found
    p = p_value(greater, less, options.alternative)
    above = greater < less
    z = np.where(above, 1.0, -1.0) * stats.norm.isf(np.maximum(p, _LEAST_P) / 2)
    candidate = np.where(above, CODE[Label.EXCESS], CODE[Label.DEFICIT])
    # The count is certain: no event at all, or a group that is the whole city.
    candidate[(greater == 1.0) & (less == 1.0)] = CODE[Label.NO_EVIDENCE]
    candidate[groups.isolated] = CODE[Label.ISOLATE]
    numbers = {"statistic": groups.counts, "expected": expected, "z": z, "p": p}
    columns = {}
    for name, values in numbers.items():
        wide = np.full(known.size, np.nan)
        wide[known] = np.where(groups.isolated, np.nan, values)
        columns[name] = wide
    columns["q"] = adjust(columns["p"], options.correction, options.family)
    every = np.full(known.size, CODE[Label.NO_DATA])
    every[known] = candidate
    return labeled_table(index, columns, every, options.alpha)
