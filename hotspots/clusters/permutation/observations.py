"""Sites: the values of a test laid against the graph of its neighbors, checked at the door.

Everything that chance touches later is expressed in *positions*: the places of the values in
ascending order. Two maps that differ only in the order of their rows give the same positions,
and so the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots._checks import numeric, one_series, unique_index
from hotspots.errors import GraphError, InputError
from hotspots.stats.exact_sums import gathered_sums, row_sums

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Links: TypeAlias = Graph | sparse.sparray
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

SMOOTHED = "smoothed"
RELATIVE_TOLERANCE = 1e-10
_LARGEST = 1e70
"""Fourth powers of the values, added up over a million places, stay finite up to here."""
_FAR = 18
"""Weights within 2⁻¹⁸ to 2¹⁸ keep all their bits in sums; others are scaled row by row."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Values and links of one test.

    Attributes
    ----------
    index
        All places, in the caller's order.
    known
        Places with a value.
    tested
        Numbers (in ``index``) of the places that have a value and a neighbor with one.
    reference
        The values that the test is about, ascending: of all places that are linked to another.
    rank
        Per tested place, the first position in ``reference`` that holds its value.
    size
        Per tested place, how many values its sum takes in.
    equal
        Per tested place, whether all of its weights are the same.
    place_rank
        As ``rank``, of all places that are linked to another, in the caller's order.
    link_site, link_place, link_weight
        Per link, the number of the tested place (0, 1, …, ascending), that of the neighbor
        among the linked places, and the weight. Where any place has unequal weights, the links of
        a place go from the greatest weight down, and by position; otherwise they have no
        order, and only :meth:`lag` adds up what they lead to to the same bytes.
    scale
        Per tested place, the power of two by which its weights were divided: 1, but where they
        are so great or small that sums or squares of them would be lost.
    """

    index: pd.Index
    known: Booleans
    tested: Integers
    reference: Floats
    rank: Integers
    size: Integers
    equal: Booleans
    place_rank: Integers
    link_site: Integers
    link_place: Integers
    link_weight: Floats
    scale: Floats

    @property
    def own(self) -> Floats:
        """The tested places' values."""
        return self.reference[self.rank]

    @cached_property
    def scaled(self) -> Floats:
        """The reference values less their mean, over their greatest absolute deviation."""
        if not self.reference.size:
            return self.reference
        centerd = self.reference - self.reference.mean()
        largest = float(np.abs(centerd).max())
        # A constant such as 0.1 leaves rounding dust after its mean is taken off.
        floor = 1e-14 * float(np.abs(self.reference).max())
        return centerd / largest if largest > floor else np.zeros_like(centerd)

    @property
    def link_rank(self) -> Integers:
        """Per link, the position of the neighbor's value."""
        return self.place_rank[self.link_place]

    @cached_property
    def start(self) -> Integers:
        """Per tested place, the number of its first link."""
        return np.cumsum(self.size) - self.size

    @cached_property
    def scaled_sums(self) -> tuple[Floats, Floats]:
        """Per tested place, the sum of its neighbors' scaled values: rounded ones, and in full."""
        return self._sums(self.scaled)

    def lag(self, values: Floats, weights: Floats | None = None) -> Floats:
        """Per tested place, the weighted sum of its neighbors' values (given by position).

        Other ``weights`` than the links' are equal within a place where those are.
        """
        weight = self.link_weight if weights is None else weights
        if self.all_equal:
            _, plain = self.scaled_sums if values is self.scaled else self._sums(values)
            total: Floats = weight[self.start] * plain
            return total
        return row_sums(weight * values[self.link_rank], self.start)

    def weight_sums(self, power: int = 1) -> Floats:
        """Per tested place, the sum of its weights, each raised to a ``power``."""
        if self.all_equal:
            total: Floats = self.size * self.link_weight[self.start] ** power
            return total
        return row_sums(self.link_weight**power, self.start)

    @cached_property
    def all_equal(self) -> bool:
        """Whether the weights of every tested place are the same."""
        return bool(self.equal.all())

    @cached_property
    def _links(self) -> sparse.csr_array:
        ends = np.append(self.start, self.link_place.size)
        shape = (self.size.size, self.place_rank.size)
        return sparse.csr_array((np.ones(self.link_place.size), self.link_place, ends), shape)

    def _sums(self, values: Floats) -> tuple[Floats, Floats]:
        # By place, not by position: places that lie together are read together.
        return gathered_sums(values[self.place_rank], self._links)


def place_sites(values: pd.Series, graph: Links, *, include_self: bool) -> Sites:
    """Return the :class:`Sites` of a test.

    A place without a value is out: of the reference set, and of its neighbors' sums, which
    use those that are left. A place that is linked to no other is out as well, so that its
    removal changes nothing elsewhere. Where ``include_self``, each place counts in its own
    sum: with the weight that the graph gives it, otherwise with the largest of its row.

    Raises
    ------
    InputError
        For values that are not numbers, infinite, smoothed, repeated in the index, fewer
        than three, or so great or small that their powers are no numbers.
    GraphError
        For a graph on another index, or with negative or missing weights.
    """
    numbers = checked_numbers(values)
    focal, neighbor, weight, own = graph_links(graph, values.index)
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
    own = own[tested]
    if not linked.all():
        among = np.cumsum(linked) - 1
        neighbor = among[neighbor]
    else:
        among = np.arange(known.size)
    neighbor, weight = _by_place(focal, neighbor, weight)
    if include_self:
        neighbor, weight = _with_self(neighbor, weight, own, among[tested], size)
        size = size + 1
    number = np.repeat(np.arange(tested.size), size)
    scale = _row_scale(weight, size)
    if (scale != 1).any():
        weight = weight / scale[number]
    neighbor, weight, equal = _by_weight(number, neighbor, weight, rank, size)
    if getattr(graph, "transformation", "") == "R":
        weight = weight / row_sums(weight, np.cumsum(size) - size)[number]
        scale = np.ones(tested.size)
    return Sites(
        index=values.index,
        known=known,
        tested=tested,
        reference=reference,
        rank=rank[among[tested]],
        size=size,
        equal=equal,
        place_rank=rank,
        link_site=number,
        link_place=neighbor,
        link_weight=weight,
        scale=scale,
    )


def describe_weights(sites: Sites) -> str:
    """Return the neighbors in words: how many places, links, and of which kind."""
    isolates = int(sites.known.sum()) - sites.tested.size
    kind = "equal" if sites.equal.all() else "unequal"
    mean = sites.size.mean() if sites.size.size else 0.0
    return (
        f"{sites.tested.size} places with {mean:.2f} values in the mean neighborhood, "
        f"{kind} weights, {isolates} isolates, {int((~sites.known).sum())} without data"
    )


def graph_links(graph: Links, index: pd.Index) -> tuple[Integers, Integers, Floats, Floats]:
    """Return focal, neighbor and weight of the links in ``index``'s numbers; own weights apart.

    A sparse array has its rows and columns in the order of ``index``.
    """
    _known_graph(graph)
    if sparse.issparse(graph):
        focal, neighbor, weight = _sparse_links(graph, len(index))
    else:
        focal, neighbor, weight = _adjacency_links(graph, index)
    # Not finite or negative: the least and the greatest see all of them at once.
    if weight.size and not (weight.min() >= 0 and weight.max() < np.inf):
        _refuse_weights(focal, neighbor, weight, index)
    own = np.zeros(len(index))
    diagonal = focal == neighbor
    if diagonal.any() or (weight == 0).any():
        own[focal[diagonal]] = weight[diagonal]
        # A weight of zero is how a Graph stores an isolate: it is no neighbor.
        keep = ~diagonal & (weight > 0)
        focal, neighbor, weight = focal[keep], neighbor[keep], weight[keep]
    return focal, neighbor, weight, own


def _known_graph(graph: object) -> None:
    if sparse.issparse(graph) or (hasattr(graph, "adjacency") and hasattr(graph, "unique_ids")):
        return
    raise GraphError(
        f"The graph came as {'None' if graph is None else f'a {type(graph).__name__}'}. Give a "
        "libpysal Graph, e.g. neighbors(areas); of libpysal weights Graph.from_W(w), of a "
        "dictionary Graph.from_dicts(links); or a sparse array, e.g. scipy.sparse.csr_array(table)."
    )


def _sparse_links(matrix: sparse.sparray, places: int) -> tuple[Integers, Integers, Floats]:
    if matrix.shape != (places, places):
        raise GraphError(
            f"The sparse array is {matrix.shape[0]} × {matrix.shape[1]}, and there are {places} "
            "values. It needs a row and a column for each value, in the values' order."
        )
    rows = matrix.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    focal = np.repeat(np.arange(places), np.diff(rows.indptr))
    return focal, rows.indices, np.asarray(rows.data, dtype=float)


def _adjacency_links(graph: Graph, index: pd.Index) -> tuple[Integers, Integers, Floats]:
    """Return the links of a Graph by way of the codes of its index: nothing is looked up twice."""
    adjacency = graph.adjacency
    ends = []
    for level, codes in zip(adjacency.index.levels, adjacency.index.codes, strict=True):
        where = None if level.equals(index) else index.get_indexer(level)
        ends.append(codes if where is None else where[codes])
    focal, neighbor = ends
    there = np.zeros(len(index) + 1, dtype=bool)
    # A place that the index lacks is −1, which is the last of these.
    there[focal] = True
    if there[-1] or not there[:-1].all() or neighbor.min(initial=0) < 0:
        _same_places(graph.unique_ids, index)
    return focal, neighbor, adjacency.to_numpy(dtype=float)


def _refuse_weights(focal: Integers, neighbor: Integers, weight: Floats, index: pd.Index) -> None:
    wrong = np.flatnonzero(~np.isfinite(weight) | (weight < 0))
    if wrong.size:
        bad = int(wrong[0])
        raise GraphError(
            f"The weight from {index[focal[bad]]!r} to {index[neighbor[bad]]!r} is {weight[bad]}. "
            "Weights must be finite and not negative."
        )


def checked_numbers(values: pd.Series) -> Floats:
    """Return the values as floats, or raise :class:`InputError` for what cannot be tested."""
    one_series(values, "The tested values")
    name = values.name if values.name is not None else "values"
    what = f"The tested values ({name!r})"
    if str(name).startswith(SMOOTHED):
        raise InputError(
            f"{what} are smoothed: a smoothed rate borrows from its neighbors or from the whole, "
            "and a test would find that pattern instead of the city's. Test the crude rate "
            "(column 'rate') or standardized_rates(count, exposure), and keep smoothed rates "
            "for maps."
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


def _same_places(ids: pd.Index, index: pd.Index) -> None:
    missing = index.difference(ids, sort=False)
    extra = ids.difference(index, sort=False)
    if len(missing) or len(extra):
        raise GraphError(
            f"The graph's places are not the values': {len(missing)} values have no place in the "
            f"graph (first {list(missing[:3])}), {len(extra)} places of the graph have no value "
            f"(first {list(extra[:3])}). Build the graph from the same table, e.g. "
            "neighbors(areas.loc[values.index])."
        )


def _ranked(numbers: Floats) -> tuple[Floats, Integers]:
    """Return the values ascending, and per place the first position that holds its own."""
    # Adding 0.0 makes one of −0.0 and 0.0, which sort as equals and differ in their bytes.
    mine = numbers + 0.0
    order = np.argsort(mine)
    reference = mine[order]
    first = np.zeros(order.size, dtype=np.int64)
    first[1:] = np.where(reference[1:] != reference[:-1], np.arange(1, order.size), 0)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.maximum.accumulate(first)
    return reference, rank


def _by_place(focal: Integers, neighbor: Integers, weight: Floats) -> tuple[Integers, Floats]:
    if (focal[1:] >= focal[:-1]).all():
        return neighbor, weight
    order = np.argsort(focal, kind="stable")
    return neighbor[order], weight[order]


def _with_self(
    neighbor: Integers, weight: Floats, given: Floats, own: Integers, size: Integers
) -> tuple[Integers, Floats]:
    """Put each place behind its neighbors: with its given weight, or the largest of the row."""
    start = np.cumsum(size) - size
    slot = np.cumsum(size + 1) - 1
    others = np.ones(neighbor.size + slot.size, dtype=bool)
    others[slot] = False
    places = np.empty(others.size, dtype=neighbor.dtype)
    places[others], places[slot] = neighbor, own
    if not given.any() and weight.size and weight.min() == weight.max():
        return places, np.full(others.size, weight[0])
    weights = np.empty(others.size)
    largest = np.maximum.reduceat(weight, start) if start.size else np.empty(0)
    weights[others], weights[slot] = weight, np.where(given > 0, given, largest)
    return places, weights


def _row_scale(weight: Floats, size: Integers) -> Floats:
    """Return, per row, 1 or the power of two that makes its greatest weight lie near 1."""
    if not weight.size:
        return np.ones(size.size)
    if weight.min() >= 2.0**-_FAR and weight.max() <= 2.0**_FAR:
        return np.ones(size.size)
    largest = np.maximum.reduceat(weight, np.cumsum(size) - size)
    # Dividing by a power of two loses no bit.
    exponent = np.clip(np.frexp(largest)[1], -1021, 1022)
    scale: Floats = np.ldexp(np.ones(size.size), exponent)
    return scale


def _by_weight(
    number: Integers, neighbor: Integers, weight: Floats, rank: Integers, size: Integers
) -> tuple[Integers, Floats, Booleans]:
    """Return the links in the order that :class:`Sites` promises, and which rows are equal."""
    if not size.size or weight.min() == weight.max():
        return neighbor, weight, np.ones(size.size, dtype=bool)
    start = np.cumsum(size) - size
    largest = np.maximum.reduceat(weight, start)
    smallest = np.minimum.reduceat(weight, start)
    equal: Booleans = largest - smallest <= RELATIVE_TOLERANCE * largest
    if equal.all():
        # Weights that are equal but for their last bits become so, or their order would show.
        return neighbor, largest[number], equal
    order = np.lexsort((rank[neighbor], -weight, number))
    return neighbor[order], weight[order], equal
