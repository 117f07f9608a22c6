"""Writes the two folders of a run: internal and public."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from hotspots import schema
from hotspots.catalogue import every_language
from hotspots.maps.save.csv import safe_csv
from hotspots.maps.save.workbook import save_workbook
from hotspots.project.write.data_dictionary import data_dictionary
from hotspots.project.write.edition import write_edition
from hotspots.project.write.pages import write_internal_pages
from hotspots.tables.postgis import write_postgis_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hotspots.project.run.pipeline import RunResult
    from hotspots.project.write.edition import Edition
    from hotspots.schema import LocalResult

_EPOCH = "2000-01-01T00:00:00Z"
"""The date that GeoPackages carry, so that the same run gives the same bytes."""


def write_outputs(result: RunResult, edition: Edition, folder: Path) -> None:
    """Write ``internal/`` (readable by its owner only) and ``public/`` into ``folder``."""
    internal, public = folder / "internal", folder / "public"
    internal.mkdir(mode=0o700)
    public.mkdir()
    write_internal_pages(result, internal)
    _write_tables(result, internal)
    _write_polygons(result, internal / "polygons.gpkg")
    _incidents(result).to_parquet(internal / "incidents.parquet")
    synthetic = result.project.project.synthetic
    notice = every_language("mark.synthetic", between=" / ") if synthetic else ""
    write_edition(edition, public, notice=notice)


def write_database(result: RunResult) -> None:
    """Write the results to the project's database as tables, all of them or none.

    The tables ``polygons``, ``units``, ``incidents``, ``tests``, ``rates``, ``near_repeats``,
    ``worst_addresses``, and ``ranking`` and ``allocation`` if there are any, hold the same as the
    files of ``internal/``, and replace those of an earlier run.
    """
    place = result.project.output
    if place is None:
        return
    polygons, units = _places(result)
    frames: dict[str, pd.DataFrame] = {
        "polygons": polygons,
        "units": units,
        "incidents": _incidents(result),
        **{name: _marked(result, frame) for name, frame in _tables(result).items()},
    }
    write_postgis_tables(
        {f"{place.schema_name}.{name}": frame for name, frame in frames.items()},
        place.database,
        password_env=place.password_env,
        replace=True,
    )


def _write_tables(result: RunResult, folder: Path) -> None:
    """Write each table as CSV, and all of them with the data dictionary as one workbook."""
    tables = {name: _marked(result, frame) for name, frame in _tables(result).items()}
    for name, frame in tables.items():
        safe_csv(frame.reset_index(), folder / f"{name}.csv")
    polygons, units = _places(result)
    dictionary = data_dictionary(
        result,
        {
            **{f"{name}.csv": frame for name, frame in tables.items()},
            "polygons.gpkg: polygons": polygons,
            "polygons.gpkg: units": units,
            "incidents.parquet": _incidents(result),
        },
    )
    safe_csv(dictionary, folder / "data_dictionary.csv")
    sheets = {**tables, "polygons": pd.DataFrame(polygons.drop(columns=schema.GEOMETRY))}
    language = result.project.project.language
    save_workbook(sheets, folder / "tables.xlsx", dictionary=dictionary, language=language)


def _tables(result: RunResult) -> dict[str, pd.DataFrame]:
    """Return name → table, without those that have a geometry."""
    names = result.plan.polygons[schema.NAME]
    records = {"ranking": result.ranking, "allocation": result.allocation}
    ranked = {
        name: record.table.assign(name=names.reindex(record.table.index)).set_index(
            schema.NAME, append=True
        )
        for name, record in records.items()
        if record is not None
    }
    rates = pd.concat(result.findings.rates, names=["category"])
    return {
        **ranked,
        "tests": _all_tests(result),
        "rates": rates,
        "near_repeats": result.repeats,
        "worst_addresses": result.geocoding.unlocated.set_index(
            [schema.ADDRESS, schema.NEIGHBORHOOD]
        ),
    }


def _all_tests(result: RunResult) -> pd.DataFrame:
    """Return all test results in long format, with the design of each test."""
    return pd.concat([_with_test(one) for one in result.findings.results])


def _with_test(result: LocalResult) -> pd.DataFrame:
    keys = {
        "question": "headline" if result.headline else "exploratory",
        "category": result.variable,
        "test": result.test,
        "level": result.level,
        "null": result.null,
        "correction": result.correction,
        "alpha": result.alpha,
    }
    table = result.table.rename_axis("place").reset_index()
    table["label"] = table["label"].astype(str)
    return pd.DataFrame({**keys, **table}, index=table.index).set_index([*keys, "place"])


def _write_polygons(result: RunResult, path: Path) -> None:
    with _fixed_date():
        for name, frame in zip(("polygons", "units"), _places(result), strict=True):
            pyogrio.write_dataframe(frame.reset_index(), path, layer=name)


def _places(result: RunResult) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the polygons and the units, each with its results."""
    polygons = _with_findings(result, result.plan.polygons, "polygons")
    for layer in result.layers:
        polygons[layer.name] = layer.values.reindex(polygons.index)
    for category, rolled in result.findings.rolled_up.items():
        polygons[f"{category}_share_hot"] = rolled["share_hot"].reindex(polygons.index)
    if result.ranking is not None:
        polygons[["score", "rank"]] = result.ranking.table[["score", "rank"]]
    units = _with_findings(result, result.units, "units")
    units[schema.POLYGON_ID] = result.plan.membership.reindex(units.index)
    return _marked(result, polygons), _marked(result, units)


def _with_findings(result: RunResult, frame: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Return a copy of the places with the label and q of each test on their level."""
    kept = [schema.NAME, schema.POPULATION, schema.POPULATION_KNOWN, "n_units"]
    kept += [schema.POPULATION_UNKNOWN_UNITS, "area_km2", "compactness", "in_bounds"]
    columns = [name for name in kept if name in frame.columns]
    found = frame[[*columns, schema.GEOMETRY]].copy()
    for one in result.findings.results:
        if one.level != level:
            continue
        stem = f"{one.variable}_{one.test}"
        table = one.table.reindex(found.index)
        found[f"{stem}_label"] = table["label"].astype(str)
        found[f"{stem}_q"] = table["q"]
    return found


def _incidents(result: RunResult) -> gpd.GeoDataFrame:
    frame = _marked(result, result.incidents)
    enumerated = [
        schema.CATEGORY,
        schema.LOCATION_STATUS,
        schema.LOCATION_PRECISION,
        schema.ASSIGNMENT_STATUS,
    ]
    return frame.astype(dict.fromkeys(enumerated, "str"))


def _marked(result: RunResult, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame, with a column that says so if the data are synthetic."""
    if not result.project.project.synthetic:
        return frame.copy()
    return frame.assign(notice=every_language("mark.synthetic", between=" / "))


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _EPOCH})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
