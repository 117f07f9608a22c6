"""Moments: what chance leads one to expect of a neighbors' sum, by formula, for any weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites

    Floats = npt.NDArray[np.float64]


def sum_z(sites: Sites, *, own_included: bool) -> Floats:
    """Return the standardized weighted sum of neighbors' values under random permutation.

    With ``own_included`` all n values are drawn from (Gi*), otherwise the n−1 others (Gi, and
    the conditional local Moran up to the sign of the own value). NaN where the variance is 0.

    References
    ----------
    Ord & Getis (1995), Geographical Analysis 27, equations 5 and 7, the variances with
    N·S1 − W² for any weights.
    """
    values = sites.scaled
    own = values[sites.rank]
    left_out = np.zeros_like(own) if own_included else own
    drawn = values.size - (not own_included)
    mean = (values.sum() - left_out) / max(drawn, 1)
    variance = ((values**2).sum() - left_out**2) / max(drawn, 1) - mean**2
    weight, squares = sites.weight_sums(), sites.weight_sums(2)
    spread = variance * (drawn * squares - weight**2) / max(drawn - 1, 1)
    # What is left of a zero variance is rounding dust, and a z over it would be nonsense.
    spread = np.where(spread > 1e-12 * np.maximum(squares, 1e-300), spread, np.nan)
    result: Floats = (sites.lag(values) - weight * mean) / np.sqrt(spread)
    return result
