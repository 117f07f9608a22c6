"""Ranking: a weighted sum of criteria, with its sensitivity to the weights."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from hotspots._checks import named_index, one_of
from hotspots.catalogue import remark
from hotspots.errors import ColumnError, InputError
from hotspots.schema import POLYGON_ID, Criterion, Ranking
from hotspots.schema.options import Scaling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hotspots.schema import Layer

_TAIL = 0.05
"""Share of the polygons at either end of a criterion, which get the same share of the scale."""

_CONCENTRATION = 25.0
"""Dirichlet concentration: a weight of 0.5 has a standard deviation of about 0.1."""

_SAME = 1e-9
"""Relative range below which differences are rounding errors, not to be stretched to 0–1."""

_DIGITS = 12
"""Digits to which scores are compared, so that rounding does not decide who is funded."""


def rank_polygons(
    table: pd.DataFrame,
    *,
    criteria: Sequence[Criterion],
    method: Scaling = "min-max",
    draws: int = 1000,
    concentration: float = _CONCENTRATION,
    layers: Sequence[Layer] = (),
    seed: int = 0,
) -> Ranking:
    """Return the polygons ranked by a weighted sum of criteria, with the uncertainty of the ranks.

    Each criterion is scaled to 0–1, 1 being worst. With ``"min-max"`` the minimum is 0, the 5%
    quantile 0.05, the 95% quantile 0.95 and the maximum 1, with linear interpolation between
    them: an outlier cannot compress all other values, and yet different values stay different.
    With ``"rank"`` it is the rank among all polygons, mid-ranks for ties. The score is the
    weighted mean of the scaled criteria.

    The sensitivity to the weights is found by drawing them ``draws`` times from a Dirichlet
    distribution whose mean is the given weights. ``rank_low`` and ``rank_high`` do not include the
    uncertainty of the data.

    Parameters
    ----------
    table
        One row per polygon (index ``polygon_id``), one column per layer; see ``layers_table``.
    criteria
        Columns of the table, each with a weight above 0 and a direction.
    method
        ``"min-max"`` or ``"rank"``.
    draws
        Number of draws of the weights; 0 for none.
    concentration
        Sum of the Dirichlet parameters: a weight w is drawn with variance
        w(1 − w) / (``concentration`` + 1).
    layers
        The layers of the table; a criterion against the direction of its layer raises a warning.
    seed
        Seed of the draws.

    Returns
    -------
    Ranking
        The table is sorted by rank: ``score`` (0–1), ``rank`` (1 is first; ties in the order of
        ``polygon_id``), ``rank_low`` and ``rank_high`` (the middle 90% of the draws, extended to
        the rank), ``share_<layer>`` (its part of the score), and ``missing``: the layers,
        separated by commas, on which the polygon has no value and counts as the median polygon.

    Raises
    ------
    ColumnError
        If a criterion is not a column of the table.
    InputError
        If there is no criterion or no polygon, a weight is not finite and above 0, a criterion is
        repeated or has no direction, or a column is not numeric, empty or infinite.

    Warns
    -----
    HotspotsWarning
        If a criterion is constant (each polygon gets 0.5), or against the direction of its layer.

    References
    ----------
    .. [1] OECD and JRC (2008). Handbook on Constructing Composite Indicators: Methodology and
       User Guide. Steps 5 (normalization), 6 (weighting and aggregation) and 7 (uncertainty).

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.schema import Criterion
    >>> table = pd.DataFrame({"homicide_rate": [10.0, 50.0, 30.0], "clinics": [3.0, 0.0, 1.0]},
    ...                      index=pd.Index(["P1", "P2", "P3"], name="polygon_id"))
    >>> ranking = rank_polygons(table, criteria=[
    ...     Criterion("homicide_rate", weight=3),
    ...     Criterion("clinics", weight=1, direction="more_is_better")])
    >>> ranking.table[["rank", "score", "rank_low", "rank_high"]].round(3)
                rank  score  rank_low  rank_high
    polygon_id
    P2             1  1.000         1          1
    P3             2  0.538         2          2
    P1             3  0.000         3          3
    """
    named_index(table, POLYGON_ID, "rank_polygons: table")
    weights = _weights(table, criteria)
    _check_options(method, draws, concentration)
    _warn_of_contradictions(criteria, layers)
    # A fixed order of rows, so that neither ties nor draws depend on the input order.
    ordered = table.loc[sorted(table.index, key=str)]
    columns = [_numbers(ordered, criterion.layer) for criterion in criteria]
    scaled = _all_scaled(columns, criteria, method)
    shares = scaled * weights
    score = shares.sum(axis=1)
    rank = _ranks(score)
    low, high = _rank_interval(scaled, weights, rank, draws, concentration, seed)
    result = pd.DataFrame(
        {"score": score, "rank": rank, "rank_low": low, "rank_high": high}, index=ordered.index
    )
    for position, criterion in enumerate(criteria):
        result[f"share_{criterion.layer}"] = shares[:, position]
    result["missing"] = _missing(columns, criteria)
    normalized = tuple(
        Criterion(criterion.layer, float(weight), criterion.direction)
        for criterion, weight in zip(criteria, weights, strict=True)
    )
    return Ranking(table=result.sort_values("rank"), criteria=normalized, seed=seed)


def _all_scaled(
    columns: Sequence[NDArray[np.float64]], criteria: Sequence[Criterion], method: Scaling
) -> NDArray[np.float64]:
    scaled = np.empty((len(columns[0]), len(columns)))
    for place, criterion in enumerate(criteria):
        scaled[:, place] = _scaled(columns[place], criterion, method)
    return scaled


def _scaled(
    numbers: NDArray[np.float64], criterion: Criterion, method: Scaling
) -> NDArray[np.float64]:
    known = np.isfinite(numbers)
    values = numbers[known]
    filled = np.where(known, numbers, np.median(values))
    if values.max() - values.min() <= _SAME * np.abs(values).max():
        warnings.warn(
            remark("constant_criterion", criterion=criterion.layer, value=f"{values[0]:g}"),
            stacklevel=4,
        )
        return np.full(len(numbers), 0.5)
    scaled = _by_quantiles(filled, values) if method == "min-max" else _by_rank(filled)
    return scaled if criterion.direction == "more_is_worse" else 1.0 - scaled


def _by_quantiles(numbers: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    least, low, high, most = np.quantile(known, [0.0, _TAIL, 1.0 - _TAIL, 1.0])
    knots = {float(least): 0.0, float(most): 1.0}
    if low == high:
        knots.setdefault(float(low), 0.5)
    else:
        knots.setdefault(float(low), _TAIL)
        knots.setdefault(float(high), 1.0 - _TAIL)
    places = sorted(knots)
    return np.interp(numbers, places, [knots[place] for place in places])


def _by_rank(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return cast("NDArray[np.float64]", (rankdata(numbers) - 1.0) / (len(numbers) - 1.0))


def _ranks(score: NDArray[np.float64]) -> NDArray[np.int64]:
    order = np.argsort(-np.round(score, _DIGITS), kind="stable")
    ranks = np.empty(len(score), dtype="int64")
    ranks[order] = np.arange(1, len(score) + 1)
    return ranks


def _rank_interval(
    scaled: NDArray[np.float64],
    weights: NDArray[np.float64],
    rank: NDArray[np.int64],
    draws: int,
    concentration: float,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if draws == 0 or len(weights) == 1:
        return rank.copy(), rank.copy()
    drawn = np.random.default_rng(seed).dirichlet(concentration * weights, size=draws)
    ranks = np.empty((draws, len(rank)), dtype="int32")
    for position, one in enumerate(drawn):
        ranks[position] = _ranks((scaled * one).sum(axis=1))
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="inverted_cdf")
    return np.minimum(low, rank).astype("int64"), np.maximum(high, rank).astype("int64")


def _missing(columns: Sequence[NDArray[np.float64]], criteria: Sequence[Criterion]) -> list[str]:
    gaps = [np.isnan(numbers) for numbers in columns]
    return [
        ", ".join(
            criterion.layer for gap, criterion in zip(gaps, criteria, strict=True) if gap[row]
        )
        for row in range(len(columns[0]))
    ]


def _numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    try:
        numbers = pd.to_numeric(table[column]).to_numpy(dtype="float64", na_value=np.nan)
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"rank_polygons: the column {column!r} does not hold numbers ({problem})."
            " Rank by a column of numbers."
        ) from problem
    if np.isinf(numbers).any():
        raise InputError(
            f"rank_polygons: the column {column!r} is infinite in polygon "
            f"{table.index[np.isinf(numbers)][0]!r}. Leave the value empty where it is not known."
        )
    if np.isnan(numbers).all():
        raise InputError(
            f"rank_polygons: the column {column!r} is empty in every polygon. "
            "Drop the criterion, or check the layer."
        )
    return cast("NDArray[np.float64]", numbers)


def _weights(table: pd.DataFrame, criteria: Sequence[Criterion]) -> NDArray[np.float64]:
    if len(table) == 0:
        raise InputError("rank_polygons: the table has no rows. Check the step before.")
    if not criteria:
        raise InputError("rank_polygons: there is no criterion. Give at least one.")
    names = [criterion.layer for criterion in criteria]
    unknown = [name for name in names if name not in table.columns]
    if unknown:
        raise ColumnError(
            f"rank_polygons: the table has no column {', '.join(map(repr, unknown))} to rank by. "
            f"There is: {', '.join(map(repr, map(str, table.columns)))}."
        )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"rank_polygons: {twice!r} is a criterion twice. "
            "Name it once, with the sum of its weights."
        )
    for criterion in criteria:
        if not (np.isfinite(criterion.weight) and criterion.weight > 0):
            raise InputError(
                f"rank_polygons: the weight of {criterion.layer!r} came as {criterion.weight}. "
                "A weight is a number above 0; leave a criterion out to give it none."
            )
        if criterion.direction not in ("more_is_worse", "more_is_better"):
            raise InputError(
                f"rank_polygons: the direction of {criterion.layer!r} came as "
                f"{criterion.direction!r}. Say 'more_is_worse' or 'more_is_better'."
            )
    weights = np.array([criterion.weight for criterion in criteria], dtype="float64")
    return cast("NDArray[np.float64]", weights / weights.sum())


def _check_options(method: Scaling, draws: int, concentration: float) -> None:
    one_of(method, Scaling, "rank_polygons: the method")
    if draws < 0:
        raise InputError(f"rank_polygons: draws came as {draws}. Give 0 or more, e.g. 1000.")
    if not (np.isfinite(concentration) and concentration > 0):
        raise InputError(
            f"rank_polygons: the concentration came as {concentration}. "
            "It is a number above 0; the larger, the closer the drawn weights are to those given."
        )


def _warn_of_contradictions(criteria: Sequence[Criterion], layers: Sequence[Layer]) -> None:
    said = {layer.name: layer.direction for layer in layers if layer.direction != "neutral"}
    against = [one.layer for one in criteria if said.get(one.layer, one.direction) != one.direction]
    if against:
        warnings.warn(
            remark("against_direction", criteria=", ".join(against)),
            stacklevel=3,
        )
