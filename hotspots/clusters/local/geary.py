"""Local Geary: places that differ little from their neighbors, or a great deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import one_series
from hotspots.clusters.labels import CODE
from hotspots.clusters.local.moran import row_standardized
from hotspots.clusters.local.result import Moments, local_result, permutation_count
from hotspots.clusters.options import checked_options
from hotspots.clusters.permutation.observations import align_to_graph, checked_numbers
from hotspots.clusters.permutation.projected_tails import projected_tails
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest
from hotspots.stats.exact_sums import row_sums

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.tails import Tails
    from hotspots.schema import LocalResult
    from hotspots.schema.options import Alternative, Correction, Permutations

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.int64]

_ALIKE = 1e-12

_LABELS = (Label.HIGH_HIGH, Label.LOW_LOW, Label.SIMILAR, Label.DISSIMILAR)
LOCAL_GEARY = LocalTest("local_geary", _LABELS)
MULTIVARIATE_GEARY = LocalTest("local_geary_multivariate", (Label.SIMILAR, Label.DISSIMILAR))


def local_geary(
    values: pd.Series | pd.DataFrame,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    permutations: Permutations = "auto",
    seed: int = 0,
) -> LocalResult:
    """Return local Geary's c of each place with its p, q and label, of one column or several.

    Parameters
    ----------
    values
        A Series, or for the multivariate c a DataFrame with one column per variable, on the
        places' index. A place with a missing value, in any column, is *no data*. Smoothed
        rates are refused.
    graph
        Neighbors on the same index, in any order; it is row-standardized here, in a copy.
    alternative
        ``two-sided``, ``greater`` (c larger than by chance: unlike its neighbors) or ``less``
        (c smaller: like them).
    correction, alpha, family, permutations, seed
        As in :func:`getis_ord`. The null is conditional: the place keeps its own values and
        draws its neighbors from the other places, all columns of a place together.

    Returns
    -------
    LocalResult
        ``statistic`` is Σwᵢⱼ(zᵢ−zⱼ)², z being standardized (divisor n), averaged over the
        columns; ``expected`` and ``z`` are its conditional expectation and its standardized
        value, exact for any weights. c is far from normal, so there is no analytic p. Labels
        of a small c: ``high-high`` or ``low-low`` where the place and its neighbors lie on the
        same side of the mean, otherwise ``similar`` (always so with several columns); of a
        large c: ``dissimilar``.

    Raises
    ------
    InputError
        For values or options that cannot be tested.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Anselin (1995), Geographical Analysis 27; Anselin (2019), Geographical Analysis 51, the
    multivariate c and the labels; Sokal, Oden & Thomson (1998), Geographical Analysis 30, the
    conditional moments.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 5] for i in range(5)}
    >>> y = pd.Series([1.0, 2.0, 3.0, 4.0, 9.0], name="y")
    >>> local_geary(y, Graph.from_dicts(line)).table["statistic"].round(4).tolist()
    [0.1289, 0.1289, 0.1289, 1.6753, 3.2216]
    """
    options = checked_options(
        alternative=alternative, correction=correction, alpha=alpha, family=family, seed=seed
    )
    frame = _columns(values)
    codes, rows = _rows(frame)
    observations = row_standardized(align_to_graph(codes, graph, include_self=False))
    attributes = _standardized(rows[observations.reference.astype(np.int64)])
    draws = permutation_count(permutations, observations, options)
    distances = _distances(observations, attributes)
    largest = float(np.abs(attributes).max(initial=0.0)) or 1.0
    scaled = attributes / largest
    tails = projected_tails(
        observations,
        np.vstack([(scaled**2).sum(axis=1), scaled.T]),
        -2 * scaled[observations.rank],
        distances.constant,
        permutations=draws,
        seed=options.seed,
    )
    several = frame.shape[1] > 1
    return local_result(
        MULTIVARIATE_GEARY if several else LOCAL_GEARY,
        ", ".join(map(str, frame.columns)) if several else frame.columns[0],
        observations,
        distances.moments,
        tails,
        _candidates(observations, attributes, tails, alternative),
        null="conditional",
        options=options,
        permutations=draws,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Distances:
    """What follows for c from the squared distances between each place and all others."""

    moments: Moments
    constant: Booleans


def _columns(values: pd.Series | pd.DataFrame) -> pd.DataFrame:
    if isinstance(values, pd.DataFrame):
        return values
    one_series(values, "The tested values")
    return values.to_frame()


def _rows(frame: pd.DataFrame) -> tuple[pd.Series, Floats]:
    """Return the rank of each place's row among the distinct rows, and the distinct rows."""
    if not frame.shape[1]:
        raise InputError("The tested values have no column. Give one per variable.")
    if not frame.columns.is_unique:
        raise InputError(
            f"The tested columns {list(map(str, frame.columns))} repeat a name. "
            "Give each variable once."
        )
    columns = np.column_stack([checked_numbers(frame[name]) for name in frame.columns])
    known = np.flatnonzero(~np.isnan(columns).any(axis=1))
    rows = columns[known]
    order = np.lexsort(rows.T[::-1])
    new = np.ones(order.size, dtype=bool)
    new[1:] = (rows[order][1:] != rows[order][:-1]).any(axis=1)
    codes = np.full(len(frame), np.nan)
    codes[known[order]] = np.cumsum(new) - 1
    name = frame.columns[0] if frame.shape[1] == 1 else "the columns' rows"
    return pd.Series(codes, index=frame.index, name=name), rows[order][new]


def _standardized(rows: Floats) -> Floats:
    """Return the reference rows standardized: centered, and divided by their deviation."""
    if not rows.size:
        return rows
    centered = rows - rows.mean(axis=0)
    spread = np.sqrt((centered**2).mean(axis=0))
    flat = np.abs(centered).max(axis=0) <= 1e-14 * np.abs(rows).max(axis=0)
    result: Floats = np.where(flat, 0.0, centered / np.where(flat, 1.0, spread))
    return result


def _distances(observations: Observations, attributes: Floats) -> _Distances:
    own, columns = attributes[observations.rank], attributes.shape[1]
    gap = own[observations.focal] - attributes[observations.neighbor_rank]
    statistic = row_sums(observations.weight * (gap**2).sum(axis=1), observations.start) / columns
    mean, variance = _distance_moments(attributes, own)
    others = max(len(attributes) - 1, 1)
    weight, squares = observations.weight_sums(), observations.weight_sums(2)
    constant = _constant(observations, attributes, variance)
    spread = variance * (others * squares - weight**2) / max(others - 1, 1)
    spread = np.where(constant, np.nan, np.maximum(spread, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (statistic - weight * mean / columns) / (np.sqrt(spread) / columns)
    z = np.where(np.isfinite(z), z, np.nan)
    return _Distances(Moments(statistic, weight * mean / columns, z), constant)


def _distance_moments(attributes: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of the squared distances from each place to all others."""
    n = len(attributes)
    others = max(n - 1, 1)
    mine, squares = (own**2).sum(axis=1), (attributes**2).sum(axis=1)
    # Plain sums: how a matrix product rounds may depend on the order of rows or on the cores.
    along = (own * attributes.sum(axis=0)).sum(axis=1)
    cross = (own * (attributes * squares[:, None]).sum(axis=0)).sum(axis=1)
    products = (attributes[:, :, None] * attributes[:, None, :]).sum(axis=0)
    spread = (own[:, :, None] * own[:, None, :] * products).sum(axis=(1, 2))
    # A place's distance to itself is zero and adds nothing to either sum.
    total = n * mine - 2 * along + squares.sum()
    fourth = (
        n * mine**2
        + 4 * spread
        + (squares**2).sum()
        - 4 * mine * along
        + 2 * mine * squares.sum()
        - 4 * cross
    )
    return total / others, np.maximum(fourth / others - (total / others) ** 2, 0.0)


def _constant(observations: Observations, attributes: Floats, variance: Floats) -> Booleans:
    """Return where all draws give the same c: all others are equally far, or all are neighbors."""
    constant: Booleans = observations.equal & (observations.size == observations.reference.size - 1)
    if not attributes.any():
        return np.ones(observations.tested.size, dtype=bool)
    reach = float((attributes**2).sum(axis=1).max())
    for place in np.flatnonzero(~constant & (variance <= 1e-9 * reach**2)):
        gap = (
            np.delete(attributes, observations.rank[place], axis=0)
            - attributes[observations.rank[place]]
        )
        distance = (gap**2).sum(axis=1)
        constant[place] = np.ptp(distance) <= _ALIKE * reach
    return constant


def _candidates(
    observations: Observations, attributes: Floats, tails: Tails, alternative: str
) -> Codes:
    if alternative == "two-sided":
        alike = tails.less < tails.greater
    else:
        alike = np.full(observations.tested.size, alternative == "less")
    near = np.full(observations.tested.size, CODE[Label.SIMILAR])
    if attributes.shape[1] == 1:
        own, around = attributes[observations.rank, 0], observations.lag(attributes[:, 0])
        near[(own > _ALIKE) & (around > _ALIKE)] = CODE[Label.HIGH_HIGH]
        near[(own < -_ALIKE) & (around < -_ALIKE)] = CODE[Label.LOW_LOW]
    return np.where(alike, near, CODE[Label.DISSIMILAR])
