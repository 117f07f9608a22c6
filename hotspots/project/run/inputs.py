"""The inputs that a project file names, each read once and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from hotspots._checks import columns_present, existing_file
from hotspots.errors import CrsError, DataFileError, ProjectFileError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.incidents.read import read_incidents
from hotspots.incidents.taxonomy.taxonomy import Taxonomy, load_taxonomy
from hotspots.maps.privacy.earlier import FILE
from hotspots.polygons.units.read import read_units
from hotspots.project.run.reference_layers import read_gazetteer, read_streets
from hotspots.schema import POLYGON_ID
from hotspots.spatial.crs import moved
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    from hotspots.project.config.settings import Project


@dataclass(frozen=True, eq=False, slots=True)
class Inputs:
    """All inputs of a run, in the units' CRS.

    Attributes
    ----------
    units, incidents, streets, kept
        GeoDataFrames; ``streets`` is None where no street layer is named, ``kept`` (last year's
        polygons on ``polygon_id``) where no polygons are to be kept.
    taxonomy
        The classes of the incidents' labels.
    gazetteer
        The gazetteer that addresses are matched against, or None.
    layers
        Layer name → its source, as its kind reads it.
    services
        Layer name → GeoDataFrame of the services, for those layers that are about services.
    files
        Path as written in the project file → the file that was read.
    """

    units: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    taxonomy: Taxonomy
    streets: gpd.GeoDataFrame | None
    kept: gpd.GeoDataFrame | None
    gazetteer: Gazetteer | None
    layers: dict[str, Any]
    services: dict[str, gpd.GeoDataFrame]
    files: dict[str, Path]


def named_files(project: Project, folder: Path) -> dict[str, Path]:
    """Return path as written → file, of every input of the project; all must exist."""
    gazetteer = project.gazetteer
    named: list[tuple[str, str]] = [
        ("units.file", project.units.file),
    ]
    if project.incidents.file is not None:
        named.append(("incidents.file", project.incidents.file))
    for key in ("population_table", "population_raster"):
        file = getattr(project.units, key)
        if file is not None:
            named.append((f"units.{key}", file))
    if project.polygons.keep is not None:
        named.append(("polygons.keep", project.polygons.keep))
    if gazetteer.file is not None:
        named.append(("gazetteer.file", gazetteer.file))
    for key, section in gazetteer.layers.items():
        named.append((f"gazetteer.{key}.file", section.file))
    for layer in project.layers:
        named += [(f"layers.{layer.name}.{key}", file) for key, file in layer.files.items()]
    named += [("public.earlier", f"{one}/{FILE}") for one in project.public.earlier]
    taxonomy = project.incidents.taxonomy
    if isinstance(taxonomy, str) and taxonomy.endswith(".toml"):
        named.append(("incidents.taxonomy", taxonomy))
    return {text: existing_file(folder / text, key) for key, text in named}


def read_inputs(project: Project, folder: Path) -> Inputs:
    """Return all inputs of a project, read and checked.

    Raises
    ------
    DataFileError, ColumnError, CrsError, InputError
        If an input cannot be read; the message names the file and the column or row.
    """
    files = named_files(project, folder)
    units = read_project_units(project, files)
    taxonomy = project_taxonomy(project, files)
    streets = read_streets(project, files, units)
    incidents = read_project_incidents(project, files, units, taxonomy)
    kept = _kept(project, files, units)
    gazetteer = read_gazetteer(project, files, units, streets)
    layers = {layer.name: layer.read(files, units, project.limits) for layer in project.layers}
    return Inputs(
        units=units,
        incidents=incidents,
        taxonomy=taxonomy,
        streets=streets,
        kept=kept,
        gazetteer=gazetteer,
        layers=layers,
        services={layer.name: layers[layer.name] for layer in project.layers if layer.services},
        files=files,
    )


def read_project_units(project: Project, files: dict[str, Path]) -> gpd.GeoDataFrame:
    """Return the units, with a ``name`` column where the project names one."""
    section = project.units
    units = read_units(
        files[section.file],
        id=section.id,
        population=section.population,
        population_table=files.get(section.population_table or ""),
        population_key=section.population_key,
        population_raster=files.get(section.population_raster or ""),
        missing=section.missing,
        crs=section.crs,
        layer=section.layer,
        limits=project.limits,
    )
    polygons = project.polygons
    wanted = [*polygons.similarity, *polygons.within, *([section.name] if section.name else [])]
    wanted += [polygons.fixed] if isinstance(polygons.fixed, str) else []
    columns_present(units.columns, wanted, section.file)
    return units


def _kept(
    project: Project, files: dict[str, Path], units: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """Return last year's polygons, from a run or any layer with ``polygon_id``."""
    named = project.polygons.keep
    if named is None:
        return None
    what = f"polygons.keep ({named})"
    file = files[named]
    layer = "polygons" if file.suffix.lower() == ".gpkg" else None
    frame = read_vector(file, what=what, layer=layer, limits=project.limits)
    columns_present(frame.columns, [POLYGON_ID], what)
    if frame.crs is None:
        raise CrsError(f"{what} has no reference system. Say which in the file it came from.")
    return moved(frame.set_index(frame[POLYGON_ID].astype(str)), units.crs, what)


def project_taxonomy(project: Project, files: dict[str, Path]) -> Taxonomy:
    """Return the taxonomy, after checking that every tested category is one of its classes."""
    named = project.incidents.taxonomy
    taxonomy = load_taxonomy(files.get(named, named) if isinstance(named, str) else named)
    known = sorted(set(taxonomy.classes.values()))
    for category in project.tests.categories:
        if category not in known:
            raise ProjectFileError(
                f"tests.categories: {category!r} is not a class of the taxonomy "
                f"{taxonomy.name!r}. Its classes are: {', '.join(known)}."
            )
    return taxonomy


def read_project_incidents(
    project: Project, files: dict[str, Path], units: gpd.GeoDataFrame, taxonomy: Taxonomy
) -> gpd.GeoDataFrame:
    """Return the incidents in the units' CRS, every row with its location status."""
    section = project.incidents
    incidents = read_incidents(
        section.from_database() if section.file is None else files[section.file],
        **section.columns.model_dump(),
        crs=section.crs,
        study_area=units,
        taxonomy=taxonomy,
        sheet=section.sheet,
        limits=project.limits,
    )
    if incidents.empty:
        raise DataFileError(
            f"{section.source}: the table has a header and no rows. Export it again."
        )
    return incidents


def known_places(inputs: Inputs) -> dict[str, Any]:
    """Return what pile-ups are named after: the gazetteer, and the services that have names."""
    named = [points[points["name"] != ""] for points in inputs.services.values()]
    columns = [points[["name", points.active_geometry_name]] for points in named if len(points)]
    places = gpd.GeoDataFrame(pd.concat(columns, ignore_index=True)) if columns else None
    return {"gazetteer": inputs.gazetteer, "places": places}
