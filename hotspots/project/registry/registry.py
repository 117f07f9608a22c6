"""The registry: both tables, against which a project file is validated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.project.registry.layers import LAYERS
from hotspots.project.registry.tests import TESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.project.registry.layer_section import LayerSection
    from hotspots.project.registry.tests import RegisteredTest


@dataclass(frozen=True, eq=False, slots=True)
class Registry:
    """The tests and the kinds of layers that a project file can name.

    Examples
    --------
    >>> ", ".join(REGISTRY.layers)
    'areal, raster, access'
    >>> REGISTRY.tests["local_geary"].levels
    ('units', 'polygons')
    """

    tests: Mapping[str, RegisteredTest]
    layers: Mapping[str, type[LayerSection]]


REGISTRY = Registry(TESTS, LAYERS)
"""All tests and kinds of layers of this library."""
