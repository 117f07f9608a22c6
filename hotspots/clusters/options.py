"""Options: what every test of clusters can be asked for, checked once."""

from __future__ import annotations

from dataclasses import dataclass

from hotspots._checks import one_of, share, whole_number
from hotspots.schema.options import Alternative, Correction


@dataclass(frozen=True, eq=False, slots=True)
class Options:
    """The options that the tests share."""

    alternative: Alternative
    correction: Correction
    alpha: float
    family: int | None
    seed: int


def checked_options(
    *,
    alternative: Alternative = "two-sided",
    correction: Correction = "none",
    alpha: float = 0.05,
    family: int | None = None,
    seed: int,
) -> Options:
    """Return the :class:`Options`, or raise :class:`InputError` that names the one to correct."""
    one_of(alternative, Alternative, "alternative")
    one_of(correction, Correction, "correction")
    share(alpha, "alpha")
    if family is not None:
        mend = "Give the number of tests in it, a whole number from 1 on, or None."
        family = whole_number(family, "family", mend)
    seed = whole_number(seed, "seed", "Give a whole number from 0 on.", least=0)
    return Options(alternative, correction, float(alpha), family, seed)
