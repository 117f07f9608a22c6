"""Checks that every layer of this package passes."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from hotspots._checks import one_of
from hotspots.catalogue import remark
from hotspots.errors import InputError
from hotspots.schema import Direction, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

MIN_COVER = 0.9
"""Least share of a polygon that a source must cover for its value to pass without a warning."""


def checked_layer(
    name: str,
    values: pd.Series,
    *,
    unit: str,
    direction: Direction,
    source: str,
    title: Mapping[str, str] | None = None,
    cover: pd.Series | None = None,
    services: gpd.GeoDataFrame | None = None,
) -> Layer:
    """Return a :class:`Layer` with a valid name and direction.

    Raises
    ------
    InputError
        If the name has other signs than letters, digits and ``_``, or the direction is unknown.
    """
    check_name(name)
    check_direction(name, direction)
    return Layer(
        name=name,
        values=values.rename(name),
        unit=unit,
        direction=direction,
        source=source,
        title=dict(title or {}),
        cover=None if cover is None else cover.rename("cover"),
        services=services,
    )


def check_name(name: str) -> None:
    """Raise :class:`InputError` unless ``name`` consists of letters, digits and ``_``."""
    if not re.fullmatch(r"\w+", name):
        suggested = re.sub(r"\W+", "_", name).strip("_") or "layer"
        raise InputError(
            f"layer {name!r}: the name of a layer consists of letters, digits and '_', because "
            f"columns and keys are named after it. Try {suggested!r}."
        )


def check_direction(name: str, direction: str) -> None:
    """Raise :class:`InputError` unless ``direction`` is one of the three of the schema."""
    one_of(direction, Direction, f"layer {name!r}: the direction")


def warn_low_cover(name: str, cover: pd.Series, *, stacklevel: int) -> None:
    """Warn of polygons of which the source covers less than :data:`MIN_COVER`."""
    low = cover[cover < MIN_COVER]
    if len(low):
        worst = low.sort_values(kind="stable").head(3)
        listed = ", ".join(f"{polygon} ({share:.0%})" for polygon, share in worst.items())
        warnings.warn(
            remark(
                "low_cover",
                layer=name,
                share=f"{MIN_COVER:.0%}",
                low=len(low),
                polygons=len(cover),
                listed=listed,
            ),
            stacklevel=stacklevel + 1,
        )
