"""The one door through which every layer of this room leaves."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, get_args

from hotspots.catalogue import remark
from hotspots.errors import InputError
from hotspots.schema import Direction, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

LEAST_COVER = 0.9
"""Below this share of a polygon, its number speaks for too little of it to pass unremarked."""


def checked_layer(
    name: str,
    values: pd.Series,
    *,
    unit: str,
    direction: Direction,
    source: str,
    title: Mapping[str, str] | None = None,
    cover: pd.Series | None = None,
) -> Layer:
    """Return a :class:`Layer` whose name and direction can be used by the later stages.

    Raises
    ------
    InputError
        If the name is not made of letters, digits and ``_``, or the direction is unknown.
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
    )


def check_name(name: str) -> None:
    """Raise :class:`InputError` unless ``name`` is made of letters, digits and ``_``."""
    if not re.fullmatch(r"\w+", name):
        mended = re.sub(r"\W+", "_", name).strip("_") or "layer"
        raise InputError(
            f"layer {name!r}: a layer's name is made of letters, digits and '_', because columns "
            f"and keys are called after it. Try {mended!r}."
        )


def check_direction(name: str, direction: str) -> None:
    """Raise :class:`InputError` unless ``direction`` is one of the three of the schema."""
    if direction not in get_args(Direction):
        raise InputError(
            f"layer {name!r}: the direction came as {direction!r}. "
            f"It is one of {', '.join(map(repr, get_args(Direction)))}."
        )


def warn_low_cover(name: str, cover: pd.Series, *, stacklevel: int) -> None:
    """Warn of the polygons of which the source covers less than :data:`LEAST_COVER`."""
    low = cover[cover < LEAST_COVER]
    if len(low):
        worst = low.sort_values(kind="stable").head(3)
        listed = ", ".join(f"{polygon} ({share:.0%})" for polygon, share in worst.items())
        warnings.warn(
            remark(
                "low_cover",
                layer=name,
                share=f"{LEAST_COVER:.0%}",
                low=len(low),
                polygons=len(cover),
                listed=listed,
            ),
            stacklevel=stacklevel + 1,
        )
