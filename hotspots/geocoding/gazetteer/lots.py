"""Blocks and lots of settlements that number them instead of houses: ``Mz B Lt 7``."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots._text import fold
from hotspots.geocoding.address.names import neighborhood_name
from hotspots.geocoding.address.tokens import with_enye
from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geocoding.address.lexicon import Lexicon

_APART_M = 150.0


@dataclass(frozen=True, eq=False, slots=True)
class Lots:
    """Blocks and lots, in a metric CRS.

    Attributes
    ----------
    by_block
        Neighborhood ("" if the layer does not say) and block → its rows.
    lots
        Lot of each row, "" if the row is a whole block.
    shapes
        Geometry of each row.
    """

    by_block: Mapping[tuple[str, str], tuple[int, ...]]
    lots: tuple[str, ...]
    shapes: NDArray[np.object_]

    @classmethod
    def build(cls, layer: gpd.GeoDataFrame, lexicon: Lexicon) -> Lots:
        """Return the lots of a layer in standard columns."""
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row, (area, block) in enumerate(
            zip(layer["neighborhood"], layer["block"], strict=True)
        ):
            found[neighborhood_name(area, lexicon), _plain(block)].append(row)
        return cls(
            {key: tuple(rows) for key, rows in found.items()},
            tuple(_plain(lot) for lot in layer["lot"]),
            layer.geometry.to_numpy(),
        )

    def find(self, block: str, lot: str, areas: Sequence[str]) -> list[tuple[Spot, bool]]:
        """Return the location of a lot in each neighborhood that may be meant.

        Parameters
        ----------
        block, lot
            As :func:`hotspots.geocoding.address.parse.parse_address` gives them.
        areas
            Names of the stated neighborhoods; if the layer knows none of them, only rows without
            a neighborhood are considered.

        Returns
        -------
        list
            Location, and whether it is the lot; if not, it is the whole block with its radius.
        """
        stated = [area for area in areas if area]
        keys = [(area, block) for area in (*dict.fromkeys(stated), "")]
        if not stated:
            keys = sorted(key for key in self.by_block if key[1] == block)
        return [
            self._one(rows, lot)
            for key in keys
            if key in self.by_block
            for rows in self._places(self.by_block[key], lot)
        ]

    def _places(self, rows: tuple[int, ...], lot: str) -> list[tuple[int, ...]]:
        """Split the rows of a block or lot that lie apart: settlements may share its name."""
        exact = tuple(row for row in rows if lot and self.lots[row] == lot) or rows
        if len(exact) == 1:
            return [exact]
        whole = shapely.union_all(shapely.buffer(self.shapes[list(exact)], _APART_M / 2))
        parts = shapely.get_parts(whole)
        return [
            tuple(row for row in exact if shapely.intersects(part, self.shapes[row]))
            for part in parts
        ]

    def _one(self, rows: tuple[int, ...], lot: str) -> tuple[Spot, bool]:
        exact = bool(lot) and all(self.lots[row] == lot for row in rows)
        shape = shapely.union_all(self.shapes[list(rows)])
        at = shape.representative_point() if exact else shape.centroid
        reach = 0.0 if exact else float(shape.hausdorff_distance(at))
        return Spot(at.x, at.y, reach), exact


def _plain(mark: str) -> str:
    """Return a block's or lot's name as addresses give it: folded, without leading zeros."""
    folded = fold(with_enye(mark)).replace(" ", "")
    folded = re.sub(r"(?<=\D)-|-(?=\D)", "", folded)
    return folded.lstrip("0") or folded
