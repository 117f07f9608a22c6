"""What every kind of layer shares: its keys in a project file, and what a run asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from hotspots.project.section import Name, Section
from hotspots.schema import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.schema import Layer, PolygonPlan


class LayerSection(Section):
    """One ``[[layers]]`` block; each kind is a class of its own, and a row in the table.

    The first line of a kind's docstring says what it is, in the file that ``hotspots init``
    writes.
    """

    services: ClassVar[bool] = False
    """Whether its source is points that people go to: they name what lies under a pile-up."""

    name: Name
    file: str
    unit: str
    source: str
    direction: Direction = "more_is_worse"
    title: dict[str, str] = Field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """The files that the layer reads: the key that names each → its path."""
        return {"file": self.file}

    @property
    def drawn(self) -> bool:
        """Whether its points are shown on the pages."""
        return False

    def read(self, files: Mapping[str, Path], units: gpd.GeoDataFrame) -> Any:
        """Return what the layer is made from, read and checked, in the units' CRS.

        ``files`` holds every file of the project by its path as written.
        """
        raise NotImplementedError

    def make(self, source: Any, units: gpd.GeoDataFrame, plan: PolygonPlan) -> Layer:
        """Return the layer on the polygons of a plan; ``source`` is what :meth:`read` gave."""
        raise NotImplementedError
