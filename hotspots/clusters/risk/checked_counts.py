"""Counts and exposure, checked: what rates, tests and the posterior take alike."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from hotspots._checks import numeric, one_series, unique_index
from hotspots.catalogue import remark
from hotspots.errors import InputError


def checked_counts(counts: pd.Series, exposure: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return counts and exposure as floats on the counts' index, checked.

    Raises
    ------
    InputError
        For a negative or infinite number, an area that one of the two lacks, or what is not
        a number.
    """
    for series, what in ((counts, "The counts"), (exposure, "The exposure")):
        one_series(series, what)
        unique_index(series, what)
        numeric(series, what)
    missing = counts.index.difference(exposure.index, sort=False)
    extra = exposure.index.difference(counts.index, sort=False)
    if len(missing) or len(extra):
        raise InputError(
            f"Counts and exposure are not on the same index: {len(missing)} counts have no "
            f"exposure (first {list(missing[:3])}), {len(extra)} exposures no count (first "
            f"{list(extra[:3])}). Take both from the same table."
        )
    numbers = pd.Series(counts.to_numpy(dtype=float, na_value=np.nan), counts.index)
    residents = pd.Series(exposure.to_numpy(dtype=float, na_value=np.nan), exposure.index)
    residents = residents.reindex(counts.index)
    for values, what in ((numbers, "count"), (residents, "exposure")):
        wrong = (values < 0) | np.isinf(values)
        if wrong.any():
            first = values.index[wrong][0]
            raise InputError(
                f"The {what} of {first!r} is {values[first]}, one of {int(wrong.sum())} that are "
                "negative or infinite. Correct the table, or leave the number missing."
            )
    return numbers, residents


def check_whole(counts: pd.Series) -> None:
    """Raise :class:`InputError` naming the first count that is not a whole number."""
    broken = counts.notna() & (counts != counts.round())
    if broken.any():
        first = counts.index[broken][0]
        raise InputError(
            f"The count of {first!r} is {counts[first]}, and {int(broken.sum())} counts are not "
            "whole. This test takes counts of events and their exposure, not rates."
        )


def warn_of_no_exposure(counts: pd.Series, exposure: pd.Series) -> None:
    """Warn of areas that have events but no exposure."""
    odd = (counts > 0) & (exposure == 0)
    if odd.any():
        warnings.warn(
            remark(
                "nobody",
                n=int(counts[odd].sum()),
                areas=int(odd.sum()),
                first=counts.index[odd][0],
            ),
            stacklevel=3,
        )
