"""Moments: expectation and variance of a spatial lag under permutation, for any weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations

    Floats = npt.NDArray[np.float64]


def standardized_lag(observations: Observations, *, include_self: bool) -> Floats:
    """Return the z of the neighbors' weighted sum under random permutation.

    With ``include_self`` all n values are drawn from (Gi*), otherwise the n − 1 others (Gi, and
    the conditional local Moran up to the sign of the own value). NaN where the variance is 0.

    References
    ----------
    Ord & Getis (1995), Geographical Analysis 27, equations 5 and 7, with the variances of the
    general form, N·S1 − W².
    """
    values = observations.scaled
    own = values[observations.rank]
    left_out = np.zeros_like(own) if include_self else own
    drawn = values.size - (not include_self)
    mean = (values.sum() - left_out) / max(drawn, 1)
    variance = ((values**2).sum() - left_out**2) / max(drawn, 1) - mean**2
    weight, squares = observations.weight_sums(), observations.weight_sums(2)
    spread = variance * (drawn * squares - weight**2) / max(drawn - 1, 1)
    # A variance of zero leaves rounding error, and a z divided by that would be nonsense.
    spread = np.where(spread > 1e-12 * np.maximum(squares, 1e-300), spread, np.nan)
    result: Floats = (observations.lag(values) - weight * mean) / np.sqrt(spread)
    return result
