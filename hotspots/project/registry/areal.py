"""Layers of kind ``areal``: values of other areas, interpolated to the polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import model_validator

from hotspots._checks import columns_present
from hotspots.errors import InputError
from hotspots.layers.areal import areal_layer
from hotspots.project.points import projected
from hotspots.project.registry.layer_section import LayerSection
from hotspots.spatial.coverage import refuse_piled
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.limits import Limits
    from hotspots.schema import Layer, PolygonPlan


class ArealLayer(LayerSection):
    """A column of an areal source, or a share of its columns, interpolated to the polygons."""

    kind: Literal["areal"]
    column: str | None = None
    numerator: tuple[str, ...] = ()
    denominator: str | None = None
    weight: str | None = None
    extensive: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> ArealLayer:
        share = bool(self.numerator) and self.denominator is not None
        if (self.column is not None) == share:
            raise ValueError("give either column, or numerator and denominator")
        return self

    def read(
        self, files: Mapping[str, Path], units: gpd.GeoDataFrame, limits: Limits
    ) -> gpd.GeoDataFrame:
        """Return the areal source; a share is a column named after the layer."""
        layer = read_vector(files[self.file], what=self.file, limits=limits)
        source = projected(layer, self.file, units)
        refuse_piled(source.geometry, limits, self.file)
        wanted = [*self.numerator, *filter(None, (self.column, self.denominator, self.weight))]
        columns_present(source.columns, wanted, self.file)
        text = [name for name in wanted if not pd.api.types.is_numeric_dtype(source[name])]
        if text:
            raise InputError(f"{self.file}: the column {text[0]!r} holds text; numbers are needed.")
        if self.numerator:
            total = source[[self.denominator]].sum(axis=1)
            parts = source[list(self.numerator)].sum(axis=1)
            source = source.assign(**{self.name: 100.0 * parts / total.where(total > 0)})
        return source

    def make(self, source: gpd.GeoDataFrame, units: gpd.GeoDataFrame, plan: PolygonPlan) -> Layer:
        """Return the layer on the polygons of a plan."""
        column = self.column or self.name
        (made,) = areal_layer(
            source,
            plan.polygons,
            intensive=() if self.extensive else (column,),
            extensive=(column,) if self.extensive else (),
            weight=self.weight or (self.denominator if self.numerator else None),
            names={column: self.name},
            titles={column: self.title},
            unit=self.unit,
            direction=self.direction,
            source_name=self.source,
        )
        return made
