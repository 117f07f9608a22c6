"""Writing by hand: GeoJSON and CSV with fixed order, rounding and line ends."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def geojson(features: Iterable[tuple[Mapping[str, Any], Any]]) -> bytes:
    """Return RFC 7946 text, one feature a line, six decimals of a degree."""
    lines = [
        f'{{"type":"Feature","properties":{_compact(properties)},"geometry":{_geometry(shape)}}}'
        for properties, shape in features
    ]
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    encoding: str = "utf-8",
    separator: str = ",",
) -> bytes:
    """Return a CSV with quotes only where they are needed."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def degrees(value: float) -> str:
    """Return a coordinate with six decimals."""
    return f"{value:.6f}"


def _compact(properties: Mapping[str, Any]) -> str:
    return json.dumps(properties, ensure_ascii=False, separators=(",", ":"))


def _geometry(shape: Any) -> str:
    if isinstance(shape, np.ndarray):
        return f'{{"type":"LineString","coordinates":{_pairs(shape)}}}'
    if shape.geom_type == "MultiPolygon":
        parts = sorted(shape.geoms, key=lambda part: part.bounds)
        inner = ",".join(_polygon(part) for part in parts)
        return f'{{"type":"MultiPolygon","coordinates":[{inner}]}}'
    return f'{{"type":"Polygon","coordinates":{_polygon(shape)}}}'


def _polygon(polygon: shapely.Polygon) -> str:
    holes = sorted((_ring(hole, clockwise=True) for hole in polygon.interiors), key=_pairs)
    rings = [_ring(polygon.exterior, clockwise=False), *holes]
    return "[" + ",".join(_pairs(ring) for ring in rings) + "]"


def _ring(ring: shapely.LinearRing, *, clockwise: bool) -> np.ndarray:
    """Return a closed ring in RFC 7946 order from its least vertex, however GEOS gave it."""
    points = shapely.get_coordinates(ring)[:-1]
    x, y = (points - points[0]).T
    if (np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0) != clockwise:
        points = points[::-1]
    points = np.roll(points, -int(np.lexsort((points[:, 1], points[:, 0]))[0]), axis=0)
    return np.concatenate([points, points[:1]])


def _pairs(points: np.ndarray) -> str:
    return "[" + ",".join(f"[{x:.6f},{y:.6f}]" for x, y in points) + "]"
