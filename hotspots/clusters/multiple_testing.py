"""Families: one correction over all places and all categories that answer one question."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import share
from hotspots.catalogue import remark
from hotspots.clusters.labels import labels
from hotspots.clusters.permutation.tails import draws_for
from hotspots.errors import InputError
from hotspots.schema import LocalResult
from hotspots.stats.corrections import adjust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SAME_P = 1e-9


def correct_family(
    results: Mapping[str, LocalResult], *, correction: str = "fdr", alpha: float = 0.05
) -> dict[str, LocalResult]:
    """Return the results of one question's tests, corrected together and marked as headline.

    Six categories tested each at its own 5% give a false hot spot far more often than once in
    twenty maps; corrected as one family they do not. One list of all p-values would not do
    either: the many true findings of one category lower the bar for every other, and a category
    without any pattern lights up in their wake. So the false discovery rate is held in two
    steps: first the categories, each by the Simes p of all its places; then the places within
    the categories that passed, at the level times the share of categories that passed. With
    nothing anywhere, some place is labeled on at most ``alpha`` of the maps; and within the
    categories that show something, the expected share of false labels is at most ``alpha``.

    Parameters
    ----------
    results
        Category → result of the same kind of test. They are not changed; what is returned
        bears the category as its variable.
    correction
        ``fdr`` or ``by`` in two steps, ``bonferroni`` over all places of all results, or
        ``none``.
    alpha
        Level of the whole family.

    Returns
    -------
    dict
        Category → its result with ``q`` and ``label`` made again; a place is labeled where
        ``q`` ≤ ``alpha``. ``family`` is the number of p-values of all results together.

    References
    ----------
    Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of
    hypotheses. Journal of the Royal Statistical Society B 76(1), 297–318.

    Simes, R. J. (1986). An improved Bonferroni procedure for multiple tests of significance.
    Biometrika 73(3), 751–754.

    Raises
    ------
    InputError
        For no result at all, one that was not made by a local test of this library, or results
        of different tests.

    Warns
    -----
    HotspotsWarning
        Where places at the least p that their permutations could give are not labeled, which
        more of them would mend (see ``family`` of :func:`getis_ord`).

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
    share(alpha, "alpha")
    check_results(results)
    values = [result.table["p"].to_numpy(float) for result in results.values()]
    all_q = adjusted(values, correction, alpha)
    family = int(sum((~np.isnan(p)).sum() for p in values))
    _warn_of_draws(results, all_q, alpha, family)
    corrected = {}
    for (category, result), q in zip(results.items(), all_q, strict=True):
        table = result.table.assign(q=q)
        assert result.leaning is not None
        table["label"] = labels(result.leaning, table["q"], alpha)
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


def check_results(results: Mapping[str, LocalResult]) -> None:
    """Raise :class:`InputError` unless these are results of one local test, by category."""
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
        if result.leaning is None:
            raise InputError(
                f"The result of {category!r} does not say which way its places lean. "
                "Make it with getis_ord, local_moran or excess_risk."
            )
    tests = sorted({result.test for result in results.values()})
    if len(tests) > 1:
        raise InputError(
            f"The results are of different tests ({', '.join(tests)}). A family answers one "
            "question, by one test: give the results of each to a call of its own."
        )


def _warn_of_draws(
    results: Mapping[str, LocalResult],
    corrected: list[NDArray[np.float64]],
    alpha: float,
    family: int,
) -> None:
    """Warn of places at the least p of their draws that the whole family's correction loses."""
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
                draws=draws_for(family, alpha),
            ),
            stacklevel=3,
        )


def _least_sampled(result: LocalResult) -> float:
    """Return the least p of a place whose draws were sampled; counted, its p cannot be less."""
    assert result.permutations is not None
    return (2 if result.alternative == "two-sided" else 1) / (result.permutations + 1)


def adjusted(
    values: Sequence[NDArray[np.float64]], correction: str, alpha: float
) -> list[NDArray[np.float64]]:
    """Return the adjusted p of each category, corrected over all of them; see correct_family.

    Under ``fdr`` and ``by`` they hold at ``alpha`` alone: another level, another correction.
    """
    if correction in ("fdr", "by"):
        return _in_two_steps(values, correction, alpha)
    pooled = adjust(np.concatenate(values), correction)
    return np.split(pooled, np.cumsum([len(p) for p in values])[:-1])


def _in_two_steps(
    values: Sequence[NDArray[np.float64]], correction: str, alpha: float
) -> list[NDArray[np.float64]]:
    """Return adjusted p: within each category, times the categories per selected category.

    The least adjusted p within a category is its Simes p (its analogue under ``by``). Where a
    category is not selected, none of its places can pass: its own adjusted p is their floor.
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
