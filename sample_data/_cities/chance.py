"""Chance: one independent stream of random numbers for each purpose.

Only ``random`` and ``standard_normal`` are drawn: their streams are the least likely to
change between versions of numpy, and the files must come out the same to the byte.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the random numbers of one purpose: adding a purpose changes no other's."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode())]))


def steady(values: np.ndarray, digits: int = 9) -> np.ndarray:
    """Return the values rounded: the last bit of a sine or a product differs by processor.

    Whatever is compared, sorted or cut by goes through here, so that such a bit decides nothing.
    """
    return np.round(values, digits)


def along(points: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return how far points lie in a direction, added up the same way on any processor."""
    points = np.asarray(points)
    return points[..., 0] * direction[0] + points[..., 1] * direction[1]


def pick(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Return ``size`` positions, each with a chance in proportion to its weight."""
    total = np.cumsum(np.asarray(weights, dtype=float))
    found = np.searchsorted(total, rng.random(size) * total[-1], side="right")
    return np.minimum(found, len(total) - 1)


def choose(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """Return one of the items, all equally likely."""
    return items[int(rng.random() * len(items))]


def choose_weighted(rng: np.random.Generator, items: dict[Item, float]) -> Item:
    """Return one of the keys with a chance in proportion to its value."""
    return list(items)[int(pick(rng, np.array(list(items.values())), 1)[0])]


def shuffled(rng: np.random.Generator, items: Sequence[Item]) -> list[Item]:
    """Return the items in a random order."""
    return [items[k] for k in np.argsort(rng.random(len(items)), kind="stable")]


def largest_remainder(weights: np.ndarray, total: int) -> np.ndarray:
    """Return integers in proportion to the weights that add up to ``total`` exactly."""
    exact = np.asarray(weights, dtype=float) * (total / np.sum(weights))
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
