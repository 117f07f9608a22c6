"""Confidence: bins of 90, 95 and 99% for maps, each at the level of the whole correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.catalogue.results import UNTESTED
from hotspots.clusters.labels import labels
from hotspots.clusters.multiple_testing import adjusted, check_results
from hotspots.errors import InputError
from hotspots.schema import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.schema import LocalResult

LEVELS = {"90%": 0.10, "95%": 0.05, "99%": 0.01}
"""Name of a bin → the level of its correction, the widest bin first."""


def confidence(result: LocalResult) -> pd.DataFrame:
    """Return each place's label at the 90% level and the narrowest bin that it still passes.

    The percentage is 1 less the level that the correction holds over all places: of the places
    in the bins "95%" and "99%" together, at most one in twenty is expected to be there by
    chance (``fdr``). It is no probability that a single place is high.

    Parameters
    ----------
    result
        Of any local test, with its own correction. What :func:`correct_family` returned goes
        to :func:`confidence_bins`, all of it.

    Returns
    -------
    DataFrame
        On the places' index: ``label`` (from the tail, wherever a bin is passed; *isolate*, *no
        data* and the like stay) and ``confidence``: ``"99%"``, ``"95%"``, ``"90%"`` or ``""``.

    Raises
    ------
    InputError
        For what is no result of a local test, or one that was corrected with others, whose q hold
        at its own level alone.

    Examples
    --------
    >>> from hotspots.clusters.risk.excess import excess_risk
    >>> thefts = pd.Series([20, 27, 14, 19, 23] * 8)
    >>> thefts[7] = 90
    >>> confidence(excess_risk(thefts, pd.Series(10_000, index=thefts.index))).loc[[6, 7]]
                 label confidence
    6  not significant
    7           excess        99%
    """
    check_results({"one": result})
    if result.headline and result.correction in ("fdr", "by"):
        raise InputError(
            f"The result of {result.variable!r} was corrected together with others, and its q "
            f"hold at {result.alpha:g} alone. Give all of them to confidence_bins()."
        )
    return _bins(result, dict.fromkeys(LEVELS, result.table["q"]))


def confidence_bins(results: Mapping[str, LocalResult]) -> dict[str, pd.DataFrame]:
    """Return the bins of one question's tests, corrected together again at each level.

    The two steps of :func:`correct_family` depend on the level (which categories pass the
    first decides how strict the second is), so one q cannot serve three bins. They keep order:
    a category that passes at 1% passes at 5% too, so the share that passes can only grow with
    the level, and with it what is asked of a place. A 99% place is always a 95% and a 90% one.

    Parameters
    ----------
    results
        Category → result, as given to or returned by :func:`correct_family`, all with one
        correction.

    Returns
    -------
    dict
        Category → what :func:`confidence` returns. Its bins "95%" and "99%" together are the
        labels of ``correct_family(..., alpha=0.05)``.

    Raises
    ------
    InputError
        For no result at all, or results of different tests or corrections.

    Examples
    --------
    >>> from hotspots.clusters.risk.excess import excess_risk
    >>> people = pd.Series(10_000, index=range(40))
    >>> thefts = pd.Series([20, 27, 14, 19, 23] * 8)
    >>> arson = thefts.copy()
    >>> thefts[7] = 90
    >>> both = {"theft": excess_risk(thefts, people), "arson": excess_risk(arson, people)}
    >>> {name: bins["confidence"][7] for name, bins in confidence_bins(both).items()}
    {'theft': '99%', 'arson': ''}
    """
    check_results(results)
    corrections = sorted({result.correction for result in results.values()})
    if len(corrections) > 1:
        raise InputError(
            f"The results were corrected in different ways ({', '.join(corrections)}). "
            "Bins need one correction: pass them through correct_family() first."
        )
    values = [result.table["p"].to_numpy(float) for result in results.values()]
    at_level = {name: adjusted(values, corrections[0], level) for name, level in LEVELS.items()}
    return {
        category: _bins(
            result,
            {name: pd.Series(q[place], result.table.index) for name, q in at_level.items()},
        )
        for place, (category, result) in enumerate(results.items())
    }


def _bins(result: LocalResult, q: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return label and bin, from each level's own q."""
    leaning = result.leaning
    assert leaning is not None
    widest, *_ = LEVELS
    label = labels(leaning, q[widest], LEVELS[widest])
    named = ~label.isin([*UNTESTED, Label.NOT_SIGNIFICANT.value])
    bins = pd.Series("", index=label.index, name="confidence")
    for name, level in LEVELS.items():
        bins[named & (q[name] <= level)] = name
    return pd.DataFrame({"label": label, "confidence": bins})
