"""The table of layers: a row for each kind that a project file can name.

A new kind is a module in this package (its keys, how its source is read, how the layer is made)
and a row here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.project.registry.access import AccessLayer
from hotspots.project.registry.areal import ArealLayer
from hotspots.project.registry.raster import RasterLayer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.project.registry.layer_section import LayerSection

LAYERS: Mapping[str, type[LayerSection]] = MappingProxyType(
    {
        "areal": ArealLayer,
        "raster": RasterLayer,
        "access": AccessLayer,
    }
)
