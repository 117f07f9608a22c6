"""Threads: the parts of a work, of which none sees what another does, so no order shows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHUNK = 1 << 16
"""Rows at a time: what is computed for them stays in the cache."""

_THREADED_FROM = 4  # parts


def chunks(rows: int) -> list[slice]:
    """Return the parts of so many rows."""
    return [slice(start, min(start + CHUNK, rows)) for start in range(0, rows, CHUNK)]


def run(work: Callable[[slice], None], parts: Sequence[slice]) -> None:
    """Do the work for each part, on as many cores as there are."""
    if len(parts) < _THREADED_FROM:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(work, parts))
