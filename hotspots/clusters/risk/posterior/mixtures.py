"""Mixtures: quantiles and draws of densities that are known point by point."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy import integrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]
    Density: TypeAlias = tuple[Floats, Floats, Callable[[Floats, slice], Floats]]

_POINTS = 129
_COARSE = 65
_CHUNK = 4_096


def mixture_quantiles(
    densities: Sequence[Density], weight: Floats, shift: Floats, levels: Sequence[float]
) -> Floats:
    """Return quantiles of each place's mixture of densities: levels × places.

    Parameters
    ----------
    densities
        Of each component: the ends of every place's values, and the log of its unnormalized
        density at values (places × points) of a slice of the places.
    weight
        Weight of each component.
    shift
        What is taken off the values of each component.
    levels
        Probabilities of the quantiles.
    """
    places = densities[0][0].size
    quantiles = np.empty((len(levels), places))
    for start in range(0, places, _CHUNK):
        part = slice(start, min(start + _CHUNK, places))
        scales = [_log_scale(density, part) for density in densities]

        def distribution(
            values: Floats, part: slice = part, scales: list[Floats] = scales
        ) -> Floats:
            mixed = np.zeros_like(values)
            for (_, _, log), share, moved, scale in zip(
                densities, weight, shift, scales, strict=True
            ):
                mixed += share * np.exp(log(values + moved, part) - scale)
            return _cumulative(mixed)

        low = np.min([d[0][part] - s for d, s in zip(densities, shift, strict=True)], axis=0)
        high = np.max([d[1][part] - s for d, s in zip(densities, shift, strict=True)], axis=0)
        values = np.linspace(low, high, _COARSE, axis=1)
        values = np.linspace(*_material(values, distribution(values)), _POINTS, axis=1)
        cumulative = distribution(values)
        for row, level in enumerate(levels):
            quantiles[row, part] = _at_level(values, cumulative, np.full((len(low), 1), level))[
                :, 0
            ]
    return quantiles


def interpolated_draws(
    low: Floats,
    high: Floats,
    log_density: Callable[[Floats, slice], Floats],
    uniform: Floats,
) -> Floats:
    """Return values with each place's density at uniform numbers (draws × places)."""
    drawn = np.empty_like(uniform)
    for start in range(0, low.size, _CHUNK):
        part = slice(start, min(start + _CHUNK, low.size))
        values = np.linspace(low[part], high[part], _POINTS, axis=1)
        log = log_density(values, part)
        cumulative = _cumulative(np.exp(log - log.max(axis=1, keepdims=True)))
        drawn[:, part] = _at_level(values, cumulative, uniform[:, part].T).T
    return drawn


def weighted(values: Floats, weight: Floats, levels: Sequence[float]) -> list[float]:
    """Return mean, first and last quantile of a hyperparameter known at weighted nodes."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    low, high = np.interp([levels[0], levels[-1]], middle, values[order])
    return [float((weight * values).sum()), float(low), float(high)]


def _log_scale(density: Density, part: slice) -> Floats:
    """Return the logarithm of each place's total mass, for the density to integrate to 1."""
    low, high, log_density = density
    values = np.linspace(low[part], high[part], _COARSE, axis=1)
    log = log_density(values, part)
    peak = log.max(axis=1, keepdims=True)
    mass = integrate.trapezoid(np.exp(log - peak), values, axis=1)[:, None]
    scale: Floats = peak + np.log(mass)
    return scale


def _material(values: Floats, cumulative: Floats) -> tuple[Floats, Floats]:
    """Return the ends of what is not negligible, so that the points lie where it matters."""
    rows = np.arange(len(values))
    first = np.maximum((cumulative < 1e-6).sum(axis=1) - 1, 0)
    last = np.minimum((cumulative <= 1 - 1e-6).sum(axis=1), values.shape[1] - 1)
    return values[rows, first], values[rows, last]


def _cumulative(density: Floats) -> Floats:
    """Return the distribution function at equally spaced points, 0 at the first, 1 at the last."""
    steps = (density[:, 1:] + density[:, :-1]) / 2
    cumulative = np.concatenate([np.zeros((len(density), 1)), np.cumsum(steps, axis=1)], axis=1)
    cumulative /= cumulative[:, -1:]
    return cumulative


def _at_level(values: Floats, cumulative: Floats, level: Floats) -> Floats:
    """Return the value at each level (places × levels), between points linearly."""
    rows = np.arange(len(values))[:, None]
    # One search for all places: each place's distribution function is raised by its number.
    flat = (cumulative + 2 * rows).ravel()
    place = np.searchsorted(flat, (level + 2 * rows).ravel(), side="right").reshape(level.shape)
    points = values.shape[1]
    right = np.clip(place - rows * points, 1, points - 1)
    below, above = cumulative[rows, right - 1], cumulative[rows, right]
    share = (level - below) / np.maximum(above - below, 1e-300)
    start, end = values[rows, right - 1], values[rows, right]
    found: Floats = start + np.clip(share, 0.0, 1.0) * (end - start)
    return found
