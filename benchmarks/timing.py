"""Timing: ours and its peers alternately, warmed up, by medians."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
LEAST_S = 0.25


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do what a benchmark measures.

    Attributes
    ----------
    name
        What is run, as the table names it.
    run
        Runs it once.
    target
        For a peer, the least ratio of its time to ours.
    """

    name: str
    run: Callable[[], object]
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured: our way to do it, and those of the peers."""

    title: str
    ours: Contender
    peers: tuple[Contender, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Median times of ours and of one peer, in seconds."""

    title: str
    ours: str
    peer: str
    our_seconds: float
    peer_seconds: float
    target: float | None

    @property
    def ratio(self) -> float:
        """The peer's time divided by ours."""
        return self.peer_seconds / self.our_seconds


def compare(benchmark: Benchmark) -> list[Comparison]:
    """Return the comparison with each peer: after a warm-up, ours and the peer's alternately."""
    benchmark.ours.run()
    ours: dict[str, list[float]] = {peer.name: [] for peer in benchmark.peers}
    theirs: dict[str, list[float]] = {peer.name: [] for peer in benchmark.peers}
    for peer in benchmark.peers:
        # The first run may compile.
        peer.run()
    for peer in benchmark.peers * RUNS:
        # The peer's run leaves caches and threads behind: ours runs twice, and the second counts.
        benchmark.ours.run()
        ours[peer.name].append(seconds(benchmark.ours.run))
        theirs[peer.name].append(seconds(peer.run))
    return [
        Comparison(
            benchmark.title,
            benchmark.ours.name,
            peer.name,
            median(ours[peer.name]),
            median(theirs[peer.name]),
            peer.target,
        )
        for peer in benchmark.peers
    ]


def seconds(run: Callable[[], object]) -> float:
    """Return the time of one run; short runs are repeated for a quarter of a second."""
    gc.collect()
    start = time.perf_counter()
    runs = 0
    while (taken := time.perf_counter() - start) < LEAST_S or not runs:
        run()
        runs += 1
    return taken / runs
