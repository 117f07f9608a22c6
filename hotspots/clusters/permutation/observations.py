"""Observations: the values of a test aligned to the graph of their neighbors.

The permutations draw *positions*, indices into the sorted values. Two maps that differ only in the
order of their rows have the same positions, and so the same results, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots._checks import numeric, one_series, unique_index
from hotspots.clusters.permutation.graph_links import graph_links
from hotspots.errors import InputError
from hotspots.stats.exact_sums import gathered_sums, row_sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.graph_links import AnyGraph

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

SMOOTHED = "smoothed"
RELATIVE_TOLERANCE = 1e-10
_LARGEST = 1e70
"""Up to here fourth powers of the values, summed over a million places, stay finite."""
_EXPONENT = 18
"""Weights from 2⁻¹⁸ to 2¹⁸ keep all their bits in sums; rows beyond that are rescaled."""


@dataclass(frozen=True, eq=False)
class Observations:
    """The values and the links of one test.

    Attributes
    ----------
    index
        All places, in the caller's order.
    known
        Places with a value.
    tested
        Positions in ``index`` of the focal places: those with a value and at least one
        neighbor that has one.
    reference
        The values of all linked places, ascending: the set that permutations draw from.
    rank
        Per focal place, the first position in ``reference`` that holds its value.
    size
        Per focal place, the number of values in its sum (its cardinality, plus 1 if it
        counts in its own sum).
    equal
        Per focal place, whether all of its weights are equal.
    linked_rank
        As ``rank``, of all linked places, in the caller's order.
    focal, neighbor, weight
        Per link, the number of its focal place (0, 1, …, ascending), the number of the neighbor
        among the linked places, and the weight. If any place has unequal weights, the links
        of a place are sorted by descending weight, then by position. Otherwise they are
        unsorted, and only :meth:`lag` sums over them reproducibly.
    scale
        Per focal place, the power of two by which its weights were divided: 1, unless they
        are so large or small that sums or squares of them would overflow or vanish.
    """

    index: pd.Index
    known: Booleans
    tested: Integers
    reference: Floats
    rank: Integers
    size: Integers
    equal: Booleans
    linked_rank: Integers
    focal: Integers
    neighbor: Integers
    weight: Floats
    scale: Floats

    @property
    def own(self) -> Floats:
        """The focal places' own values."""
        return self.reference[self.rank]

    @cached_property
    def scaled(self) -> Floats:
        """The reference values, centered and divided by their largest absolute deviation."""
        if not self.reference.size:
            return self.reference
        centered = self.reference - self.reference.mean()
        largest = float(np.abs(centered).max())
        # Centering a constant such as 0.1 leaves rounding error, which must not be scaled up.
        floor = 1e-14 * float(np.abs(self.reference).max())
        return centered / largest if largest > floor else np.zeros_like(centered)

    @property
    def neighbor_rank(self) -> Integers:
        """Per link, the position of the neighbor's value."""
        return self.linked_rank[self.neighbor]

    @cached_property
    def start(self) -> Integers:
        """Per focal place, the index of its first link."""
        return np.cumsum(self.size) - self.size

    @cached_property
    def scaled_sums(self) -> tuple[Floats, Floats]:
        """Per focal place, the sum of its neighbors' scaled values: rounded ones, and in full."""
        return self._sums(self.scaled)

    def lag(self, values: Floats, weights: Floats | None = None) -> Floats:
        """Return the spatial lag of each focal place: the weighted sum of its neighbors' values.

        ``values`` are by position. ``weights`` replace those of the links; they must be equal
        within a place wherever the links' are.
        """
        weight = self.weight if weights is None else weights
        if self.all_equal:
            _, plain = self.scaled_sums if values is self.scaled else self._sums(values)
            total: Floats = weight[self.start] * plain
            return total
        return row_sums(weight * values[self.neighbor_rank], self.start)

    def weight_sums(self, power: int = 1) -> Floats:
        """Return the sum of each focal place's weights, raised to a ``power``."""
        if self.all_equal:
            total: Floats = self.size * self.weight[self.start] ** power
            return total
        return row_sums(self.weight**power, self.start)

    @cached_property
    def all_equal(self) -> bool:
        """Whether every focal place has equal weights."""
        return bool(self.equal.all())

    @cached_property
    def _links(self) -> sparse.csr_array:
        ends = np.append(self.start, self.neighbor.size)
        shape = (self.size.size, self.linked_rank.size)
        return sparse.csr_array((np.ones(self.neighbor.size), self.neighbor, ends), shape)

    def _sums(self, values: Floats) -> tuple[Floats, Floats]:
        # In the places' order, not that of the positions: neighbors are near in memory.
        return gathered_sums(values[self.linked_rank], self._links)


def align_to_graph(values: pd.Series, graph: AnyGraph, *, include_self: bool) -> Observations:
    """Return the :class:`Observations` of a test.

    A place without a value is left out of the reference set and of its neighbors' sums, which
    use the values that remain. A place that is linked to no other is left out too, so that
    removing it changes no other result. With ``include_self`` each place counts in its own
    sum: with the weight that the graph gives it, or else the largest weight of its row.

    Raises
    ------
    InputError
        For values that are not numbers, infinite, smoothed, repeated in the index, fewer
        than three, or so large or small that their powers cannot be represented.
    GraphError
        For a graph on another index, or with negative or missing weights.
    """
    numbers = checked_numbers(values)
    focal, neighbor, weight, self_weight = graph_links(graph, values.index)
    known = ~np.isnan(numbers)
    if not known.all():
        keep = known[focal] & known[neighbor]
        focal, neighbor, weight = focal[keep], neighbor[keep], weight[keep]
    size = np.bincount(focal, minlength=known.size)
    linked = size > 0
    if not linked.all():
        linked[neighbor] = True
    reference, rank = _ranked(numbers[linked])
    tested = np.flatnonzero(size)
    size = size[tested]
    self_weight = self_weight[tested]
    if not linked.all():
        among = np.cumsum(linked) - 1
        neighbor = among[neighbor]
    else:
        among = np.arange(known.size)
    neighbor, weight = _by_focal(focal, neighbor, weight)
    if include_self:
        neighbor, weight = _with_self(neighbor, weight, self_weight, among[tested], size)
        size = size + 1
    number = np.repeat(np.arange(tested.size), size)
    scale = _row_scale(weight, size)
    if (scale != 1).any():
        weight = weight / scale[number]
    neighbor, weight, equal = _by_weight(number, neighbor, weight, rank, size)
    if getattr(graph, "transformation", "") == "R":
        weight = weight / row_sums(weight, np.cumsum(size) - size)[number]
        scale = np.ones(tested.size)
    return Observations(
        index=values.index,
        known=known,
        tested=tested,
        reference=reference,
        rank=rank[among[tested]],
        size=size,
        equal=equal,
        linked_rank=rank,
        focal=number,
        neighbor=neighbor,
        weight=weight,
        scale=scale,
    )


def describe_weights(observations: Observations) -> str:
    """Return the neighbors in words: how many places and links, and of which kind."""
    isolates = int(observations.known.sum()) - observations.tested.size
    kind = "equal" if observations.equal.all() else "unequal"
    mean = observations.size.mean() if observations.size.size else 0.0
    return (
        f"{observations.tested.size} places with {mean:.2f} values in the mean neighborhood, "
        f"{kind} weights, {isolates} isolates, {int((~observations.known).sum())} without data"
    )


def checked_numbers(values: pd.Series) -> Floats:
    """Return the values as floats, or raise :class:`InputError` if they cannot be tested."""
    one_series(values, "The tested values")
    name = values.name if values.name is not None else "values"
    what = f"The tested values ({name!r})"
    if str(name).startswith(SMOOTHED):
        raise InputError(
            f"{what} are smoothed: a smoothed rate borrows strength from its neighbors or from "
            "all places, and a test would find that pattern instead of the city's. Test the "
            "crude rate (column 'rate') or standardized_rates(counts, exposure), and keep "
            "smoothed rates for maps."
        )
    unique_index(values, what)
    numeric(values, what)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(numbers).any():
        first = values.index[np.isinf(numbers)][0]
        raise InputError(
            f"{what} hold {int(np.isinf(numbers).sum())} infinite numbers, first at {first!r}. "
            "A rate over zero residents has no value: make it missing (NaN)."
        )
    if (~np.isnan(numbers)).sum() < 3:
        raise InputError(
            f"{what} have {int((~np.isnan(numbers)).sum())} numbers. "
            "A local test needs at least 3 places with a value."
        )
    largest = float(np.nanmax(np.abs(numbers)))
    if largest and not 1 / _LARGEST <= largest <= _LARGEST:
        raise InputError(
            f"{what} go up to {largest:.3g}, and their powers are too "
            f"{'large' if largest > 1 else 'small'} to be numbers. Give them in another unit: "
            f"divide them by {largest:.3g}, which changes no p."
        )
    return numbers


def _ranked(numbers: Floats) -> tuple[Floats, Integers]:
    """Return the values ascending, and per place the first position that holds its value."""
    # Adding 0.0 turns −0.0 into 0.0: they sort as equals, but their bytes differ.
    mine = numbers + 0.0
    order = np.argsort(mine)
    reference = mine[order]
    first = np.zeros(order.size, dtype=np.int64)
    first[1:] = np.where(reference[1:] != reference[:-1], np.arange(1, order.size), 0)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.maximum.accumulate(first)
    return reference, rank


def _by_focal(focal: Integers, neighbor: Integers, weight: Floats) -> tuple[Integers, Floats]:
    if (focal[1:] >= focal[:-1]).all():
        return neighbor, weight
    order = np.argsort(focal, kind="stable")
    return neighbor[order], weight[order]


def _with_self(
    neighbor: Integers, weight: Floats, self_weight: Floats, own: Integers, size: Integers
) -> tuple[Integers, Floats]:
    """Append each place to its neighbors, with its self-weight or the largest of its row."""
    start = np.cumsum(size) - size
    slot = np.cumsum(size + 1) - 1
    others = np.ones(neighbor.size + slot.size, dtype=bool)
    others[slot] = False
    places = np.empty(others.size, dtype=neighbor.dtype)
    places[others], places[slot] = neighbor, own
    if not self_weight.any() and weight.size and weight.min() == weight.max():
        return places, np.full(others.size, weight[0])
    weights = np.empty(others.size)
    largest = np.maximum.reduceat(weight, start) if start.size else np.empty(0)
    weights[others], weights[slot] = weight, np.where(self_weight > 0, self_weight, largest)
    return places, weights


def _row_scale(weight: Floats, size: Integers) -> Floats:
    """Return, per row, 1 or the power of two that brings its largest weight near 1."""
    if not weight.size:
        return np.ones(size.size)
    if weight.min() >= 2.0**-_EXPONENT and weight.max() <= 2.0**_EXPONENT:
        return np.ones(size.size)
    largest = np.maximum.reduceat(weight, np.cumsum(size) - size)
    # Dividing by a power of two loses no bit.
    exponent = np.clip(np.frexp(largest)[1], -1021, 1022)
    scale: Floats = np.ldexp(np.ones(size.size), exponent)
    return scale


def _by_weight(
    number: Integers, neighbor: Integers, weight: Floats, rank: Integers, size: Integers
) -> tuple[Integers, Floats, Booleans]:
    """Return the links in the order that :class:`Observations` documents, and the equal rows."""
    if not size.size or weight.min() == weight.max():
        return neighbor, weight, np.ones(size.size, dtype=bool)
    start = np.cumsum(size) - size
    largest = np.maximum.reduceat(weight, start)
    smallest = np.minimum.reduceat(weight, start)
    equal: Booleans = largest - smallest <= RELATIVE_TOLERANCE * largest
    if equal.all():
        # Weights that differ in their last bits alone are made equal: their order would show.
        return neighbor, largest[number], equal
    order = np.lexsort((rank[neighbor], -weight, number))
    return neighbor[order], weight[order], equal
