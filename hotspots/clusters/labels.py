"""Labels: what a place is called once its p is corrected, by one set of rules for all local tests.

A place's *candidate label* is the one that its more extreme tail gives it; the place bears it if
its q is small enough.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.catalogue import remark
from hotspots.schema import Label

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

_KEPT = (Label.ISOLATE, Label.NO_DATA, Label.NO_EVIDENCE, Label.NOT_TESTED, Label.NOT_ABOVE)

CODE = {label: number for number, label in enumerate(Label)}
"""The integer code of each label: large maps are labeled by codes and put into words once."""


def labels(candidate: pd.Series, q: pd.Series, alpha: float) -> pd.Series:
    """Return the label of each place: its candidate label where q is small enough.

    The candidates ``isolate``, ``no data``, ``no evidence``, ``not tested`` and ``not above`` stay
    as they are.
    """
    keep = candidate.isin([label.value for label in _KEPT]) | (q <= alpha)
    return candidate.where(keep, Label.NOT_SIGNIFICANT.value).rename("label")


def labeled_table(
    index: pd.Index, columns: dict[str, Floats], candidate: Codes, alpha: float
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the table of a :class:`~hotspots.schema.LocalResult` and its candidate labels.

    ``columns`` holds ``statistic``, ``expected``, ``z``, ``p`` and ``q``, NaN where missing;
    ``candidate`` the code of each place's candidate label (:data:`CODE`).
    """
    kept = np.array([label in _KEPT for label in Label])
    label = np.where(
        kept[candidate] | (columns["q"] <= alpha), candidate, CODE[Label.NOT_SIGNIFICANT]
    )
    parts = {name: columns[name] for name in ("statistic", "expected", "z", "p", "q")}
    table = pd.DataFrame({**parts, "label": _words(label)}, index=index)
    return table, pd.Series(_words(candidate), index=index, name="candidate_label")


def family_size(p: Floats, family: int | None) -> int:
    """Return the number of tests that a correction runs over."""
    return max(int((~np.isnan(p)).sum()), family or 0)


def warn_of_least_p(
    p: Floats, q: Floats, least: Floats, alpha: float, permutations: int, most: int
) -> None:
    """Warn where places have the least possible p and still fail: more permutations would help.

    ``least`` is the least p of each place whose draws were sampled, NaN for the others;
    ``most`` the number of permutations that ``"auto"`` would take.
    """
    blocked = int(((p <= least) & (q > alpha)).sum())
    if blocked:
        warnings.warn(
            remark(
                "too_few_permutations" if most > permutations else "permutations_at_most",
                places=blocked,
                permutations=permutations,
                least=f"{float(np.nanmin(least)):.2g}",
            ),
            stacklevel=4,
        )


def _words(codes: Codes) -> Any:
    return _labels_in_order().take(codes)


@cache
def _labels_in_order() -> Any:
    return pd.Series([label.value for label in Label]).astype(str).array
