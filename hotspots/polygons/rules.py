"""Rules: which units share a polygon, which may not, and which borders no polygon crosses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspots import _checks
from hotspots.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

Side: TypeAlias = str | Sequence[str]
Fixed: TypeAlias = str | Mapping[str, Sequence[Sequence[Side]]]

_WHAT = "build_polygons: fixed"
_KEYS = ("together", "apart")


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """The constraints on a plan, by unit number.

    Attributes
    ----------
    block
        Per unit, the number of its block: units of one block share a polygon. Blocks are
        numbered by their first unit.
    apart
        Pairs of blocks that may not share a polygon, one row each.
    ground
        Per unit, the number of the ground that its polygon may not leave.
    """

    block: Integers
    apart: Integers
    ground: Integers


def rules(units: gpd.GeoDataFrame, fixed: Fixed | None, within: Sequence[str]) -> Rules:
    """Return the rules that ``fixed`` and ``within`` ask for, of units in their final order.

    Raises
    ------
    ColumnError
        If a column is missing.
    InputError
        If a unit is not among the units, is to be together and apart at once, or the ground of
        one is not known.
    """
    ground = _ground(units, list(within))
    if isinstance(fixed, str):
        block, apart = _by_column(units, fixed), np.empty((0, 2), dtype=np.int64)
    else:
        block, apart = _by_lists(units.index, fixed or {})
    _same_ground(units.index, block, ground)
    return Rules(block, apart, ground)


def under_rules(graph: UnitGraph, names: pd.Index, rules: Rules) -> UnitGraph:
    """Return the graph of blocks, without the borders that no polygon may cross.

    Raises
    ------
    InputError
        If the units of a block do not touch.
    """
    free = len(names) == rules.block.max() + 1
    if free and not rules.ground.any():
        return without(graph, rules.apart)
    border = graph.border.tocoo()
    open_ = rules.ground[border.row] == rules.ground[border.col]
    links = coo_array(
        (border.data[open_], (border.row[open_], border.col[open_])), shape=border.shape
    )
    _contiguous(links, names, rules.block)
    if free:
        return without(replace(graph, border=links.tocsr()), rules.apart)
    return without(_contracted(graph, links, rules.block), rules.apart)


def first_units(block: Integers) -> Integers:
    """Return the number of the first unit of each block.

    Examples
    --------
    >>> first_units(np.array([0, 1, 0, 2, 1])).tolist()
    [0, 1, 3]
    """
    return np.unique(block, return_index=True)[1].astype(np.int64)


def without(graph: UnitGraph, pairs: Integers) -> UnitGraph:
    """Return the graph without the borders between some pairs of units."""
    if not len(pairs):
        return graph
    border = graph.border.tocoo()
    one, two = np.minimum(border.row, border.col), np.maximum(border.row, border.col)
    code = one.astype(np.int64) * graph.size + two
    cut = pairs.min(axis=1) * graph.size + pairs.max(axis=1)
    kept = ~np.isin(code, cut)
    left = coo_array(
        (border.data[kept], (border.row[kept], border.col[kept])), shape=border.shape
    ).tocsr()
    left.sort_indices()
    return replace(graph, border=left)


def _ground(units: gpd.GeoDataFrame, columns: list[str]) -> Integers:
    what = "build_polygons: within"
    _checks.columns_present(units.columns, columns, what)
    number = np.zeros(len(units), dtype=np.int64)
    for column in columns:
        missing = units[column].isna().to_numpy()
        if missing.any():
            raise InputError(
                f"{what}: {column!r} is missing in {int(missing.sum())} units, first "
                f"{units.index[missing][0]!r}. Say where each unit lies, so that its polygon "
                "can stay there."
            )
        codes, values = pd.factorize(units[column])
        number = number * len(values) + codes
        # Renumbered, or many columns would overflow.
        number = pd.factorize(number)[0].astype(np.int64)
    return number


def _by_column(units: gpd.GeoDataFrame, column: str) -> Integers:
    _checks.columns_present(units.columns, [column], _WHAT)
    codes, _ = pd.factorize(units[column])
    alone = codes < 0
    codes = codes.astype(np.int64)
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return _numbered(codes)


def _by_lists(
    names: pd.Index, fixed: Mapping[str, Sequence[Sequence[Side]]]
) -> tuple[Integers, Integers]:
    if not isinstance(fixed, Mapping) or set(fixed) - set(_KEYS):
        raise InputError(
            f"{_WHAT} came as {fixed!r}. Give a column whose values say which units stay "
            'together, or {"together": [[unit, unit], …], "apart": [[unit, unit], …]}.'
        )
    place = {str(name): number for number, name in enumerate(names)}
    groups = [_numbers(place, group, "together") for group in fixed.get("together", ())]
    pairs = np.array(
        [(group[0], other) for group in groups for other in group[1:]], dtype=np.int64
    ).reshape(-1, 2)
    links = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(names),) * 2)
    block = _numbered(connected_components(links, directed=False)[1].astype(np.int64))
    return block, _apart(names, place, block, fixed.get("apart", ()))


def _apart(
    names: pd.Index, place: dict[str, int], block: Integers, lists: Sequence[Sequence[Side]]
) -> Integers:
    pairs = set()
    for sides in lists:
        _is_list(sides, "apart")
        numbers = [
            _numbers(place, [side] if isinstance(side, str) else side, "apart") for side in sides
        ]
        for left, right in combinations(numbers, 2):
            for one, two in product(left, right):
                if block[one] == block[two]:
                    raise InputError(
                        f"{_WHAT}: {names[one]!r} and {names[two]!r} are to be together and "
                        "apart at once. Remove them from one of the lists."
                    )
                pairs.add((min(block[one], block[two]), max(block[one], block[two])))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _numbers(place: dict[str, int], group: Sequence[object], key: str) -> list[int]:
    _is_list(group, key)
    unknown = [unit for unit in group if str(unit) not in place]
    if unknown:
        raise InputError(
            f"{_WHAT}: {unknown[0]!r} ({key}) is not among the units, and {len(unknown)} in all "
            "are not. Use the units' identifiers, leading zeros included."
        )
    return [place[str(unit)] for unit in group]


def _is_list(group: object, key: str) -> None:
    if isinstance(group, str) or not isinstance(group, Sequence):
        raise InputError(
            f"{_WHAT}: {key} holds {group!r}, which is no list of units. "
            f'Give lists in a list: {{"{key}": [["u1", "u2"]]}}.'
        )


def _numbered(codes: Integers) -> Integers:
    return pd.factorize(codes)[0].astype(np.int64)


def _same_ground(names: pd.Index, block: Integers, ground: Integers) -> None:
    first = first_units(block)
    crossing = np.flatnonzero(ground != ground[first[block]])
    if crossing.size:
        unit = int(crossing[0])
        raise InputError(
            f"{_WHAT}: {names[first[block[unit]]]!r} and {names[unit]!r} are to be together, and "
            "lie on two sides of a border that within= lets no polygon cross. Drop one of the two."
        )


def _contiguous(links: coo_array, names: pd.Index, block: Integers) -> None:
    inside = block[links.row] == block[links.col]
    same = coo_array(
        (links.data[inside], (links.row[inside], links.col[inside])), shape=links.shape
    )
    _, piece = connected_components(same, directed=False)
    first = first_units(block)
    loose = np.flatnonzero(piece != piece[first[block]])
    if loose.size:
        unit = int(loose[0])
        raise InputError(
            f"{_WHAT}: {names[first[block[unit]]]!r} and {names[unit]!r} are to be together, and "
            "no shared border within their group leads from one to the other. Add the units "
            "between them, or raise gap_m where only a gap parts them."
        )


def _contracted(graph: UnitGraph, links: coo_array, block: Integers) -> UnitGraph:
    count = int(block.max()) + 1

    def total(values: Floats) -> Floats:
        return np.bincount(block, weights=values, minlength=count).astype(float)

    inner = block[links.row] == block[links.col]
    held = np.bincount(block[links.row[inner]], weights=links.data[inner], minlength=count)
    outer = coo_array(
        (links.data[~inner], (block[links.row[~inner]], block[links.col[~inner]])),
        shape=(count, count),
    ).tocsr()
    outer.sum_duplicates()
    population = total(graph.population)
    # Where nobody lives, the middle of the ground stands in for the residents' center.
    weight = np.where(population[block] > 0, graph.population, graph.area)
    shares = weight / np.maximum(total(weight), 1e-300)[block]
    return replace(
        graph,
        population=population,
        area=total(graph.area),
        perimeter=total(graph.perimeter) - held,
        x=total(shares * graph.x),
        y=total(shares * graph.y),
        border=outer,
        traits=np.column_stack(
            [total(shares * column) for column in graph.traits.T] or [np.empty((count, 0))]
        ),
    )
