"""A run of the calibration: its processes, its share of the maps, and how a section is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.calibrate.cities import present
from benchmarks.sections import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

SEED = 1


@dataclass(frozen=True, slots=True)
class Run:
    """What all sections share.

    Attributes
    ----------
    pool
        Where the simulations run.
    share
        Share of the maps of a full run, 0 to 1.
    data
        Folder of the real cities.
    """

    pool: Executor
    share: float
    data: Path

    def maps(self, full: int) -> int:
        """Return the number of maps of a setting that has ``full`` of them in a full run."""
        return max(2, round(full * self.share))

    def cities(self, *names: str) -> tuple[list[str], str]:
        """Return the cities that are there, and a sentence about those that are not."""
        there, absent = present(names, self.data)
        return there, f" Left out, without data: {', '.join(absent)}." if absent else ""


def section(
    title: str, words: str, head: Sequence[str], rows: Sequence[Sequence[object]], labels: int
) -> str:
    """Return a section of the page; the first ``labels`` columns are words, the rest figures."""
    align = "l" * labels + "r" * (len(head) - labels)
    lines = table(head, align, rows)
    print(f"{title}: done", flush=True)
    return "\n".join([f"## {title}", "", words, "", *(_safe(line) for line in lines), ""])


def limit(maps: int) -> str:
    """Return 5% and two standard errors of it over so many maps."""
    return f"{0.05 + 2 * (0.05 * 0.95 / maps) ** 0.5:.1%}"


def _safe(line: str) -> str:
    return line.replace("Gi*", "Gi\\*")
