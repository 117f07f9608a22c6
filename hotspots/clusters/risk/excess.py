"""Excess risk: places above (or below) what the bulk of the city shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hotspots.clusters.labels import (
    CODE,
    Settings,
    checked_settings,
    family_size,
    one_of,
    one_p,
    verdict_table,
)
from hotspots.clusters.permutation.observations import graph_links
from hotspots.clusters.risk.rates import checked_counts, warn_of_nobody, whole_numbers
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.errors import InputError
from hotspots.schema import LEVELS, Label, LocalResult, LocalTest
from hotspots.stats.corrections import adjust

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

NULLS = ("robust", "binomial")
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

    ``single_*`` are of the places with exposure; the others of their groups, NaN-free.
    """

    single_events: Floats
    single_people: Floats
    events: Floats
    people: Floats
    concentration: Floats
    isolated: Booleans


def excess_risk(
    count: pd.Series,
    exposure: pd.Series,
    *,
    graph: Graph | None = None,
    null: str = "robust",
    correction: str = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return which places are above what the bulk of the city shows, beyond ordinary variation.

    A permutation test asks whether high values sit together; this one asks whether it is high
    here. So it still answers where much of a city is high, and for a place on its own.

    Parameters
    ----------
    count
        Events of each place (not victims: those of one event do not happen independently).
    exposure
        Residents, or whatever is at risk, on the same index; a place without any is *no data*.
    graph
        Neighbors; where given, each place is tested together with them, and one without
        neighbors is an *isolate*. Weights do not matter here, only who is linked to whom.
    null
        ``robust``: risk varies lognormally about the median risk, by the spread that the
        bulk of the places shows beyond counting. A raised part of the city hardly moves
        either, and what the data leave open about them enters p. ``binomial``: one risk
        everywhere; it labels ordinary variation, and is for comparison.
    correction, alpha, family
        As in :func:`getis_ord`.
    seed
        Accepted as by the other tests; nothing is drawn here.

    Returns
    -------
    LocalResult
        ``statistic`` is the count (of the group, where ``graph`` is given), ``expected`` the
        count at the median risk (``binomial``: at the risk of the whole), ``p`` twice the
        smaller tail, ``z`` its normal equivalent, ``label`` ``excess``, ``deficit`` or
        ``not significant``. Without a single event all is *no evidence*.

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
    one_of(null, NULLS, "null")
    settings = checked_settings("two-sided", correction, alpha, seed, family)
    number, residents = checked_counts(count, exposure)
    warn_of_nobody(number, residents)
    known = (number.notna() & (residents > 0)).to_numpy()
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. The test needs at least 3."
        )
    whole_numbers(number)
    groups = _groups(number.to_numpy()[known], residents.to_numpy()[known], graph, count, known)
    expected, greater, less = _binomial(groups) if null == "binomial" else _robust(groups)
    table, leaning = _verdicts(number.index, known, groups, (expected, greater, less), settings)
    return LocalResult(
        table=table,
        kind=EXCESS_RISK,
        variable=str(count.name) if count.name is not None else "count",
        null=null,
        alternative="two-sided",
        correction=correction,
        alpha=settings.alpha,
        family=family_size(table["p"].to_numpy(), family),
        weights="each place alone" if graph is None else "each place with its neighbors",
        level=LEVELS.get(str(count.index.name), ""),
        leaning=leaning,
    )


def _groups(
    events: Floats, people: Floats, graph: Graph | None, count: pd.Series, known: Booleans
) -> _Groups:
    if graph is None:
        one = np.ones(events.size)
        return _Groups(events, people, events, people, one, np.zeros(events.size, dtype=bool))
    focal, neighbor, _, _ = graph_links(graph, count.index)
    keep = known[focal] & known[neighbor]
    number = np.cumsum(known) - 1
    focal, neighbor = number[focal[keep]], number[neighbor[keep]]
    isolated = np.bincount(focal, minlength=events.size) == 0
    place = np.arange(events.size)
    focal, member = np.append(focal, place), np.append(neighbor, place)
    # Added in one fixed order, so that the order of the rows settles not even the last bit.
    order = np.lexsort((events[member], people[member], focal))
    focal, member = focal[order], member[order]
    joint = np.bincount(focal, people[member]).astype(float)
    return _Groups(
        single_events=events,
        single_people=people,
        events=np.bincount(focal, events[member]).astype(float),
        people=joint,
        concentration=np.bincount(focal, people[member] ** 2) / joint**2,
        isolated=isolated,
    )


def _binomial(groups: _Groups) -> tuple[Floats, Floats, Floats]:
    whole = groups.single_events.sum()
    share = np.minimum(groups.people / fsum(groups.single_people), 1.0)
    greater = stats.binom.sf(groups.events - 1, whole, share)
    less = stats.binom.cdf(groups.events, whole, share)
    return whole * share, greater, less


def _robust(groups: _Groups) -> tuple[Floats, Floats, Floats]:
    if not groups.single_events.any():
        one = np.ones(groups.events.size)
        return np.zeros(groups.events.size), one, one
    null = fit_robust_null(groups.single_events, groups.single_people)
    greater, less = null.tails(groups.events, groups.people, groups.concentration)
    return groups.people * null.rate, greater, less


def _verdicts(
    index: pd.Index,
    known: Booleans,
    groups: _Groups,
    found: tuple[Floats, Floats, Floats],
    settings: Settings,
) -> tuple[pd.DataFrame, pd.Series]:
    expected, greater, less = found
    p = one_p(greater, less, settings.alternative)
    above = greater < less
    z = np.where(above, 1.0, -1.0) * stats.norm.isf(np.maximum(p, _LEAST_P) / 2)
    leaning = np.where(above, CODE[Label.EXCESS], CODE[Label.DEFICIT])
    # Every count is certain: no event at all, or a group that is the whole.
    leaning[(greater == 1.0) & (less == 1.0)] = CODE[Label.NO_EVIDENCE]
    leaning[groups.isolated] = CODE[Label.ISOLATE]
    numbers = {"statistic": groups.events, "expected": expected, "z": z, "p": p}
    columns = {}
    for name, values in numbers.items():
        wide = np.full(known.size, np.nan)
        wide[known] = np.where(groups.isolated, np.nan, values)
        columns[name] = wide
    columns["q"] = adjust(columns["p"], settings.correction, settings.family)
    lean = np.full(known.size, CODE[Label.NO_DATA])
    lean[known] = leaning
    return verdict_table(index, columns, lean, settings)
