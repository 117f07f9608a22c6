"""Neighborhoods: each place together with its neighbors, in an order that no row order changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]


def neighborhood_members(
    counts: Floats, exposure: Floats, focal: Integers, neighbor: Integers
) -> tuple[Integers, Integers, Booleans]:
    """Return the members of each place's neighborhood, itself included, and the isolates.

    ``focal`` and ``neighbor`` are the links by number, none of them of a place to itself.
    Within a neighborhood the members are sorted by exposure and count, so that sums over them
    are bit-identical for any row order.

    Examples
    --------
    >>> counts, exposure = np.array([5.0, 3.0, 1.0]), np.array([20.0, 10.0, 30.0])
    >>> focal, member, isolated = neighborhood_members(
    ...     counts, exposure, np.array([0, 1]), np.array([1, 0]))
    >>> focal.tolist(), member.tolist(), isolated.tolist()
    ([0, 0, 1, 1, 2], [1, 0, 1, 0, 2], [False, False, True])
    """
    isolated = np.bincount(focal, minlength=counts.size) == 0
    place = np.arange(counts.size)
    focal, member = np.append(focal, place), np.append(neighbor, place)
    order = np.lexsort((counts[member], exposure[member], focal))
    return focal[order], member[order], isolated
