"""Residents of units: from a column, from a table by key, or from a population raster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots._text import like_number
from hotspots.catalogue import remark
from hotspots.errors import ColumnError, InputError
from hotspots.limits import LIMITS, Limits
from hotspots.spatial.crs import moved
from hotspots.spatial.zonal import cell_totals, open_raster
from hotspots.tables.cells import as_text, read_plain_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

Missing = Literal["error", "zero"]

_REACH = 0.99
"""Share of a unit that must lie within the raster's extent for its sum to count as known."""

_PRECISION = 1e-6
"""Relative precision of a sum of cells; differences below it are arithmetic, not residents."""


@dataclass(frozen=True, eq=False, slots=True)
class ResidentsSource:
    """Where the residents of the units are written.

    Attributes
    ----------
    population
        Column of the layer or, where there is one, of the table.
    table, key
        Second table, and its column that names the units.
    raster
        Raster of residents per cell.
    missing
        What is done about units of which the residents are not known.
    """

    population: str | None = None
    table: str | Path | pd.DataFrame | None = None
    key: str | None = None
    raster: str | Path | None = None
    missing: Missing = "error"

    def __post_init__(self) -> None:
        """Refuse no source, two sources, and half of one."""
        if self.missing not in get_args(Missing):
            raise InputError(
                f"missing came as {self.missing!r}. It is 'error', or 'zero' to count nobody "
                "where the residents are not known."
            )
        if self.raster is not None and (self.population is not None or self.table is not None):
            raise InputError(
                "the residents come from one source, and population_raster= came with another. "
                "Keep population= (a column, of the layer or of population_table=) or the raster."
            )
        if self.raster is None and self.population is None:
            raise InputError(
                "no source of residents was given. Give population= (a column of the "
                "layer, or of population_table= where that is given), or population_raster=."
            )
        if self.key is not None and self.table is None:
            raise InputError(
                "population_key= names a column of population_table=, and there is no table. "
                "Give the table, or leave the key out."
            )


def unit_residents(
    source: ResidentsSource,
    units: gpd.GeoDataFrame,
    *,
    id: str,
    what: str,
    limits: Limits = LIMITS,
) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Return the residents of each unit, and where they were not known and count as 0.

    Parameters
    ----------
    source
        Where the residents are written.
    units
        Valid polygons on ``unit_id``, with the layer's own columns.
    id
        Column that names the units; the table's key where no other is named.
    what
        Name of the units for the errors' texts.
    limits
        How much the table or the raster may hold.

    Raises
    ------
    DataFileError
        If a table or a raster cannot be read.
    ColumnError
        If a column is missing or not numeric.
    InputError
        If keys are repeated or have lost their leading zeros, or residents are missing,
        negative or all zero; the text names the units.

    Warns
    -----
    HotspotsWarning
        Of residents of the table or of the raster that are in no unit, and of those that
        overlapping units count twice.
    """
    if source.raster is not None:
        found, unknown = _from_raster(source.raster, units, what, limits)
        name = f"population_raster {source.raster}"
        mend = "The raster does not reach all of them: take one that does"
    elif source.table is not None:
        where = f"{what}: {_named(source.table)}"
        table = read_plain_table(source.table, what=where, limits=limits)
        found = _from_table(table, source, source.key or id, units.index, where)
        unknown = found.isna().to_numpy()
        name = f"{source.population!r} of population_table"
        mend = "Add their rows, with 0 where nobody lives"
    else:
        found = units[source.population]
        unknown = found.isna().to_numpy()
        name = repr(source.population)
        mend = "Put 0 where nobody lives, and the census figure elsewhere"
    if unknown.any() and source.missing == "error":
        raise InputError(
            f"{what}: {name} is missing in {int(unknown.sum())} units "
            f"({some(units.index, unknown)}). {mend}; or missing='zero' counts nobody there."
        )
    return _checked(found, units.index, name, what), unknown


def some(index: pd.Index, mask: NDArray[np.bool_]) -> str:
    """Return the first five names where ``mask`` is true, for an error's text.

    Examples
    --------
    >>> import numpy as np
    >>> some(pd.Index(["007", "008"]), np.array([True, False]))
    "'007'"
    """
    names = [repr(name) for name in index[mask][:5]]
    return ", ".join(names) + (", …" if int(mask.sum()) > 5 else "")


def _named(table: str | Path | pd.DataFrame | None) -> str:
    return "population_table" if isinstance(table, pd.DataFrame) else str(table)


def _from_table(
    table: pd.DataFrame, source: ResidentsSource, key: str, units: pd.Index, where: str
) -> pd.Series:
    population = str(source.population)
    _checks.columns_present(table.columns, [key, population], where)
    values = table[population].set_axis(as_text(table[key]), axis=0)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        values = values.where(values.astype(str).str.strip() != "")
    known = values.index.isin(units)
    _refuse_lost_zeros(units, values.index, known, key, where)
    repeated = values.index[known & values.index.duplicated(keep=False)].unique()
    if len(repeated):
        raise InputError(
            f"{where}: {len(repeated)} units have more than one row ({_listed(repeated)}). "
            "Keep one row for each, e.g. the total of its blocks."
        )
    surplus = pd.to_numeric(values[~known], errors="coerce").fillna(0)
    if (surplus > 0).any():
        warnings.warn(
            remark(
                "rows_without_unit",
                table=_named(source.table),
                rows=int((surplus > 0).sum()),
                residents=round(float(surplus.sum())),
                first=surplus.index[surplus > 0][0],
            ),
            stacklevel=4,
        )
    return values[known].reindex(units)


def _refuse_lost_zeros(
    units: pd.Index, keys: pd.Index, known: NDArray[np.bool_], key: str, where: str
) -> None:
    """Refuse keys that would be the units' but for their leading zeros."""
    strangers = {str(name).lstrip("0"): str(name) for name in keys[~known]}
    alone = units[~units.isin(keys)]
    alike = [(name, strangers[name.lstrip("0")]) for name in alone if name.lstrip("0") in strangers]
    if alike:
        unit, stranger = alike[0]
        raise InputError(
            f"{where}: {len(alike)} keys in {key!r} differ from the units' in leading zeros alone "
            f"({stranger!r} for {unit!r}). A spreadsheet removes them: format the column as "
            "text and export it again."
        )


def _from_raster(
    path: str | Path, units: gpd.GeoDataFrame, what: str, limits: Limits
) -> tuple[pd.Series, NDArray[np.bool_]]:
    where = f"{what}: population_raster"
    with open_raster(path, what=where, limits=limits) as grid:
        bare = gpd.GeoDataFrame(geometry=units.geometry.reset_index(drop=True))
        zones = moved(bare, grid.crs, where)
        totals = cell_totals(grid, zones, what=where, limits=limits)
        shapes = zones.geometry.to_numpy()
        union = shapely.union_all(shapes)
        beside = shapely.difference(shapely.convex_hull(union), union)
        areas = [shape for shape in (union, beside) if not shape.is_empty]
        sums = cell_totals(
            grid, gpd.GeoDataFrame(geometry=areas, crs=grid.crs), what=where, limits=limits
        ).sum
        extent = shapely.box(*grid.bounds)
    found = np.where(totals.count > 0, totals.sum, 0.0)
    inside, outside = (*np.nan_to_num(sums), 0.0)[:2]
    for key, residents in (("raster_outside", outside), ("raster_twice", found.sum() - inside)):
        if residents >= max(1.0, _PRECISION * inside):
            warnings.warn(
                remark(key, file=Path(path).name, n=round(residents), inside=round(inside)),
                stacklevel=4,
            )
    reached = shapely.area(shapely.intersection(shapes, extent)) / shapely.area(shapes)
    return pd.Series(found, index=units.index), reached < _REACH


def _checked(column: pd.Series, index: pd.Index, name: str, what: str) -> pd.Series:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    text = np.isnan(values) & column.notna().to_numpy()
    text |= _with_thousands(column)
    if text.any():
        raise ColumnError(
            f"{what}: {name} is not a number in {int(text.sum())} units "
            f"({some(index, text)}; first value {like_number(str(column[text].iloc[0]))!r}). "
            "Residents are plain numbers: remove the thousands separators (1,186 or 1.186)."
        )
    values = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        raise InputError(
            f"{what}: {name} is negative or infinite in {int(bad.sum())} units "
            f"({some(index, bad)}; first value {values[bad][0]:g}). "
            "Some censuses code suppressed figures like that: give the residents, or 0."
        )
    if values.sum() == 0:
        raise InputError(f"{what}: {name} is zero in every unit. Name the residents' column.")
    return pd.Series(values, index=index, name=schema.POPULATION)


def _with_thousands(column: pd.Series) -> NDArray[np.bool_]:
    """Say where text such as 1.186 parts thousands: as a decimal it would lose 1,185 people.

    Only where every text with a point has three digits behind it, as decimals seldom have.
    """
    nowhere = np.zeros(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return nowhere
    texts = column.astype(str).str.strip()
    dotted = texts.str.contains(".", regex=False)
    parted = texts.str.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+")
    return parted.to_numpy(dtype=bool) if (parted | ~dotted).all() else nowhere


def _listed(names: pd.Index) -> str:
    return ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")
