"""Excess risk: places above (or below) what the bulk of the city shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import optimize, stats

from hotspots.clusters import poisson_lognormal
from hotspots.clusters.rates import checked_counts, warn_of_nobody
from hotspots.clusters.verdicts import (
    checked_settings,
    family_size,
    one_of,
    one_p,
    verdict_table,
)
from hotspots.errors import InputError
from hotspots.schema import Label, LocalResult

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

_NORMAL_MAD = 0.6744897501960817
_MAD_FREEDOM = 0.3676
_MOST_SIGMA = 3.0


def excess_risk(
    count: pd.Series,
    exposure: pd.Series,
    *,
    graph: Graph | None = None,
    null: str = "robust",
    correction: str = "fdr",
    alpha: float = 0.05,
    seed: int = 0,
) -> LocalResult:
    """Return which places are above what the bulk of the city shows, beyond ordinary variation.

    Parameters
    ----------
    count
        Events of each place.
    exposure
        Residents on the same index; a place without any is *no data*.
    graph
        Neighbours; where given, each place is tested together with its neighbours.
    null
        ``robust``: risk varies lognormally about the median rate. ``binomial``: one risk
        everywhere, the textbook null, which labels ordinary variation.
    correction, alpha
        As in :func:`getis_ord`.
    seed
        Kept for the record; this test draws nothing.

    Returns
    -------
    LocalResult
        ``statistic`` is the count, ``expected`` the count at the centre, ``z`` the normal
        equivalent of p with its sign, ``label`` ``excess``, ``deficit`` or not significant.

    Raises
    ------
    InputError
        For negative counts, another index, or unknown options.
    """
    one_of(null, ("robust", "binomial"), "null")
    settings = checked_settings("two-sided", correction, alpha, seed)
    number, residents = checked_counts(count, exposure)
    warn_of_nobody(number, residents)
    known = (number.notna() & (residents > 0)).to_numpy()
    if known.sum() < 3:
        raise InputError(f"{int(known.sum())} places have residents. The test needs at least 3.")
    events, people = number.to_numpy()[known], residents.to_numpy()[known]
    if null == "binomial":
        expected, greater, less = _binomial(events, people)
    else:
        expected, greater, less = _robust(events, people)
    p = one_p(greater, less, "two-sided")
    z = np.where(greater < less, 1.0, -1.0) * stats.norm.isf(p / 2)
    leaning = np.where(greater < less, Label.EXCESS.value, Label.DEFICIT.value)
    wide = {name: np.full(known.size, np.nan) for name in ("statistic", "expected", "z", "p")}
    for name, values in zip(wide, (events, expected, z, p), strict=True):
        wide[name][known] = values
    lean = np.full(known.size, Label.NO_DATA.value, dtype=object)
    lean[known] = leaning
    series = pd.Series(lean, index=number.index, name="leaning").astype(str)
    return LocalResult(
        table=verdict_table(number.index, wide, series, settings),
        test="excess_risk",
        variable=str(count.name) if count.name is not None else "count",
        null=null,
        alternative="two-sided",
        correction=correction,
        alpha=settings.alpha,
        family=family_size(wide["p"], None),
        weights="each place alone" if graph is None else "each place with its neighbours",
        leaning=series,
    )


def _binomial(events: Floats, people: Floats) -> tuple[Floats, Floats, Floats]:
    whole, share = events.sum(), people / people.sum()
    greater = stats.binom.sf(events - 1, whole, share)
    less = stats.binom.cdf(events, whole, share)
    return whole * share, greater, less


def _robust(events: Floats, people: Floats) -> tuple[Floats, Floats, Floats]:
    expected = people * np.median(events / people)
    if not expected.any():
        expected = people * (events.sum() / people.sum())
    distance = np.abs(2 * (np.sqrt(events + 0.375) - np.sqrt(expected + 0.375)))

    def excess_spread(sigma: float) -> float:
        return float(np.median(distance / np.sqrt(1 + sigma**2 * expected))) - _NORMAL_MAD

    sigma = 0.0
    if excess_spread(0.0) > 0:
        sigma = float(optimize.brentq(excess_spread, 0.0, _MOST_SIGMA * 10))
    greater, less = poisson_lognormal.tails(events, expected, np.full(events.size, sigma))
    freedom = _MAD_FREEDOM * events.size
    return (
        expected,
        stats.t.sf(stats.norm.isf(greater), freedom),
        stats.t.sf(stats.norm.isf(less), freedom),
    )
