"""Regions: a plan under construction, its totals updated as units move."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons import subsets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Merit:
    """What makes one polygon better than another where both are within bounds.

    Attributes
    ----------
    compactness
        Weight of compactness, 0 to 1; the rest is the weight of likeness.
    residents
        Residents of a polygon on average: the scale of the variance within.
    """

    compactness: float
    residents: float

    def cost(self, measures: Floats, traits: int) -> Floats:
        """Return the cost of regions from the rows of their measures; less is better.

        The measures are residents, area, perimeter, and for each trait the residents' sum and
        sum of squares. The mean of the costs over a plan is the weighted mean of (1 −
        Polsby–Popper) and the share of the traits' variance left within.
        """
        residents, area, perimeter = measures[:, 0], measures[:, 1], measures[:, 2]
        outline = 1.0 - 4.0 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2
        if traits == 0:
            return np.asarray(outline, dtype=float)
        first, second = measures[:, 3 : 3 + traits], measures[:, 3 + traits :]
        lived = np.maximum(residents, 1e-9)[:, None]
        spread = (second - first**2 / lived).mean(axis=1) / self.residents
        cost = self.compactness * outline + (1.0 - self.compactness) * spread
        return np.asarray(cost, dtype=float)


class Regions:
    """Units divided into connected regions.

    The only mutable object of this package: local search moves units between its regions, and it
    never leaves the function that made it.
    """

    def __init__(self, graph: UnitGraph, labels: Integers) -> None:
        self.graph = graph
        self.of: list[int] = []
        self.members: dict[int, set[int]] = {}
        self._totals: dict[int, Floats] = {}
        self.relabel(labels)
        self.population: list[float] = graph.population.tolist()
        self.traits = graph.traits.shape[1]
        lived = graph.population[:, None]
        self.measures = np.column_stack(
            [
                graph.population,
                graph.area,
                graph.perimeter,
                graph.traits * lived,
                graph.traits**2 * lived,
            ]
        )
        self._near: dict[int, dict[int, float]] = {}

    @property
    def labels(self) -> Integers:
        """The region of each unit."""
        return np.array(self.of, dtype=np.int64)

    def relabel(self, labels: Integers) -> None:
        """Put each unit into its region by label."""
        self.of = labels.tolist()
        self.members = {}
        self._totals.clear()
        for node, region in enumerate(self.of):
            self.members.setdefault(region, set()).add(node)

    def near(self, node: int) -> dict[int, float]:
        """Return the neighbors of a unit, with the meters of border."""
        found = self._near.get(node)
        if found is None:
            border = self.graph.border
            span = slice(border.indptr[node], border.indptr[node + 1])
            found = dict(
                zip(border.indices[span].tolist(), border.data[span].tolist(), strict=True)
            )
            self._near[node] = found
        return found

    def out_of(self, bounds: Bounds) -> list[int]:
        """Return the regions that are out of bounds, in order."""
        return [one for one in sorted(self.members) if not bounds.holds(self.residents(one))]

    def residents(self, region: int) -> float:
        """Return the residents of a region."""
        # Summed in a fixed order, so that rounding is the same, too.
        return sum(self.population[node] for node in sorted(self.members[region]))

    def neighbors(self, region: int) -> dict[int, float]:
        """Return the regions that share a border with one, with the meters of border."""
        meters: dict[int, float] = {}
        for node in sorted(self.members[region]):
            for other, length in self.near(node).items():
                beyond = self.of[other]
                if beyond != region:
                    meters[beyond] = meters.get(beyond, 0.0) + length
        return meters

    def move(self, nodes: Iterable[int], region: int) -> None:
        """Move units to a region; a region that loses its last unit is dropped."""
        for node in nodes:
            before = self.of[node]
            if before == region:
                continue
            self._totals.pop(before, None)
            self._totals.pop(region, None)
            self.members[before].discard(node)
            if not self.members[before]:
                del self.members[before]
            self.members.setdefault(region, set()).add(node)
            self.of[node] = region

    def regroup(self, groups: Sequence[Sequence[int]], regions: Sequence[int]) -> list[int]:
        """Make each group of units a region; return the regions' numbers.

        The numbers in ``regions`` are reused first; new ones follow the largest.
        """
        fresh = max(self.members) + 1
        numbers = [*regions, *range(fresh, fresh + len(groups))][: len(groups)]
        for region in regions:
            self.members.pop(region, None)
            self._totals.pop(region, None)
        for number, group in zip(numbers, groups, strict=True):
            self.members[number] = set(group)
            for node in group:
                self.of[node] = number
        return numbers

    def measured(self, nodes: Iterable[int]) -> Floats:
        """Return the measures of some units taken together (see :meth:`Merit.cost`)."""
        chosen = sorted(nodes)
        total = self.measures[chosen].sum(axis=0)
        within = set(chosen)
        inner = sum(
            length
            for node in chosen
            for other, length in self.near(node).items()
            if other in within
        )
        total[2] -= inner
        return np.asarray(total, dtype=float)

    def rest(self, region: int, nodes: Sequence[int]) -> Floats:
        """Return the measures of a region less some units, whether or not they are its own."""
        total = self._totals.get(region)
        if total is None:
            total = self._totals[region] = self.measured(self.members[region])
        out = [node for node in nodes if self.of[node] == region]
        if not out:
            return total.copy()
        left = total - self.measures[out].sum(axis=0)
        # Inner borders become outline: those with the rest count twice (removed once with the
        # unit, added once to the rest), those between removed units once each way.
        taken = set(out)
        for node in out:
            for other, length in self.near(node).items():
                if self.of[other] == region:
                    left[2] += length if other in taken else 2.0 * length
        return np.asarray(left, dtype=float)

    def held_together(self, region: int, nodes: Sequence[int]) -> list[list[int]]:
        """Return the units of a region beside ``nodes``, grouped by connected component.

        The region is searched without ``nodes``, and no further than needed: in a connected
        region whatever is cut off lies beside what was removed.
        """
        taken = set(nodes)
        inside = self.members[region]
        anchors = {
            other
            for node in nodes
            for other in self.near(node)
            if self.of[other] == region and other not in taken
        }
        groups = []
        while anchors:
            start = min(anchors)
            seen, waiting, group = {start}, deque([start]), [start]
            anchors.discard(start)
            while waiting and anchors:
                for other in self.near(waiting.popleft()):
                    if other in inside and other not in taken and other not in seen:
                        seen.add(other)
                        waiting.append(other)
                        if other in anchors:
                            anchors.discard(other)
                            group.append(other)
            groups.append(group)
        return groups

    def components(self, nodes: Iterable[int]) -> list[list[int]]:
        """Return the connected components of some units, sorted, in order of their first unit."""
        left = set(nodes)
        groups = []
        while left:
            start = min(left)
            left.discard(start)
            group, waiting = [start], [start]
            while waiting:
                for other in self.near(waiting.pop()):
                    if other in left:
                        left.discard(other)
                        group.append(other)
                        waiting.append(other)
            groups.append(sorted(group))
        return groups

    def between(self, nodes: Sequence[int]) -> Floats:
        """Return the meters of border between each two of a few units."""
        place = {node: row for row, node in enumerate(nodes)}
        meters = np.zeros((len(nodes), len(nodes)))
        for node, row in place.items():
            for other, length in self.near(node).items():
                column = place.get(other)
                if column is not None:
                    meters[row, column] = length
        return meters

    def touching(self, nodes: Sequence[int], group: Iterable[int]) -> Floats:
        """Return the meters of border of each of a few units with a group."""
        within = set(group)
        meters = np.zeros(len(nodes))
        for row, node in enumerate(nodes):
            for other, length in self.near(node).items():
                if other in within:
                    meters[row] += length
        return meters

    def subset_measures(self, nodes: Sequence[int]) -> tuple[Floats, Flags]:
        """Return the measures of every subset of a few units, and whether it is connected."""
        between = self.between(nodes)
        measures = subsets.sums(self.measures[list(nodes)])
        measures[:, 2] -= 2.0 * subsets.inner_border(between)
        return measures, subsets.connected(subsets.Links(between, []))
