"""Families: one correction over all places and all categories that answer one question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import share
from hotspots.clusters.corrections import adjust
from hotspots.clusters.verdicts import labels
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.schema import LocalResult


def correct_family(
    results: Mapping[str, LocalResult], *, correction: str = "fdr", alpha: float = 0.05
) -> dict[str, LocalResult]:
    """Return the results of one question's tests, corrected together and marked as headline.

    Six categories tested each at its own 5% give a false hot spot far more often than once in
    twenty maps; corrected as one family they do not.

    Parameters
    ----------
    results
        Category → result of the same kind of test. They are not changed.
    correction
        ``fdr``, ``by``, ``bonferroni`` or ``none``, over all places of all results.
    alpha
        Level of the whole family.

    Raises
    ------
    InputError
        For no result at all, or one that was not made by a local test of this library.

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.clusters.excess_risk import excess_risk
    >>> residents = pd.Series(10_000.0, index=range(40))
    >>> thefts = pd.Series([20, 22, 18, 19, 21] * 8)
    >>> thefts[7] = 90
    >>> both = {"theft": excess_risk(thefts, residents), "arson": excess_risk(thefts, residents)}
    >>> correct_family(both)["theft"].family
    80
    """
    share(alpha, "alpha")
    if not results:
        raise InputError("There is no result to correct. Give a mapping of category to result.")
    pooled = np.concatenate([result.table["p"].to_numpy(float) for result in results.values()])
    q = adjust(pooled, correction)
    family = int((~np.isnan(pooled)).sum())
    corrected, start = {}, 0
    for category, result in results.items():
        if result.leaning is None:
            raise InputError(
                f"The result of {category!r} does not say which way its places lean. "
                "Make it with getis_ord, local_moran or excess_risk."
            )
        stop = start + len(result.table)
        table = result.table.assign(q=q[start:stop])
        table["label"] = labels(result.leaning, table["q"], alpha)
        corrected[category] = replace(
            result,
            table=table,
            correction=correction,
            alpha=float(alpha),
            family=family,
            headline=True,
        )
        start = stop
    return corrected
