"""Timing: ours and its peers in turn, warmed up, by medians."""

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
    """One way to do a piece of work.

    Attributes
    ----------
    name
        What is run, as the table says it.
    run
        Does the work once.
    asked
        For a peer, how many times as long as ours it should take at least.
    """

    name: str
    run: Callable[[], object]
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work, our way to do it, and the peers'."""

    title: str
    ours: Contender
    peers: tuple[Contender, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians of one work by us and by one peer, in seconds."""

    title: str
    ours: str
    peer: str
    our_seconds: float
    peer_seconds: float
    asked: float | None

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes."""
        return self.peer_seconds / self.our_seconds


def compare(work: Work) -> list[Comparison]:
    """Return the comparison with each peer: after one warming run, ours and a peer's in turn."""
    work.ours.run()
    ours: dict[str, list[float]] = {peer.name: [] for peer in work.peers}
    theirs: dict[str, list[float]] = {peer.name: [] for peer in work.peers}
    for peer in work.peers:
        # The first run may compile.
        peer.run()
    for peer in work.peers * RUNS:
        # A peer's threads and caches are its own affair: ours runs twice, and the second counts.
        work.ours.run()
        ours[peer.name].append(seconds(work.ours.run))
        theirs[peer.name].append(seconds(peer.run))
    return [
        Comparison(
            work.title,
            work.ours.name,
            peer.name,
            median(ours[peer.name]),
            median(theirs[peer.name]),
            peer.asked,
        )
        for peer in work.peers
    ]


def seconds(run: Callable[[], object]) -> float:
    """Return how long one run takes: what takes milliseconds is run for a quarter of a second."""
    gc.collect()
    start = time.perf_counter()
    runs = 0
    while (taken := time.perf_counter() - start) < LEAST_S or not runs:
        run()
        runs += 1
    return taken / runs
