"""Confidence: bins of 90, 95 and 99% for maps, each corrected at its own level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.catalogue.results import UNTESTED
from hotspots.clusters.labels import labels
from hotspots.clusters.multiple_testing import (
    adjusted,
    by_posterior,
    check_results,
    labeling_q,
)
from hotspots.errors import InputError
from hotspots.schema import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.schema import LocalResult

LEVELS = {"90%": 0.10, "95%": 0.05, "99%": 0.01}
"""Name of a bin → the level of its correction, from the widest bin to the narrowest."""


def confidence(result: LocalResult) -> pd.DataFrame:
    """Return each place's label at the 90% level and the narrowest bin that it is in.

    The percentage is 1 − the level of the correction over all places: of the places in the bins
    "95%" and "99%" together, at most one in twenty is expected to be there by chance (``fdr``).
    It is not the probability that a single place is high.

    Parameters
    ----------
    result
        Of any local test, with a correction of its own. Results of :func:`correct_family` go
        to :func:`confidence_bins`, all together.

    Returns
    -------
    DataFrame
        On the places' index: ``label`` (the candidate label of a place in any bin; *isolate*,
        *no data* and the like stay) and ``confidence``: ``"99%"``, ``"95%"``, ``"90%"`` or
        ``""``.

    Raises
    ------
    InputError
        For what is no result of a local test, or one that was corrected with others, whose q are
        valid at its own level only.

    Examples
    --------
    >>> from hotspots.clusters.risk.excess import excess_risk
    >>> thefts = pd.Series([20, 27, 14, 19, 23] * 8)
    >>> thefts[7] = 90
    >>> confidence(excess_risk(thefts, pd.Series(10_000, index=thefts.index))).loc[[6, 7]]
                 label confidence
    6  not significant
    7            above        99%
    """
    check_results({"one": result})
    if result.headline and result.correction in ("fdr", "by") and not by_posterior(result):
        raise InputError(
            f"The result of {result.variable!r} was corrected together with others, and its q "
            f"are valid at {result.alpha:g} only. Give all of them to confidence_bins()."
        )
    return _bins(result, dict.fromkeys(LEVELS, result.table["q"]))


def confidence_bins(results: Mapping[str, LocalResult]) -> dict[str, pd.DataFrame]:
    """Return the bins of one question's tests, corrected together anew at each level.

    The two steps of :func:`correct_family` depend on the level (the categories that pass the
    first decide how strict the second is), so one q cannot serve three bins. The bins are
    nested: a category that passes at 1% also passes at 5%, so the share of categories that pass
    can only grow with the level. A place in the 99% bin also passes at 95% and 90%.

    Parameters
    ----------
    results
        Category → result, as given to or returned by :func:`correct_family`, all with one
        correction.

    Returns
    -------
    dict
        Category → what :func:`confidence` returns. The places in its bins "95%" and "99%" are
        those that ``correct_family(..., alpha=0.05)`` labels.

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
            "Bins need the same correction: pass all of them through correct_family() first."
        )
    values = [result.table["p"].to_numpy(float) for result in results.values()]
    at_level = {
        name: labeling_q(results, adjusted(values, corrections[0], level), corrections[0])
        for name, level in LEVELS.items()
    }
    return {
        category: _bins(
            result,
            {name: pd.Series(q[place], result.table.index) for name, q in at_level.items()},
        )
        for place, (category, result) in enumerate(results.items())
    }


def _bins(result: LocalResult, q: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return label and bin of each place, from the q of each level."""
    candidate = result.candidate_label
    assert candidate is not None
    widest, *_ = LEVELS
    label = labels(candidate, q[widest], LEVELS[widest])
    named = ~label.isin([*UNTESTED, Label.NOT_SIGNIFICANT.value, Label.NOT_ABOVE.value])
    bins = pd.Series("", index=label.index, name="confidence")
    for name, level in LEVELS.items():
        bins[named & (q[name] <= level)] = name
    return pd.DataFrame({"label": label, "confidence": bins})
