"""Layers of kind ``raster``: zonal statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hotspots.layers.raster import raster_layer
from hotspots.project.registry.layer_section import LayerSection
from hotspots.schema.options import RasterStatistic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.limits import Limits
    from hotspots.schema import Layer, PolygonPlan

    RasterFiles = tuple[Path, Path | None, Limits]


class RasterLayer(LayerSection):
    """A raster summed or averaged over each polygon."""

    kind: Literal["raster"]
    stat: RasterStatistic = "sum"
    weights: str | None = None

    @property
    def files(self) -> dict[str, str]:
        """The raster, and the one that weights it."""
        weights = {} if self.weights is None else {"weights": self.weights}
        return {"file": self.file, **weights}

    def read(
        self, files: Mapping[str, Path], units: gpd.GeoDataFrame, limits: Limits
    ) -> RasterFiles:
        """Return the two paths and the limits: cells are read under each plan."""
        return files[self.file], files[self.weights] if self.weights else None, limits

    def make(self, source: RasterFiles, units: gpd.GeoDataFrame, plan: PolygonPlan) -> Layer:
        """Return the layer on the polygons of a plan."""
        path, weights, limits = source
        return raster_layer(
            path,
            plan.polygons,
            name=self.name,
            stat=self.stat,
            weights=weights,
            unit=self.unit,
            direction=self.direction,
            source_name=self.source,
            titles=self.title,
            limits=limits,
        )
