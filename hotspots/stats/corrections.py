"""Corrections: p of many tests made into q, so that the whole family keeps its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

CORRECTIONS = ("fdr", "by", "bonferroni", "none")


def adjust(p: Floats, correction: str, family: int | None = None) -> Floats:
    """Return q, the least level of the whole family at which each test passes.

    Parameters
    ----------
    p
        One p per test; NaN where none was made: it stays NaN and is not counted.
    correction
        ``fdr`` (Benjamini–Hochberg), ``by`` (Benjamini–Yekutieli, under any dependence),
        ``bonferroni`` or ``none``.
    family
        Size of the family where these tests are only a part of it: the tests not seen count
        as if they had found nothing.

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57; Benjamini & Yekutieli (2001), Ann.
    Stat. 29.

    Examples
    --------
    >>> adjust(np.array([0.01, 0.04, 0.03, np.nan]), "fdr").round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    if not isinstance(correction, str) or correction not in CORRECTIONS:
        raise InputError(
            f"correction came as {correction!r}. It is one of {', '.join(CORRECTIONS)}."
        )
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    size = max(tested.size, family or 0)
    if correction == "none":
        q[tested] = p[tested]
    elif correction == "bonferroni":
        q[tested] = np.minimum(1.0, p[tested] * size)
    else:
        number, ascending = pd.factorize(p[tested], sort=True)
        # Equal p all get the step of the last of them.
        rank = np.cumsum(np.bincount(number, minlength=ascending.size))
        factor = (1 / np.arange(1, size + 1)).sum() if correction == "by" else 1.0
        # The step-up: a test passes wherever any test with a larger p passes.
        steps = ascending * (size * factor / rank)
        passed = np.minimum.accumulate(steps[::-1])[::-1]
        q[tested] = np.minimum(1.0, passed)[number]
    return q
