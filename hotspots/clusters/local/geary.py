"""Local Geary: places that differ little, or much, from their neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import one_series
from hotspots.clusters.labels import CODE, checked_settings
from hotspots.clusters.local.moran import row_standardized
from hotspots.clusters.local.result import Moments, draws_asked, local_result
from hotspots.clusters.permutation.observations import checked_numbers, place_sites
from hotspots.clusters.permutation.projected_tails import projected_tails
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest
from hotspots.stats.exact_sums import row_sums

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.clusters.permutation.tails import Tails
    from hotspots.schema import LocalResult

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
    alternative: str = "two-sided",
    correction: str = "fdr",
    alpha: float = 0.05,
    permutations: int | str = "auto",
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return local Geary's c of each place with its p, q and label, of one column or several.

    Parameters
    ----------
    values
        A Series, or for the multivariate c a DataFrame with one column for each variable, on
        the places' index. A place with a missing value, in any column, is *no data*.
        Smoothed rates are refused.
    graph
        Neighbors on the same index, in any order; each row's weights are made to add up to
        1 here, in a copy.
    alternative
        ``two-sided``, ``greater`` (c larger than by chance: unlike its neighbors) or ``less``
        (c smaller: like them).
    correction, alpha, permutations, family, seed
        As in :func:`getis_ord`. The null is conditional: the place keeps its values and draws
        its neighbors from the other places, all columns of one place together.

    Returns
    -------
    LocalResult
        ``statistic`` is Σwᵢⱼ(zᵢ−zⱼ)² with z standardized (divisor n), averaged over the
        columns; ``expected`` and ``z`` its conditional expectation and standardized value,
        exact for any weights. c is far from normal, so there is no analytic p. Labels where
        c is small: ``high-high`` and ``low-low`` where place and neighbors lie on one side
        of the mean, otherwise ``similar`` (always so with several columns); where c is large:
        ``dissimilar``.

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
    settings = checked_settings(alternative, correction, alpha, seed, family)
    frame = _columns(values)
    codes, rows = _rows(frame)
    sites = row_standardized(place_sites(codes, graph, include_self=False))
    attributes = _standardized(rows[sites.reference.astype(np.int64)])
    draws = draws_asked(permutations, sites, settings)
    distances = _distances(sites, attributes)
    largest = float(np.abs(attributes).max(initial=0.0)) or 1.0
    scaled = attributes / largest
    tails = projected_tails(
        sites,
        np.vstack([(scaled**2).sum(axis=1), scaled.T]),
        -2 * scaled[sites.rank],
        distances.constant,
        permutations=draws,
        seed=settings.seed,
    )
    several = frame.shape[1] > 1
    return local_result(
        MULTIVARIATE_GEARY if several else LOCAL_GEARY,
        ", ".join(map(str, frame.columns)) if several else frame.columns[0],
        sites,
        distances.moments,
        tails,
        _leaning(sites, attributes, tails, alternative),
        null="conditional",
        settings=settings,
        permutations=draws,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Distances:
    """What the squared distances from each place to all others say of its c."""

    moments: Moments
    constant: Booleans


def _columns(values: pd.Series | pd.DataFrame) -> pd.DataFrame:
    if isinstance(values, pd.DataFrame):
        return values
    one_series(values, "The tested values")
    return values.to_frame()


def _rows(frame: pd.DataFrame) -> tuple[pd.Series, Floats]:
    """Return the number of each place's row among the distinct rows, ascending, and those."""
    if not frame.shape[1]:
        raise InputError("The tested values have no column. Give one for each variable.")
    if not frame.columns.is_unique:
        raise InputError(
            f"The tested columns {list(map(str, frame.columns))} repeat a name. "
            "Each variable stands once."
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
    """Return the reference rows less their mean, over their standard deviation (divisor n)."""
    if not rows.size:
        return rows
    centerd = rows - rows.mean(axis=0)
    spread = np.sqrt((centerd**2).mean(axis=0))
    flat = np.abs(centerd).max(axis=0) <= 1e-14 * np.abs(rows).max(axis=0)
    result: Floats = np.where(flat, 0.0, centerd / np.where(flat, 1.0, spread))
    return result


def _distances(sites: Sites, attributes: Floats) -> _Distances:
    own, columns = attributes[sites.rank], attributes.shape[1]
    gap = own[sites.link_site] - attributes[sites.link_rank]
    statistic = row_sums(sites.link_weight * (gap**2).sum(axis=1), sites.start) / columns
    mean, variance = _distance_moments(attributes, own)
    others = max(len(attributes) - 1, 1)
    weight, squares = sites.weight_sums(), sites.weight_sums(2)
    constant = _constant(sites, attributes, variance)
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
    # Plain sums: what a matrix product rounds may hang on the place of a row, or on the cores.
    along = (own * attributes.sum(axis=0)).sum(axis=1)
    cross = (own * (attributes * squares[:, None]).sum(axis=0)).sum(axis=1)
    products = (attributes[:, :, None] * attributes[:, None, :]).sum(axis=0)
    spread = (own[:, :, None] * own[:, None, :] * products).sum(axis=(1, 2))
    # The place's distance to itself is zero, and adds nothing to either sum.
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


def _constant(sites: Sites, attributes: Floats, variance: Floats) -> Booleans:
    """Return where all draws give one c: all others are equally far, or all are neighbors."""
    whole: Booleans = sites.equal & (sites.size == sites.reference.size - 1)
    if not attributes.any():
        return np.ones(sites.tested.size, dtype=bool)
    reach = float((attributes**2).sum(axis=1).max())
    for place in np.flatnonzero(~whole & (variance <= 1e-9 * reach**2)):
        gap = np.delete(attributes, sites.rank[place], axis=0) - attributes[sites.rank[place]]
        distance = (gap**2).sum(axis=1)
        whole[place] = np.ptp(distance) <= _ALIKE * reach
    return whole


def _leaning(sites: Sites, attributes: Floats, tails: Tails, alternative: str) -> Codes:
    if alternative == "two-sided":
        alike = tails.less < tails.greater
    else:
        alike = np.full(sites.tested.size, alternative == "less")
    near = np.full(sites.tested.size, CODE[Label.SIMILAR])
    if attributes.shape[1] == 1:
        own, around = attributes[sites.rank, 0], sites.lag(attributes[:, 0])
        near[(own > _ALIKE) & (around > _ALIKE)] = CODE[Label.HIGH_HIGH]
        near[(own < -_ALIKE) & (around < -_ALIKE)] = CODE[Label.LOW_LOW]
    return np.where(alike, near, CODE[Label.DISSIMILAR])
