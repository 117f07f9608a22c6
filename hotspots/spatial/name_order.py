"""Name order: places by identifier, independent of the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Integers = npt.NDArray[np.int64]


def name_order(names: pd.Index) -> Integers:
    """Return the positions of the names in ascending order; mixed types are sorted by type.

    Examples
    --------
    >>> import pandas as pd
    >>> name_order(pd.Index(["b", "c", "a"])).tolist()
    [2, 0, 1]
    """
    try:
        order = names.argsort()
    except TypeError:
        # Names of mixed types cannot be compared.
        order = np.argsort(np.array([f"{type(name).__name__} {name}" for name in names]))
    return np.asarray(order, dtype=np.int64)


def name_rank(names: pd.Index) -> Integers:
    """Return each name's place in :func:`name_order`."""
    rank = np.empty(len(names), dtype=np.int64)
    rank[name_order(names)] = np.arange(len(names))
    return rank
