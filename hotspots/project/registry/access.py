"""Layers of kind ``access``: the distance of residents to services."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, ClassVar, Literal

from hotspots._checks import columns_present
from hotspots.catalogue import remark
from hotspots.errors import ProjectFileError
from hotspots.layers.access import access_layer
from hotspots.maps.privacy.services import safe_services
from hotspots.project.points import read_points
from hotspots.project.registry.layer_section import LayerSection
from hotspots.project.section import Crs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.limits import Limits
    from hotspots.schema import Layer, PolygonPlan


class AccessLayer(LayerSection):
    """The mean distance of residents to their nearest service."""

    services: ClassVar[bool] = True

    kind: Literal["access"]
    longitude: str | None = None
    latitude: str | None = None
    crs: Crs = 4326
    column: str | None = None
    equals: str | None = None
    service_name: str | None = None
    show: bool = True

    @property
    def drawn(self) -> bool:
        """Whether the pages show the services as points."""
        return self.show

    def read(
        self, files: Mapping[str, Path], units: gpd.GeoDataFrame, limits: Limits
    ) -> gpd.GeoDataFrame:
        """Return the services, each with its ``kind`` and its ``name``."""
        points = read_points(files[self.file], self, self.file, units, limits)
        if self.service_name is not None:
            columns_present(points.columns, [self.service_name], self.file)
        if self.column is not None:
            columns_present(points.columns, [self.column], self.file)
            points = points[points[self.column] == self.equals]
            if points.empty:
                raise ProjectFileError(
                    f"layers.{self.name}.equals: no row of {self.file} has "
                    f"{self.column} = {self.equals!r}."
                )
        names = points[self.service_name] if self.service_name else ""
        services = points.assign(kind=self.equals or self.name, name=names)
        return self._without_shelters(services)

    def _without_shelters(self, services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Leave shelters out of services of other kinds; a layer of shelters is never drawn."""
        others = safe_services(services)
        if len(others) in (0, len(services)):
            return services
        hidden = len(services) - len(others)
        warnings.warn(remark("shelters_left_out", layer=self.name, n=hidden), stacklevel=2)
        return others

    def make(self, source: gpd.GeoDataFrame, units: gpd.GeoDataFrame, plan: PolygonPlan) -> Layer:
        """Return the layer on the polygons of a plan."""
        return access_layer(
            source,
            units,
            plan.polygons,
            membership=plan.membership,
            name=self.name,
            unit=self.unit,
            direction=self.direction,
            source_name=self.source,
            titles=self.title,
        )
