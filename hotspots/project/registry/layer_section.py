"""The base of all kinds of layers: their common keys, and how a run reads and makes them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from hotspots.project.section import Name, Section
from hotspots.schema import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.limits import Limits
    from hotspots.schema import Layer, PolygonPlan


class LayerSection(Section):
    """One ``[[layers]]`` block. Each kind is a subclass and a row in the table of layers.

    ``hotspots init`` describes a kind by the first line of its docstring.
    """

    services: ClassVar[bool] = False
    """Whether the source is a layer of services, which pages show and pile-ups are named by."""

    name: Name
    file: str
    unit: str
    source: str
    direction: Direction = "more_is_worse"
    title: dict[str, str] = Field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """Key → path, as written in the project file, of every file that the layer reads."""
        return {"file": self.file}

    @property
    def drawn(self) -> bool:
        """Whether the pages show its services as points."""
        return False

    @abstractmethod
    def read(self, files: Mapping[str, Path], units: gpd.GeoDataFrame, limits: Limits) -> Any:
        """Return the source of the layer, checked and in the units' CRS.

        ``files`` maps each path as written in the project file to the file on disk;
        ``limits`` say how much it may hold.
        """

    @abstractmethod
    def make(self, source: Any, units: gpd.GeoDataFrame, plan: PolygonPlan) -> Layer:
        """Return the layer on the polygons of a plan, from the source that :meth:`read` gave."""
