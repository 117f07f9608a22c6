"""Verdicts: from two tails to p, q and the label, by the one set of rules of all local tests."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots._checks import share, whole_number
from hotspots.catalogue import remark
from hotspots.errors import InputError
from hotspots.schema import Label
from hotspots.stats.corrections import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.str_]

ALTERNATIVES = ("two-sided", "greater", "less")
_UNTESTED = (Label.ISOLATE, Label.NO_DATA, Label.NO_EVIDENCE, Label.NOT_TESTED)

CODE = {label: number for number, label in enumerate(Label)}
"""The number of each label: many places are labeled by numbers, and put into words once."""


@dataclass(frozen=True, eq=False, slots=True)
class Settings:
    """The options that every local test has, checked once."""

    alternative: str
    correction: str
    alpha: float
    seed: int
    family: int | None = None


def checked_settings(
    alternative: str, correction: str, alpha: float, seed: int, family: int | None = None
) -> Settings:
    """Return :class:`Settings`, or raise :class:`InputError` naming the option to mend."""
    one_of(alternative, ALTERNATIVES, "alternative")
    one_of(correction, CORRECTIONS, "correction")
    share(alpha, "alpha")
    seed = whole_number(seed, "seed", "Give a whole number from 0 on.", least=0)
    if family is not None:
        mend = "Give the number of tests in it, a whole number from 1 on, or None."
        family = whole_number(family, "family", mend)
    return Settings(alternative, correction, float(alpha), seed, family)


def one_of(value: str, allowed: Sequence[str], what: str) -> None:
    """Raise :class:`InputError` unless ``value`` is among ``allowed``."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{what} came as {value!r}. It is one of {', '.join(allowed)}.")


def one_p(greater: Floats, less: Floats, alternative: str) -> Floats:
    """Return p by the alternative; two-sided is twice the smaller tail, at most 1."""
    if alternative == "greater":
        return greater
    if alternative == "less":
        return less
    doubled: Floats = np.minimum(1.0, 2 * np.minimum(greater, less))
    return doubled


def least_p(least: Floats, alternative: str) -> Floats:
    """Return the least p possible, from the least one-sided p."""
    possible: Floats = np.minimum(1.0, least * (2 if alternative == "two-sided" else 1))
    return possible


def labels(leaning: pd.Series, q: pd.Series, alpha: float) -> pd.Series:
    """Return the label of each place: its leaning where q allows it.

    A leaning of ``isolate``, ``no data``, ``no evidence`` or ``not tested`` is kept as it is.
    """
    keep = leaning.isin([label.value for label in _UNTESTED]) | (q <= alpha)
    return leaning.where(keep, Label.NOT_SIGNIFICANT.value).rename("label")


def verdict_table(
    index: pd.Index, columns: dict[str, Floats], leaning: Codes, settings: Settings
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the table of a :class:`~hotspots.schema.LocalResult` from its numbers, and leanings.

    ``columns`` holds ``statistic``, ``expected``, ``z``, ``p`` and ``q``, NaN where there is none;
    ``leaning`` the number of the label of each place if its q is small enough (:data:`CODE`).
    """
    untested = np.array([label in _UNTESTED for label in Label])
    label = np.where(
        untested[leaning] | (columns["q"] <= settings.alpha), leaning, CODE[Label.NOT_SIGNIFICANT]
    )
    parts = {name: columns[name] for name in ("statistic", "expected", "z", "p", "q")}
    table = pd.DataFrame({**parts, "label": _words(label)}, index=index)
    return table, pd.Series(_words(leaning), index=index, name="leaning")


def _words(codes: Codes) -> Any:
    return _labels_in_order().take(codes)


@cache
def _labels_in_order() -> Any:
    return pd.Series([label.value for label in Label]).astype(str).array


def family_size(p: Floats, family: int | None) -> int:
    """Return the number of tests that a correction runs over."""
    return max(int((~np.isnan(p)).sum()), family or 0)


def warn_of_floor(
    p: Floats, q: Floats, floor: Floats, alpha: float, permutations: int, most: int
) -> None:
    """Warn where places at the least possible p fail, which only more draws could mend.

    ``floor`` is the least p of each place whose draws were sampled, NaN for the others;
    ``most`` is how many draws ``permutations="auto"`` would take.
    """
    blocked = int(((p <= floor) & (q > alpha)).sum())
    if blocked:
        warnings.warn(
            remark(
                "too_few_permutations" if most > permutations else "permutations_at_most",
                places=blocked,
                permutations=permutations,
                least=f"{float(np.nanmin(floor)):.2g}",
            ),
            stacklevel=4,
        )
