"""The table of all layers: one row per polygon, one column per layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._checks import columns_present, named_index
from hotspots.errors import ColumnError, InputError
from hotspots.schema import POLYGON_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.schema import Layer

_RATE = "rate"


def layers_table(
    layers: Sequence[Layer],
    *,
    rates: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return a table on ``polygon_id`` with one column per layer, named after the layer.

    Parameters
    ----------
    layers
        Layers on the same polygons; the order of their rows does not matter.
    rates
        Result of ``incident_rates``: one table, whose crude rate becomes the column ``rate``, or
        category → table, for the columns ``<category>_rate``.

    Returns
    -------
    pandas.DataFrame
        Floats, in the order of the first layer's polygons; NaN is *no data*. Rates come last.

    Raises
    ------
    InputError
        If there is no layer and no rate, or two tables are on different polygons.
    ColumnError
        If two columns would have the same name, or a table of rates has no ``rate``.

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.schema import Layer
    >>> polygons = pd.Index(["P1", "P2"], name="polygon_id")
    >>> poverty = Layer("poverty", pd.Series([12.0, 40.0], polygons), "%", "more_is_worse", "")
    >>> rates = {"homicide": pd.DataFrame({"rate": [3.0, 9.5]}, polygons)}
    >>> layers_table([poverty], rates=rates)
                poverty  homicide_rate
    polygon_id
    P1             12.0            3.0
    P2             40.0            9.5
    """
    columns = [(layer.name, layer.values) for layer in layers] + _rate_columns(rates)
    if not columns:
        raise InputError("layers_table: there is no layer and no rate. Give at least one.")
    names = [name for name, _ in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ColumnError(
            f"layers_table: more than one column would be called {', '.join(map(repr, twice))}. "
            "Give the layers different names."
        )
    index = columns[0][1].index
    for name, values in columns:
        _check_index(name, values, index)
    return pd.DataFrame(
        {name: values.reindex(index).astype("float64") for name, values in columns}, index=index
    )


def _rate_columns(
    rates: pd.DataFrame | Mapping[str, pd.DataFrame] | None,
) -> list[tuple[str, pd.Series]]:
    if rates is None:
        return []
    tables = (
        {f"{category}_{_RATE}": table for category, table in rates.items()}
        if isinstance(rates, Mapping)
        else {_RATE: rates}
    )
    for name, table in tables.items():
        columns_present(table.columns, [_RATE], f"layers_table: rates for {name!r}")
    return [(name, table[_RATE]) for name, table in tables.items()]


def _check_index(name: str, values: pd.Series, index: pd.Index) -> None:
    named_index(values, POLYGON_ID, f"layers_table: {name!r}")
    other = values.index.symmetric_difference(index)
    if len(other):
        raise InputError(
            f"layers_table: {name!r} is not of the same polygons as the first column: "
            f"{len(other)} differ, first {other[0]!r}. Make all layers from one plan."
        )
