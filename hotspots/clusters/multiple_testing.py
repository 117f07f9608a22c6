"""Multiple testing: one correction over all places and categories that answer one question."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import one_of, share
from hotspots.catalogue import remark
from hotspots.clusters.labels import labels
from hotspots.errors import InputError
from hotspots.schema import LocalResult
from hotspots.schema.options import Correction
from hotspots.stats.corrections import adjust, either_rule
from hotspots.stats.permutations import permutations_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SAME_P = 1e-9


def correct_family(
    results: Mapping[str, LocalResult], *, correction: Correction = "fdr", alpha: float = 0.05
) -> dict[str, LocalResult]:
    """Return the results of one question's tests, corrected together and marked as headline.

    Six categories, each tested at its own 5%, give a false hot spot on far more than one map in
    twenty; corrected as one family they do not. A single list of all p-values would not do
    either: the many true findings of one category lower the bar for all others, so that a
    category without any pattern gets labels too. So the false discovery rate is controlled in
    two steps: first over the categories, each by the Simes p of its places; then over the places
    of the categories that passed, at the level times the share of categories that passed. If
    there is no pattern anywhere, at most a share ``alpha`` of maps has any label; and within the
    selected categories the expected share of false labels is at most ``alpha``.

    Parameters
    ----------
    results
        Category → result, all of the same test. They are not changed; the returned results
        have the category as their variable.
    correction
        ``fdr`` or ``by`` in two steps, ``bonferroni`` over all places of all results, or
        ``none``. With ``fdr``, results of the posterior rule of :func:`excess_risk` keep their
        labels: each category's list is at its level by itself, and so are all together.
    alpha
        Level of the whole family.

    Returns
    -------
    dict
        Category → its result with new ``q`` and ``label``; a place is labeled if ``q`` ≤
        ``alpha``. ``family`` is the number of p-values of all results together.

    References
    ----------
    Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of
    hypotheses. Journal of the Royal Statistical Society B 76(1), 297–318.

    Simes, R. J. (1986). An improved Bonferroni procedure for multiple tests of significance.
    Biometrika 73(3), 751–754.

    Raises
    ------
    InputError
        For no result at all, what is no result of a local test of this library, or results of
        different tests.

    Warns
    -----
    HotspotsWarning
        If places with the least p that their permutations can give are not labeled: more
        permutations would help (see ``family`` of :func:`getis_ord`).

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.clusters.risk.excess import excess_risk
    >>> residents = pd.Series(10_000.0, index=range(40))
    >>> thefts = pd.Series([20, 22, 18, 19, 21] * 8)
    >>> thefts[7] = 90
    >>> both = {"theft": excess_risk(thefts, residents), "arson": excess_risk(thefts, residents)}
    >>> correct_family(both)["theft"].family
    80
    """
    one_of(correction, Correction, "correction")
    share(alpha, "alpha")
    check_results(results)
    values = [result.table["p"].to_numpy(float) for result in results.values()]
    exact = adjusted(values, correction, alpha)
    all_q = labeling_q(results, exact, correction)
    family = int(sum((~np.isnan(p)).sum() for p in values))
    _warn_of_draws(results, all_q, alpha, family)
    corrected = {}
    for (category, result), q, tail in zip(results.items(), all_q, exact, strict=True):
        table = result.table.assign(q=q)
        if "q_exact" in table:
            table["q_exact"] = tail
        assert result.candidate_label is not None
        table["label"] = labels(result.candidate_label, table["q"], alpha)
        corrected[category] = replace(
            result,
            table=table,
            variable=category,
            correction=correction,
            alpha=float(alpha),
            family=family,
            headline=True,
        )
    return corrected


def labeling_q(
    results: Mapping[str, LocalResult],
    exact: Sequence[NDArray[np.float64]],
    correction: Correction,
) -> list[NDArray[np.float64]]:
    """Return the q that labels each result: of the posterior rule its own, else the corrected p.

    A list of places by their posterior probability holds its level by itself, category by
    category, and so do all lists together; see :func:`excess_risk`. ``exact`` is corrected over
    all categories.
    """
    return [
        either_rule(result.table["probability"].to_numpy(float), q)
        if by_posterior(result) and correction == "fdr"
        else q
        for result, q in zip(results.values(), exact, strict=True)
    ]


def by_posterior(result: LocalResult) -> bool:
    """Return whether the places were labeled by their posterior probability."""
    return result.typical is not None and result.typical.rule == "posterior"


def check_results(results: Mapping[str, LocalResult]) -> None:
    """Raise :class:`InputError` unless these are results of the same local test, by category."""
    if not isinstance(results, Mapping):
        raise InputError(
            f"The results came as a {type(results).__name__}. Give a mapping of category to "
            "result, e.g. {'theft': getis_ord(...), 'robbery': getis_ord(...)}."
        )
    if not results:
        raise InputError("There is no result. Give a mapping of category to result.")
    for category, result in results.items():
        if not isinstance(result, LocalResult):
            raise InputError(
                f"The result of {category!r} came as a {type(result).__name__}. Only a local test "
                "has a p for each place, e.g. that of getis_ord, local_moran or excess_risk."
            )
        if result.candidate_label is None:
            raise InputError(
                f"The result of {category!r} has no candidate_label, from which places are labeled "
                "anew. Make it with getis_ord, local_moran or excess_risk."
            )
    tests = sorted({result.test for result in results.values()})
    if len(tests) > 1:
        raise InputError(
            f"The results are of different tests ({', '.join(tests)}). A family answers one "
            "question, with one test: correct the results of each test in a call of its own."
        )


def _warn_of_draws(
    results: Mapping[str, LocalResult],
    corrected: list[NDArray[np.float64]],
    alpha: float,
    family: int,
) -> None:
    """Warn of places with the least possible p that fail the correction of the whole family."""
    lost: dict[str, int] = {}
    for (category, result), q in zip(results.items(), corrected, strict=True):
        if result.permutations is not None:
            least = _least_sampled(result) * (1 + _SAME_P)
            count = int(((result.table["p"].to_numpy(float) <= least) & (q > alpha)).sum())
            lost.update({category: count} if count else {})
    if lost:
        fewest = min((results[name] for name in lost), key=lambda one: one.permutations or 0)
        warnings.warn(
            remark(
                "too_few_for_family",
                places=sum(lost.values()),
                categories=", ".join(map(str, lost)),
                permutations=fewest.permutations,
                least=f"{_least_sampled(fewest):.2g}",
                family=family,
                draws=permutations_for(family, alpha),
            ),
            stacklevel=3,
        )


def _least_sampled(result: LocalResult) -> float:
    """Return the least p of a place whose draws were sampled."""
    assert result.permutations is not None
    return (2 if result.alternative == "two-sided" else 1) / (result.permutations + 1)


def adjusted(
    values: Sequence[NDArray[np.float64]], correction: Correction, alpha: float
) -> list[NDArray[np.float64]]:
    """Return the adjusted p of each category, corrected over all of them; see correct_family.

    With ``fdr`` and ``by`` they are valid at ``alpha`` only: another level needs another call.
    """
    if correction in ("fdr", "by"):
        return _in_two_steps(values, correction, alpha)
    pooled = adjust(np.concatenate(values), correction)
    return np.split(pooled, np.cumsum([len(p) for p in values])[:-1])


def _in_two_steps(
    values: Sequence[NDArray[np.float64]], correction: Correction, alpha: float
) -> list[NDArray[np.float64]]:
    """Return the p adjusted within each category, times categories per selected category.

    The smallest adjusted p of a category is its Simes p (its analogue under ``by``). No place
    of a category that is not selected can pass: the category's adjusted p is their minimum.
    """
    within = [adjust(p, correction) for p in values]
    simes = np.array([np.nan if np.isnan(q).all() else np.nanmin(q) for q in within])
    categories = adjust(simes, correction)
    tested = int((~np.isnan(simes)).sum())
    selected = int((categories <= alpha).sum())
    scale = tested / max(selected, 1)
    adjusted = []
    for q, category in zip(within, categories, strict=True):
        scaled = np.minimum(q * scale, 1.0)
        adjusted.append(scaled if category <= alpha else np.maximum(scaled, category))
    return adjusted
