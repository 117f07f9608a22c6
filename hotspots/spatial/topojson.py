"""TopoJSON: what its shared arcs come to when every geometry is written out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def corners(content: bytes) -> int:
    """Return how many corners the geometries of a topology have: an arc counts in each of them.

    Examples
    --------
    >>> corners(b'{"objects": {"a": {"arcs": [[0], [-1]]}}, "arcs": [[[0, 0], [9, 9]]]}')
    4
    """
    topology = json.loads(content.decode("utf-8-sig"))
    lengths = [len(arc) for arc in topology["arcs"]]
    waiting: list[Any] = list(topology["objects"].values())
    total = 0
    while waiting:
        geometry = waiting.pop()
        waiting.extend(geometry.get("geometries", ()))
        total += _used(geometry.get("arcs", ()), lengths)
    return total


def _used(arcs: Sequence[Any], lengths: Sequence[int]) -> int:
    waiting = list(arcs)
    total = 0
    while waiting:
        arc = waiting.pop()
        if isinstance(arc, list):
            waiting.extend(arc)
        else:
            total += lengths[arc if arc >= 0 else ~arc]
    return total
