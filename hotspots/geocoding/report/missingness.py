"""Tests of whether the unlocated incidents are missing at random, and where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hotspots.stats.corrections import holm
from hotspots.stats.p_values import p_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

_CHUNK = 2_000_000
_SAME = 1e-9
"""Relative difference below which two statistics differ only by rounding."""

_FACTOR_COLUMNS = ("levels", "rows", "left_out", "statistic", "p", "q")
_LEVEL_COLUMNS = (
    "factor", "level", "rows", "missed", "miss_rate", "elsewhere", "surplus", "residual", "p", "q",
)  # fmt: skip


def missingness_tests(
    missed: pd.Series, factors: Mapping[str, pd.Series], *, permutations: int, seed: int
) -> pd.DataFrame:
    """Return, for each factor, whether missing locations are spread over its levels by chance.

    The statistic is Pearson's chi-square of missed and located rows by level. Many levels are too
    small for the chi-square distribution, so p is estimated by permutation, with both margins
    fixed: (1 + permutations at least as uneven) / (1 + permutations). ``q`` is p after Holm's
    correction over the factors that can be tested.

    Parameters
    ----------
    missed
        True for rows without a location.
    factors
        Name → level of each row, on the same index; rows with a missing level are left out.
    permutations, seed
        Number of permutations, and their seed.

    Returns
    -------
    pandas.DataFrame
        On ``factor``: ``levels``, ``rows``, ``left_out``, ``statistic``, ``p``, ``q``; the last
        three NaN if there is nothing to test (one level; nothing missed, or everything).

    References
    ----------
    Hope, A. C. A. (1968). A simplified Monte Carlo significance test procedure. *Journal of the
    Royal Statistical Society B* 30, 582–598.

    Examples
    --------
    >>> missed = pd.Series([True] * 20 + [False] * 80)
    >>> shift = pd.Series(["night"] * 25 + ["day"] * 75)
    >>> table = missingness_tests(missed, {"shift": shift}, permutations=999, seed=0)
    >>> float(table.loc["shift", "statistic"]), float(table.loc["shift", "p"])
    (75.0, 0.001)
    """
    rows = []
    for place, (_, levels) in enumerate(factors.items()):
        counts = _counts(missed, levels)
        statistic = p = float("nan")
        if _testable(counts):
            size, misses = counts["rows"].to_numpy(), counts["missed"].to_numpy()
            statistic = float(chi_square(misses, size))
            generator = np.random.default_rng([seed, place])
            p = _exchanged_p(misses, size, permutations, generator)
        left_out = int(levels.isna().sum())
        rows.append((len(counts), len(levels) - left_out, left_out, statistic, p, float("nan")))
    index = pd.Index(list(factors), name="factor", dtype=str)
    table = pd.DataFrame(rows, index=index, columns=list(_FACTOR_COLUMNS))
    table["q"] = holm(table["p"].to_numpy(dtype=float))
    return table


def uneven_levels(
    missed: pd.Series, factors: Mapping[str, pd.Series], tests: pd.DataFrame, *, alpha: float
) -> pd.DataFrame:
    """Return the levels that miss more or fewer rows than chance allows.

    Only factors that are uneven as a whole (``q`` of :func:`missingness_tests` ≤ ``alpha``) are
    examined. ``p`` is twice the smaller tail of the exact hypergeometric distribution, ``q`` is p
    after Holm's correction over all levels of these factors; levels with q ≤ ``alpha`` are
    returned, the largest surplus of each factor first.

    Returns
    -------
    pandas.DataFrame
        ``factor``, ``level``, ``rows``, ``missed``, ``miss_rate``, ``elsewhere`` (the rate of all
        other levels together), ``surplus`` (missed rows more than if misses were even),
        ``residual`` (adjusted and standardized), ``p``, ``q``.

    References
    ----------
    Agresti, A. (2013). *Categorical Data Analysis*, 3rd ed., 3.3.1 (adjusted residuals). Wiley.
    """
    chosen = [str(name) for name in tests.index[tests["q"] <= alpha]]
    tables = [_levels(name, _counts(missed, factors[name])) for name in chosen]
    if not tables:
        return pd.DataFrame(columns=list(_LEVEL_COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    table["q"] = holm(table["p"].to_numpy(dtype=float))
    found = table[table["q"] <= alpha]
    order = {name: place for place, name in enumerate(chosen)}
    keys = found.assign(place=found["factor"].map(order), size=-found["surplus"].abs())
    ordered = keys.sort_values(["place", "size", "level"], kind="stable").index
    return found.loc[ordered].reset_index(drop=True)


def chi_square(missed: Counts, rows: Counts) -> Floats:
    """Return Pearson's chi-square of missed and located rows by level, along the last axis.

    Examples
    --------
    >>> float(chi_square(np.array([3, 1]), np.array([4, 4])))
    2.0
    """
    total = rows.sum()
    rate = missed.sum(axis=-1, keepdims=True) / total
    expected = rows * rate
    spread: Floats = ((missed - expected) ** 2 / (expected * (1 - rate))).sum(axis=-1)
    return spread


def _counts(missed: pd.Series, levels: pd.Series) -> pd.DataFrame:
    groups = missed.groupby(levels, observed=True, sort=True)
    return pd.DataFrame({"rows": groups.size(), "missed": groups.sum()}).astype("int64")


def _testable(counts: pd.DataFrame) -> bool:
    misses = int(counts["missed"].sum())
    return len(counts) > 1 and 0 < misses < int(counts["rows"].sum())


def _exchanged_p(
    missed: Counts, rows: Counts, permutations: int, generator: np.random.Generator
) -> float:
    """Return the permutation p: how often the misses are at least as uneven by chance."""
    least = chi_square(missed, rows) * (1 - _SAME)
    as_uneven = 0
    at_once = max(1, _CHUNK // rows.size)
    for start in range(0, permutations, at_once):
        draws = min(at_once, permutations - start)
        # Only the number of misses in each level matters, not which rows they are.
        drawn = generator.multivariate_hypergeometric(
            rows, int(missed.sum()), size=draws, method="marginals"
        )
        as_uneven += int((chi_square(drawn, rows) >= least).sum())
    return (1 + as_uneven) / (1 + permutations)


def _levels(name: str, counts: pd.DataFrame) -> pd.DataFrame:
    rows, missed = counts["rows"].to_numpy(), counts["missed"].to_numpy()
    total, misses = int(rows.sum()), int(missed.sum())
    rate = misses / total
    expected = rows * rate
    more = stats.hypergeom.sf(missed - 1, total, misses, rows)
    fewer = stats.hypergeom.cdf(missed, total, misses, rows)
    return pd.DataFrame(
        {
            "factor": name,
            "level": counts.index.astype(str),
            "rows": rows,
            "missed": missed,
            "miss_rate": missed / rows,
            "elsewhere": (misses - missed) / (total - rows),
            "surplus": missed - expected,
            "residual": (missed - expected) / np.sqrt(expected * (1 - rate) * (1 - rows / total)),
            "p": p_value(more, fewer),
        }
    )
