"""A million: time and peak memory of a test on 1,000,000 cells, each in its own process.

``python -m benchmarks.million getis_ord sparse`` prints the median seconds and the peak bytes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import warnings
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.cells import queen_graph, queen_matrix, rates
from benchmarks.timing import RUNS, seconds
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = 1000
DRAWS = 99_999
TESTS = {"getis_ord": getis_ord, "local_moran": local_moran}
TARGET_S = {"sparse": 1.0, "graph": 2.0}
TARGET_GB = 2.0


@dataclass(frozen=True, slots=True)
class Alone:
    """A test without a peer: its median time and the peak memory of its process."""

    test: str
    links: str
    seconds: float
    gigabytes: float

    @property
    def target(self) -> float:
        """The most seconds that it may take."""
        return TARGET_S[self.links]


def measured() -> Iterator[Alone]:
    """Yield each test from the sparse matrix and from a Graph."""
    for test in TESTS:
        for links in TARGET_S:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.million", test, links],
                check=True,
                capture_output=True,
                text=True,
            )
            yield Alone(test, links, **json.loads(done.stdout))


def _measure(test: str, links: str) -> dict[str, float]:
    values = rates(SIDE * SIDE)
    made = queen_matrix(SIDE) if links == "sparse" else queen_graph(SIDE)
    taken = []
    for _ in range(RUNS + 1):
        # A copy has cached nothing in an earlier run.
        fresh = made.copy()
        taken.append(seconds(lambda fresh=fresh: TESTS[test](values, fresh, permutations=DRAWS)))
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"seconds": median(taken[1:]), "gigabytes": peak / 1e9}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(_measure(*sys.argv[1:3])))
