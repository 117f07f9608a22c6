"""Permutations: how many of them a test takes."""

from __future__ import annotations

from math import ceil

import numpy as np

from hotspots.catalogue.results import MOST_PERMUTATIONS
from hotspots.errors import InputError


def permutations_needed(
    permutations: object,
    family: int,
    alpha: float,
    *,
    at_least: int = 1,
    what: str = "permutations",
) -> int:
    """Return the number of permutations: the one given, or with ``"auto"`` enough of them.

    Parameters
    ----------
    permutations
        A whole number, or ``"auto"``: :func:`permutations_for` the family, from ``at_least``
        up to 999,999.
    family
        Number of tests that are corrected together.
    alpha
        Level after the correction.
    at_least
        The fewest that ``"auto"`` takes.
    what
        What an error calls them.

    Raises
    ------
    InputError
        For anything but ``"auto"`` or a whole number of at least 1.

    Examples
    --------
    >>> permutations_needed("auto", 100, 0.05), permutations_needed(999, 100, 0.05)
    (39999, 999)
    """
    if isinstance(permutations, str) and permutations == "auto":
        return min(MOST_PERMUTATIONS, max(at_least, permutations_for(family, alpha)))
    if isinstance(permutations, bool) or not isinstance(permutations, int | np.integer):
        raise InputError(
            f"{what} came as {permutations!r}. Give a whole number, e.g. 99999, or 'auto'."
        )
    if permutations < 1:
        raise InputError(f"{what} came as {permutations}. Give at least 1, e.g. 99999, or 'auto'.")
    return int(permutations)


def permutations_for(family: int, alpha: float) -> int:
    """Return the permutations whose least p is a twentieth of the Bonferroni level.

    That is the smallest P with (P + 1) ≥ 20·family/alpha.
    """
    return ceil(20 * max(family, 1) / alpha) - 1
