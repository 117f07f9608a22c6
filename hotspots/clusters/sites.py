"""Sites: the values of a test laid against the graph of its neighbours, checked at the door.

Everything that chance touches later is expressed in *positions*: the places of the values in
ascending order. Two maps that differ only in the order of their rows give the same positions,
and so the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import unique_index
from hotspots.errors import GraphError, InputError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

SMOOTHED = "smoothed"
RELATIVE_TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False, slots=True)
class Sites:
    """Values and links of one test.

    Attributes
    ----------
    index
        All places, in the caller's order.
    known
        Places with a value.
    tested
        Numbers (in ``index``) of the places that have a value and a neighbour with one.
    reference
        The values that the test is about, ascending: of all places that are linked to another.
    rank
        Per tested place, the first position in ``reference`` that holds its value.
    size
        Per tested place, how many values its sum takes in.
    equal
        Per tested place, whether all of its weights are the same.
    link_site, link_rank, link_weight
        Per link, the number of the tested place (0, 1, …, ascending), the position of the
        neighbour's value, and the weight.
    """

    index: pd.Index
    known: Booleans
    tested: Integers
    reference: Floats
    rank: Integers
    size: Integers
    equal: Booleans
    link_site: Integers
    link_rank: Integers
    link_weight: Floats

    @property
    def own(self) -> Floats:
        """The tested places' values."""
        return self.reference[self.rank]

    @property
    def scaled(self) -> Floats:
        """The reference values less their mean, over their greatest absolute deviation."""
        if not self.reference.size:
            return self.reference
        centred = self.reference - self.reference.mean()
        largest = float(np.abs(centred).max())
        # A constant such as 0.1 leaves rounding dust after its mean is taken off.
        floor = 1e-14 * float(np.abs(self.reference).max())
        return centred / largest if largest > floor else np.zeros_like(centred)

    def lag(self, values: Floats, weights: Floats | None = None) -> Floats:
        """Per tested place, the weighted sum of its neighbours' values (given by position)."""
        weight = self.link_weight if weights is None else weights
        return self.per_site(weight * values[self.link_rank])

    def per_site(self, link_values: Floats) -> Floats:
        """Per tested place, the sum of a number per link, added in one fixed order."""
        return np.bincount(self.link_site, link_values, minlength=self.tested.size).astype(float)


def place_sites(values: pd.Series, graph: Graph, *, include_self: bool) -> Sites:
    """Return the :class:`Sites` of a test.

    A place without a value is out: of the reference set, and of its neighbours' sums, which
    use those that are left. A place that is linked to no other is out as well, so that its
    removal changes nothing elsewhere. Where ``include_self``, each place counts in its own
    sum: with the weight that the graph gives it, otherwise with the largest of its row.

    Raises
    ------
    InputError
        For values that are not numbers, infinite, smoothed, repeated in the index, or fewer
        than three.
    GraphError
        For a graph on another index, or with negative or missing weights.
    """
    numbers = checked_numbers(values)
    focal, neighbor, weight, self_weight = graph_links(graph, values.index)
    known = ~np.isnan(numbers)
    keep = known[focal] & known[neighbor]
    focal, neighbor, weight = focal[keep], neighbor[keep], weight[keep]
    linked = np.zeros(known.size, dtype=bool)
    linked[focal] = linked[neighbor] = True
    reference = np.sort(numbers[linked])
    rank = np.searchsorted(reference, numbers)
    tested = np.unique(focal)
    if include_self:
        own = _self_weights(focal, weight, self_weight, tested, known.size)
        focal, neighbor = np.append(focal, tested), np.append(neighbor, tested)
        weight = np.append(weight, own)
    order = np.lexsort((rank[neighbor], -weight, focal))
    focal, neighbor, weight = focal[order], neighbor[order], weight[order]
    number = np.searchsorted(tested, focal)
    size = np.bincount(number, minlength=tested.size)
    equal = _equal_rows(number, weight, tested.size)
    if graph.transformation == "R":
        weight = weight / np.bincount(number, weight, minlength=tested.size)[number]
    return Sites(
        index=values.index,
        known=known,
        tested=tested,
        reference=reference,
        rank=rank[tested],
        size=size,
        equal=equal,
        link_site=number,
        link_rank=rank[neighbor],
        link_weight=weight,
    )


def describe_weights(sites: Sites) -> str:
    """Return the neighbours in words: how many places, links, and of which kind."""
    isolates = int(sites.known.sum()) - sites.tested.size
    kind = "equal" if sites.equal.all() else "unequal"
    mean = sites.size.mean() if sites.size.size else 0.0
    return (
        f"{sites.tested.size} places with {mean:.2f} values in the mean neighbourhood, "
        f"{kind} weights, {isolates} isolates, {int((~sites.known).sum())} without data"
    )


def graph_links(graph: Graph, index: pd.Index) -> tuple[Integers, Integers, Floats, Floats]:
    """Return focal, neighbour and weight of the links in ``index``'s numbers; own weights apart."""
    _same_places(graph.unique_ids, index)
    # tocoo() of a copy: the caller's graph stays as it came.
    links = graph.sparse.tocoo()
    where = index.get_indexer(graph.unique_ids)
    focal, neighbor = where[links.coords[0]], where[links.coords[1]]
    weight = np.asarray(links.data, dtype=float)
    if not np.isfinite(weight).all() or (weight < 0).any():
        bad = int(np.flatnonzero(~np.isfinite(weight) | (weight < 0))[0])
        raise GraphError(
            f"The weight from {index[focal[bad]]!r} to {index[neighbor[bad]]!r} is {weight[bad]}. "
            "Weights must be finite and not negative."
        )
    own = np.zeros(len(index))
    diagonal = focal == neighbor
    own[focal[diagonal]] = weight[diagonal]
    # A weight of zero is how a Graph stores an isolate: it is no neighbour.
    keep = ~diagonal & (weight > 0)
    return focal[keep].astype(np.int64), neighbor[keep].astype(np.int64), weight[keep], own


def checked_numbers(values: pd.Series) -> Floats:
    """Return the values as floats, or raise :class:`InputError` for what cannot be tested."""
    name = values.name if values.name is not None else "values"
    what = f"The tested values ({name!r})"
    if str(name).startswith(SMOOTHED):
        raise InputError(
            f"{what} are smoothed: a smoothed rate borrows from its neighbours or from the whole, "
            "and a test would find that pattern instead of the city's. Test the crude rate "
            "(column 'rate') or standardized_rates(count, exposure), and keep smoothed rates "
            "for maps."
        )
    unique_index(values, what)
    if values.dtype.kind not in "iufb":
        raise InputError(
            f"{what} are of type {values.dtype}, not numbers. Convert them: pd.to_numeric(...)."
        )
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


def _self_weights(
    focal: Integers, weight: Floats, given: Floats, tested: Integers, places: int
) -> Floats:
    largest = np.zeros(places)
    np.maximum.at(largest, focal, weight)
    return np.where(given[tested] > 0, given[tested], largest[tested])


def _equal_rows(number: Integers, weight: Floats, sites: int) -> Booleans:
    largest = np.zeros(sites)
    smallest = np.full(sites, np.inf)
    np.maximum.at(largest, number, weight)
    np.minimum.at(smallest, number, weight)
    equal: Booleans = largest - smallest <= RELATIVE_TOLERANCE * largest
    return equal
