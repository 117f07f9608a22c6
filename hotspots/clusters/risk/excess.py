"""Excess risk: places whose risk is high, each by itself."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import one_of, positive
from hotspots.catalogue import remark
from hotspots.clusters.labels import CODE, family_size, labeled_table
from hotspots.clusters.options import Options, checked_options
from hotspots.clusters.risk.checked_counts import check_whole, checked_counts, warn_of_no_exposure
from hotspots.clusters.risk.groups import groups_of
from hotspots.clusters.risk.verdicts import Verdicts, at_least, beyond_spread, one_risk
from hotspots.errors import InputError
from hotspots.schema import LEVELS, Label, LocalResult, LocalTest
from hotspots.schema.options import RiskNull, RiskRule
from hotspots.stats.corrections import adjust, either_rule

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from hotspots.clusters.risk.groups import Groups
    from hotspots.schema.options import Correction

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

EXCESS_RISK = LocalTest(
    "excess_risk",
    (Label.ABOVE, Label.NOT_ABOVE),
    question="excess",
    neighbors=False,
    theme="excess",
)
EXTREME_RISK = LocalTest(
    "extreme_risk",
    (Label.EXTREME, Label.EXTREME_LOW),
    graded=True,
    neighbors=False,
)
ONE_RISK = LocalTest(
    "excess_risk_binomial",
    (Label.EXCESS, Label.DEFICIT),
    graded=True,
    neighbors=False,
)
FEWEST_PLACES = 8
"""Places from which a distribution of risk can be fitted."""

_KINDS = {"at_least": EXCESS_RISK, "spread": EXTREME_RISK, "binomial": ONE_RISK}
_DEFAULT_MULTIPLE = 1.5


def excess_risk(
    counts: pd.Series,
    exposure: pd.Series,
    *,
    at_least: float | None = None,
    graph: Graph | None = None,
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    null: RiskNull = "at_least",
    rule: RiskRule | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return where the risk is at least so many times the typical one, beyond chance.

    A permutation test asks whether high values cluster; this one asks whether a place itself is
    high. So it has an answer even where much of a city is high, and for a single high place.
    The *typical* risk is the median of the distribution of risk that is fitted to all places.
    That places differ is what is looked for; only chance in the counting is kept out.

    Parameters
    ----------
    counts
        Events of each place (not victims: those of one event are not independent).
    exposure
        Residents, or whatever is at risk, on the same index; a place without any is *no data*.
    at_least
        The multiple of the typical risk, 1 or more; 1.5 unless given. Only of
        ``null="at_least"``.
    graph
        Neighbors. If given, each place is tested together with its neighbors (by the exact
        rule), and a place without any is an *isolate*. Weights are ignored.
    correction, alpha, family
        As in :func:`getis_ord`. The posterior rule belongs to ``fdr``.
    null
        ``at_least``: the risk is at most ``at_least`` times the typical one. ``spread``: the
        risk is one of the bulk of the places, whose lognormal spread is fitted robustly; it
        labels what is *extreme* even for this city, and in a city whose places differ much it
        labels nothing. ``binomial``: the same risk everywhere; it labels ordinary variation,
        and is meant for comparison.
    rule
        ``posterior`` labels the places in the order of their probability of being above, as
        long as their mean probability of not being so is at most ``alpha``, and any place of
        which the exact test is sure at ``alpha``/10: a single high one in a city of like places,
        toward which the posterior would draw it. ``exact`` labels by the corrected Poisson
        tail, which needs no distribution of risk, and finds less. The default is
        ``posterior`` where it can be had: with ``correction="fdr"`` and no graph.
    seed
        Accepted as in the other tests; nothing is drawn here.

    Returns
    -------
    LocalResult
        ``statistic`` is the count (with ``graph``, of the group), ``expected`` the count at
        the typical risk (``binomial``: at the overall risk), ``p`` the exact tail, ``z`` its
        normal equivalent, ``q`` what labels. With ``at_least`` the table also has ``ratio``,
        ``ratio_low``, ``ratio_high`` (risk to typical risk, median and 95% interval),
        ``probability`` of being above, and ``q_exact``; labels are ``above``, ``not above``
        (where ``ratio_high`` is below ``at_least`` and ``p`` above ``alpha``) or
        ``not significant`` (cannot be told). ``typical`` holds the typical risk
        and what the counts could show at the least. If there is no event at all, every place is
        *no evidence*; with fewer than 8 places every one is *not tested*.

    Raises
    ------
    InputError
        For counts that are negative, infinite or not whole, another index, fewer than 3
        places with exposure, ``at_least`` below 1, or unknown options.
    GraphError
        For a graph on another index.

    Warns
    -----
    HotspotsWarning
        If places have events and no exposure, or if fewer than 8 can be compared.

    References
    ----------
    Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5, 155–176 (the rule); Richardson,
    Thomson, Best & Elliott (2004), Environmental Health Perspectives 112, 1016–1025 (its use for
    risks). For ``spread``: Spiegelhalter (2005), Statistics in Medicine 24, 1117–1131.

    Examples
    --------
    >>> residents = pd.Series(10_000, index=[f"p{i}" for i in range(40)])
    >>> thefts = pd.Series([20, 27, 14, 19, 23] * 8, index=residents.index)
    >>> thefts["p7"], residents["p8"], thefts["p8"] = 90, 0, 0
    >>> result = excess_risk(thefts, residents, at_least=2)
    >>> result.table["label"][["p6", "p7", "p8"]].tolist()
    ['not above', 'above', 'no data']
    >>> round(10_000 * result.typical.rate, 1)
    21.3
    """
    one_of(null, RiskNull, "null")
    multiple = _multiple(at_least, null)
    options = checked_options(
        alternative="greater" if null == "at_least" else "two-sided",
        correction=correction,
        alpha=alpha,
        family=family,
        seed=seed,
    )
    applied = _rule(rule, null, options, graph)
    numbers, residents = checked_counts(counts, exposure)
    warn_of_no_exposure(numbers, residents)
    known = (numbers.notna() & (residents > 0)).to_numpy()
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. The test needs at least 3."
        )
    check_whole(numbers)
    groups = groups_of(
        numbers.to_numpy()[known], residents.to_numpy()[known], graph, counts.index, known
    )
    verdicts = _verdicts(groups, null, multiple, applied, options)
    table, candidate_label = _labeled(numbers.index, known, groups, verdicts, options, applied)
    return LocalResult(
        table=table,
        kind=_KINDS[null],
        variable=str(counts.name) if counts.name is not None else "count",
        null=null,
        alternative=options.alternative,
        correction=options.correction,
        alpha=options.alpha,
        family=family_size(table["p"].to_numpy(), family),
        weights="each place alone" if graph is None else "each place with its neighbors",
        level=LEVELS.get(str(counts.index.name), ""),
        candidate_label=candidate_label,
        at_least=multiple if null == "at_least" else None,
        typical=verdicts.typical,
    )


def _multiple(at_least: float | None, null: RiskNull) -> float:
    if at_least is None:
        return _DEFAULT_MULTIPLE
    if null != "at_least":
        raise InputError(
            f"at_least={at_least!r} came with null={null!r}, which compares with no multiple of "
            "the typical risk. Leave out one of the two."
        )
    mend = "Give how many times the typical risk, 1 or more, e.g. at_least=1.5."
    positive(at_least, "at_least", mend)
    if at_least < 1:
        raise InputError(f"at_least came as {at_least!r}. {mend}")
    return float(at_least)


def _rule(rule: RiskRule | None, null: RiskNull, options: Options, graph: Graph | None) -> RiskRule:
    """Return the rule that labels: the posterior's where it can be had, unless one is named."""
    if rule is not None:
        one_of(rule, RiskRule, "rule")
    able = null == "at_least" and options.correction == "fdr" and graph is None
    if rule == "posterior" and not able:
        raise InputError(
            f"rule='posterior' came with null={null!r}, correction={options.correction!r} and "
            f"{'no graph' if graph is None else 'a graph'}. It needs null='at_least', "
            "correction='fdr' and each place alone; use rule='exact' otherwise."
        )
    return rule or ("posterior" if able else "exact")


def _verdicts(
    groups: Groups, null: RiskNull, multiple: float, rule: RiskRule, options: Options
) -> Verdicts:
    if null == "binomial":
        return one_risk(groups)
    if null == "spread":
        return beyond_spread(groups, options.alpha)
    if groups.single_counts.size >= FEWEST_PLACES:
        return at_least(groups, multiple, rule, options.alpha)
    warnings.warn(
        remark("few_places", n=groups.single_counts.size, least=FEWEST_PLACES), stacklevel=3
    )
    size = groups.counts.size
    nothing = np.full(size, np.nan)
    untested = np.full(size, CODE[Label.NOT_TESTED])
    return Verdicts(nothing, nothing, nothing, untested)


def _labeled(
    index: pd.Index,
    known: Booleans,
    groups: Groups,
    verdicts: Verdicts,
    options: Options,
    rule: RiskRule,
) -> tuple[pd.DataFrame, pd.Series]:
    def wide(values: Floats) -> Floats:
        every = np.full(known.size, np.nan)
        every[known] = np.where(groups.isolated, np.nan, values)
        return every

    columns = {
        "statistic": wide(groups.counts),
        "expected": wide(verdicts.expected),
        "z": wide(verdicts.z),
        "p": wide(verdicts.p),
    }
    further = {name: wide(values) for name, values in verdicts.further.items()}
    exact = adjust(columns["p"], options.correction, options.family)
    posterior = rule == "posterior" and "probability" in further
    columns["q"] = either_rule(further["probability"], exact) if posterior else exact
    every = np.full(known.size, CODE[Label.NO_DATA])
    every[known] = np.where(groups.isolated, CODE[Label.ISOLATE], verdicts.candidate)
    table, candidate_label = labeled_table(index, columns, every, options.alpha)
    if further:
        table = table.assign(**further, q_exact=exact)
    return table, candidate_label
