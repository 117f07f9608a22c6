"""Validators that several stages share, each named after what it checks."""

from __future__ import annotations

from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard, get_args

import numpy as np
import pandas as pd

from hotspots._text import printable
from hotspots.errors import ColumnError, CrsError, DataFileError, InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd


def existing_file(path: str | Path, what: str) -> Path:
    """Return ``path`` as a :class:`~pathlib.Path` of an existing, non-empty file.

    Raises
    ------
    DataFileError
        If nothing, a folder, a pipe or device, or an empty file is there, or the path cannot be.
    """
    found = Path(path)
    try:
        there = found.exists()
        folder = there and found.is_dir()
        file = there and found.is_file()
        size = found.stat().st_size if file else 0
    except (OSError, ValueError) as error:
        raise DataFileError(
            f"{what}: {found} cannot be looked up ({error}). Check the path and its spelling."
        ) from None
    if not there:
        raise DataFileError(f"{what}: there is no file {found}. Check the path and its spelling.")
    if folder:
        raise DataFileError(f"{what}: {found} is a folder. Name the file inside it.")
    if not file:
        raise DataFileError(
            f"{what}: {found} is a pipe or a device, not a file. Save its content to a file."
        )
    if size == 0:
        raise DataFileError(f"{what}: {found} is empty. Export it again from its source.")
    return found


def utf8_name(path: str | Path, what: str) -> None:
    """Raise :class:`OutputError` if a path has bytes that are no UTF-8, which no page can name."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise OutputError(
            f"{what} {printable(path)}: the name is not UTF-8. Choose or give it another name."
        ) from None


def first_bytes(file: Path, count: int, what: str) -> bytes:
    """Return the first bytes of a file.

    Raises
    ------
    DataFileError
        If it may not be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise DataFileError(
            f"{what}: {file} cannot be read ({error.strerror}). Check who may read it."
        ) from None


def columns_present(columns: Iterable[object], wanted: Sequence[str], what: str) -> None:
    """Raise :class:`ColumnError` naming the missing columns and those that are there."""
    have = [str(column) for column in columns]
    missing = [name for name in wanted if name not in have]
    if missing:
        raise ColumnError(
            f"{what}: no column {', '.join(map(repr, missing))}. "
            f"The columns are: {', '.join(map(repr, have[:40]))}."
        )


def unique_index(frame: pd.DataFrame | pd.Series, what: str) -> None:
    """Raise :class:`InputError` naming the first repeated index values."""
    if not frame.index.is_unique:
        repeated = frame.index[frame.index.duplicated()].unique()
        raise InputError(
            f"{what}: {len(repeated)} identifiers are there more than once, "
            f"first {repeated.tolist()[0]!r}. Each must be unique: "
            "join or rename the repeated rows."
        )


def named_index(frame: pd.DataFrame | pd.Series, name: str, what: str) -> None:
    """Raise :class:`InputError` unless the index is called ``name`` and repeats nothing."""
    if frame.index.name != name:
        raise InputError(
            f"{what}: the index is called {frame.index.name!r}, and {name!r} is needed. "
            f"Use .set_index(...) or .rename_axis({name!r}) on the identifiers."
        )
    unique_index(frame, what)


def one_series(values: object, what: str) -> None:
    """Raise :class:`InputError` unless ``values`` is a Series, which says what each is of."""
    if not isinstance(values, pd.Series):
        raise InputError(
            f"{what} came as {_kind(values)}. Give a Series on the places' index, e.g. one column "
            "of a table: frame['count']."
        )


def numeric(values: pd.Series, what: str) -> None:
    """Raise :class:`InputError` unless the Series holds numbers (or True and False)."""
    if values.dtype.kind not in "iufb":
        raise InputError(
            f"{what} are of type {values.dtype}, not numbers. Convert them: pd.to_numeric(...)."
        )


def one_of(value: object, options: object, what: str) -> None:
    """Raise :class:`InputError` unless ``value`` is one of the ``options``, a ``Literal``."""
    allowed = get_args(options)
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{what} came as {value!r}. It is one of {', '.join(map(repr, allowed))}.")


def geometries(frame: object, what: str) -> None:
    """Raise :class:`InputError` unless the frame has geometries."""
    if not (isinstance(frame, pd.Series | pd.DataFrame) and hasattr(frame, "crs")):
        raise InputError(
            f"{what} came as {_kind(frame)}, without geometries. Give a GeoDataFrame or a "
            "GeoSeries, e.g. gpd.GeoDataFrame(frame, geometry=..., crs=...)."
        )


def projected_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    """Raise :class:`CrsError` unless the frame has a projected CRS in meters."""
    geometries(frame, what)
    if frame.crs is None:
        raise CrsError(
            f"{what}: the layer has no coordinate reference system. "
            "Say which one it is (crs=...), e.g. 4326 for degrees of longitude and latitude."
        )
    unit = frame.crs.axis_info[0].unit_name if frame.crs.axis_info else "unknown"
    if frame.crs.is_geographic or unit not in ("metre", "meter"):
        raise CrsError(
            f"{what}: the CRS {frame.crs.to_string()} is in {unit}s, and meters are needed. "
            "Use frame.to_crs(frame.estimate_utm_crs())."
        )


def same_crs(
    left: gpd.GeoDataFrame | gpd.GeoSeries,
    right: gpd.GeoDataFrame | gpd.GeoSeries,
    what: str,
) -> None:
    """Raise :class:`CrsError` showing both when two layers differ in CRS."""
    geometries(left, what)
    geometries(right, what)
    if left.crs != right.crs:
        raise CrsError(
            f"{what}: the layers have different coordinate reference systems, "
            f"{_crs_name(left)} and {_crs_name(right)}. Use .to_crs() on one of them."
        )


def bounds_in_order(bounds: Sequence[float], what: str) -> tuple[float, float]:
    """Return ``(floor, ceiling)`` as two floats with 0 < floor < ceiling."""
    values = [float(value) for value in bounds]
    if len(values) != 2 or not 0 < values[0] < values[1]:
        raise InputError(
            f"{what}: the bounds came as {list(bounds)}. "
            "Give the floor first and the ceiling second, e.g. (10000, 15000)."
        )
    return values[0], values[1]


def share(value: object, what: str) -> float:
    """Return ``value`` when it is a number strictly between 0 and 1."""
    if not (_real(value) and 0.0 < value < 1.0):
        raise InputError(f"{what}: came as {value!r}. It must lie between 0 and 1, e.g. 0.05.")
    return float(value)


def is_dask(frame: object) -> bool:
    """Return whether this is a dask collection, without loading dask to find out."""
    return any(
        base.__module__.split(".")[0] in ("dask", "dask_expr") for base in type(frame).__mro__
    )


def positive(value: object, what: str, mend: str) -> float:
    """Return ``value`` when it is a finite number above 0; ``mend`` says what to give."""
    if not (_real(value) and np.isfinite(value) and value > 0):
        raise InputError(f"{what} came as {value!r}. {mend}")
    return float(value)


def at_least_zero(value: object, what: str, mend: str) -> float:
    """Return ``value`` when it is a finite number from 0 on; ``mend`` says what to give."""
    if not (_real(value) and np.isfinite(value) and value >= 0):
        raise InputError(f"{what} came as {value!r}. {mend}")
    return float(value)


def whole_number(value: object, what: str, mend: str, *, least: int = 1) -> int:
    """Return ``value`` when it is a whole number from ``least`` on; ``mend`` says what to give."""
    if not (_real(value) and isinstance(value, Integral) and value >= least):
        raise InputError(f"{what} came as {value!r}. {mend}")
    return int(value)


def _real(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _crs_name(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    return "none" if frame.crs is None else str(frame.crs.to_string())


def aligned(frame: pd.DataFrame, index: pd.Index, what: str) -> pd.DataFrame:
    """Return ``frame`` in the places' order.

    Raises
    ------
    InputError
        If it is not about exactly these places.
    """
    missing = index.difference(frame.index)
    surplus = frame.index.difference(index)
    if len(missing) or len(surplus) or not frame.index.is_unique:
        example = (missing if len(missing) else surplus).tolist()[:1]
        raise InputError(
            f"{what}: its index is not the places' own: {len(missing)} places have no row and "
            f"{len(surplus)} rows no place (first: {example}). Give the table of these places."
        )
    return frame.reindex(index)
