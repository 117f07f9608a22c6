"""Poisson counts: exact intervals of a mean, and tests of two rates that hold for small counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from hotspots.stats.p_values import p_value

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_NEGLIGIBLE = 1e-12
"""Probability in either tail of the first count that the E-test leaves out of its sum."""

_TIE = 1e-9
"""Relative tolerance within which two values of the E-test's statistic are equal."""


def poisson_interval(counts: Floats, *, confidence_level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact lower and upper limits of the mean of each Poisson count.

    A missing count has missing limits.

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437–442.

    Examples
    --------
    >>> low, high = poisson_interval(np.array([0.0, 10.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 4.7954], [3.6889, 18.3904])
    """
    tail = (1 - confidence_level) / 2
    low = np.where(counts > 0, stats.chi2.ppf(tail, 2 * np.maximum(counts, 0.5)) / 2, 0.0)
    return np.where(np.isnan(counts), np.nan, low), stats.chi2.isf(tail, 2 * counts + 2) / 2


def poisson_e_test(
    count_1: int, count_2: int, *, exposure_1: float = 1.0, exposure_2: float = 1.0
) -> float:
    """Return the two-sided p of the E-test of two equal Poisson rates.

    Parameters
    ----------
    count_1, count_2
        Events.
    exposure_1, exposure_2
        Person-years (or any other measure) in which they happened, above 0.

    Returns
    -------
    float
        The probability, at the pooled rate, of a statistic at least as far from 0 as the
        observed one; 1 if the two rates are equal. (Two counts of 0 have a statistic of 0.)

    References
    ----------
    .. [1] Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two
       Poisson means. Journal of Statistical Planning and Inference 119, 23–35.

    Examples
    --------
    >>> round(poisson_e_test(3, 0), 4)
    0.0884
    >>> poisson_e_test(0, 0)
    1.0
    """
    # Not scipy's poisson_means_test: rounding makes it miss tied statistics where exposures
    # differ, which gives too small a p, and its time grows with the product of the two counts.
    ratio = exposure_1 / exposure_2
    if count_1 * exposure_2 == count_2 * exposure_1:
        return 1.0
    # |x − r·y| / sqrt(x + r²·y) is the statistic in units of the first exposure.
    observed = (count_1 - ratio * count_2) ** 2 / (count_1 + ratio**2 * count_2)
    pooled = (count_1 + count_2) / (exposure_1 + exposure_2)
    mean_1, mean_2 = pooled * exposure_1, pooled * exposure_2
    ends = stats.poisson.ppf([_NEGLIGIBLE, 1.0 - _NEGLIGIBLE], mean_1)
    x = np.arange(int(ends[0]), int(ends[1]) + 1, dtype="float64")
    # For each x the statistic reaches the observed one below one root in y and above the other.
    level = observed * (1.0 - _TIE)
    middle = x / ratio + level / 2.0
    half = np.sqrt(level * (x / ratio + x / ratio**2 + level / 4.0))
    below = np.where(x > 0, np.floor(middle - half), -1.0)  # (0, 0) has no statistic
    above = np.ceil(middle + half)
    outside = stats.poisson.cdf(below, mean_2) + stats.poisson.sf(above - 1.0, mean_2)
    total = float((stats.poisson.pmf(x, mean_1) * np.minimum(outside, 1.0)).sum())
    return min(1.0, total)


def poisson_conditional_test(
    count_1: int, count_2: int, *, exposure_1: float = 1.0, exposure_2: float = 1.0
) -> float:
    """Return the two-sided p of the exact conditional test of two equal Poisson rates.

    Given the sum of the two, the first count is binomial. The two-sided p is twice the smaller
    tail, at most 1, so that it agrees with the Clopper–Pearson interval of the ratio.

    Parameters
    ----------
    count_1, count_2
        Events.
    exposure_1, exposure_2
        Person-years (or any other measure) in which they happened, above 0.

    References
    ----------
    .. [1] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
       Poisson series. Biometrika 31, 313–323.

    Examples
    --------
    >>> poisson_conditional_test(3, 0)                 # 2 · (1/2)³
    0.25
    """
    total, share = count_1 + count_2, exposure_1 / (exposure_1 + exposure_2)
    less = stats.binom.cdf(count_1, total, share)
    more = stats.binom.sf(count_1 - 1, total, share)
    return float(p_value(more, less))
