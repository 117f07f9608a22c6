"""Corrections for multiple testing: p-values adjusted so that the whole family keeps its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import one_of
from hotspots.schema.options import Correction

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


EXACT_PRICE = 10.0
"""What a finding of the exact test alone costs, where the posterior labels."""


def adjust(p: Floats, correction: Correction, family: int | None = None) -> Floats:
    """Return q, the adjusted p: the lowest level of the family at which each test passes.

    Parameters
    ----------
    p
        The p of each test. A missing p (NaN) stays missing and is not counted.
    correction
        ``fdr`` (Benjamini–Hochberg), ``by`` (Benjamini–Yekutieli, valid under any
        dependence), ``bonferroni`` or ``none``.
    family
        Size of the family, if these tests are only part of it: the other tests count as if
        they had found nothing (p = 1).

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57; Benjamini & Yekutieli (2001), Ann.
    Stat. 29.

    Examples
    --------
    >>> adjust(np.array([0.01, 0.04, 0.03, np.nan]), "fdr").round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    one_of(correction, Correction, "correction")
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    size = max(tested.size, family or 0)
    if correction == "none":
        q[tested] = p[tested]
    elif correction == "bonferroni":
        q[tested] = np.minimum(1.0, p[tested] * size)
    else:
        # Not scipy's false_discovery_control: bit for bit the same for "fdr", it rounds "by"
        # otherwise, and it sorts every p. Permutation p repeat, and sorting the distinct ones
        # takes half its time at a million places.
        number, ascending = pd.factorize(p[tested], sort=True)
        # Tied p share the rank of the last of them.
        rank = np.cumsum(np.bincount(number, minlength=ascending.size))
        factor = (1 / np.arange(1, size + 1)).sum() if correction == "by" else 1.0
        # Step-up: a test passes if it, or any test with a larger p, meets its own bound.
        steps = ascending * (size * factor / rank)
        passed = np.minimum.accumulate(steps[::-1])[::-1]
        q[tested] = np.minimum(1.0, passed)[number]
    return q


def adjust_posterior(probability: Floats) -> Floats:
    """Return q: the mean probability of being wrong about a place and all that are more probable.

    Places taken in the order of their probability up to q ≤ 5% hold at most 5% wrong ones, in
    expectation under the posterior. Equal probabilities share the larger q. A missing
    probability stays missing.

    References
    ----------
    Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5, 155–176.

    Examples
    --------
    >>> adjust_posterior(np.array([0.98, 0.4, np.nan, 0.9, 0.98])).round(3).tolist()
    [0.02, 0.185, nan, 0.047, 0.02]
    """
    q = np.full(probability.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(probability))
    number, ascending = pd.factorize(1 - probability[tested], sort=True)
    repeats = np.bincount(number, minlength=ascending.size)
    q[tested] = (np.cumsum(ascending * repeats) / np.cumsum(repeats))[number]
    return q


def either_rule(probability: Floats, q_exact: Floats) -> Floats:
    """Return the q of a place that is labeled by its posterior, or by the exact test.

    A distribution of risk that was fitted to a city of like places draws a single high one
    toward the others, however sure its count is. So the exact test labels, too, at a tenth of
    the level: q is the smaller of the posterior's and ten times the exact test's.
    """
    smaller: Floats = np.fmin(adjust_posterior(probability), EXACT_PRICE * q_exact)
    return smaller


def holm(p: Floats) -> Floats:
    """Return the p-values adjusted by Holm's method; a missing p stays missing, uncounted.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal
    of Statistics 6, 65–70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    q = np.full(p.shape, np.nan)
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]
    steps = np.arange(order.size, 0, -1) * p[order]
    q[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return q
