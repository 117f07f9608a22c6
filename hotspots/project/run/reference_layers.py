"""The streets, the gazetteer and the online geocoder that a project names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots._checks import columns_present
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.online.geocoder import OnlineGeocoder
from hotspots.project.points import projected, read_points
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.limits import Limits
    from hotspots.project.config.settings import Project
    from hotspots.project.config.sources import GazetteerFiles, Lots

_OPENSTREETMAP = (".osm", ".pbf")


def read_streets(
    project: Project, files: dict[str, Path], units: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """Return the streets that the project names, or None."""
    section = project.gazetteer.streets
    if section is None:
        return None
    layer = read_vector(files[section.file], what=section.file, limits=project.limits)
    streets = projected(layer, section.file, units)
    pairs = (section.left_numbers, section.right_numbers, section.kilometers)
    wanted = [section.name, section.type, section.number_from, section.number_to]
    wanted += [name for pair in pairs if pair is not None for name in pair]
    columns_present(streets.columns, [name for name in wanted if name], section.file)
    return streets


def read_gazetteer(
    project: Project,
    files: dict[str, Path],
    units: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
) -> Gazetteer | None:
    """Return the gazetteer that the project names, or None."""
    section, limits = project.gazetteer, project.limits
    if section.file is not None:
        file = files[section.file]
        if file.suffix.lower() in _OPENSTREETMAP:
            return Gazetteer.from_osm(
                file, study_area=units, country=section.country, limits=limits
            )
        return Gazetteer.load(file, limits=limits)
    options = {
        **_streets(section, streets),
        **_named(section, files, units, limits),
        **({} if section.lots is None else _lots(section.lots, files, units, limits)),
    }
    return Gazetteer.from_layers(**options, country=section.country) if options else None


def online_geocoder(
    project: Project, folder: Path, units: gpd.GeoDataFrame, *, cache_only: bool
) -> OnlineGeocoder | None:
    """Return the online geocoder that the project names, or None.

    With ``cache_only`` only cached answers are used, so that nothing leaves the machine.
    """
    section = project.online
    if section is None:
        return None
    return OnlineGeocoder(
        section.provider,
        cache=folder / section.cache,
        send_addresses=section.send_addresses,
        study_area=units,
        options=section.options,
        restriction=section.restriction,
        key_env=section.key_env,
        per_second=section.per_second,
        cache_only=cache_only,
    )


def _streets(section: GazetteerFiles, streets: gpd.GeoDataFrame | None) -> dict[str, Any]:
    named = section.streets
    if named is None:
        return {}
    return {
        "streets": streets,
        "street_name": named.name,
        "street_type": named.type,
        "number_from": named.number_from,
        "number_to": named.number_to,
        "left_numbers": named.left_numbers,
        "right_numbers": named.right_numbers,
        "kilometers": named.kilometers,
    }


def _named(
    section: GazetteerFiles, files: dict[str, Path], units: gpd.GeoDataFrame, limits: Limits
) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if section.neighborhoods is not None:
        file = section.neighborhoods.file
        areas = read_vector(files[file], what=file, limits=limits)
        columns_present(areas.columns, [section.neighborhoods.name], file)
        options |= {
            "neighborhoods": projected(areas, file, units),
            "neighborhood_name": section.neighborhoods.name,
        }
    for layer, column, named in (
        ("addresses", "address_text", section.addresses),
        ("places", "place_name", section.places),
    ):
        if named is not None:
            points = read_points(files[named.file], named, named.file, units, limits)
            columns_present(points.columns, [named.name], named.file)
            options |= {layer: points, column: named.name}
    return options


def _lots(
    section: Lots, files: dict[str, Path], units: gpd.GeoDataFrame, limits: Limits
) -> dict[str, Any]:
    layer = read_vector(files[section.file], what=section.file, limits=limits)
    lots = projected(layer, section.file, units)
    wanted = [section.block, section.lot, section.neighborhood]
    columns_present(lots.columns, [name for name in wanted if name], section.file)
    return {
        "lots": lots,
        "block_name": section.block,
        "lot_name": section.lot,
        "lot_neighborhood": section.neighborhood,
    }
