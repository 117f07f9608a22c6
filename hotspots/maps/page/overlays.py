"""What can be laid over the themes: incidents, services, streets, outlines and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.catalogue import text
from hotspots.maps import geometry
from hotspots.maps.page.polygon_panel import counted_incidents, service_title
from hotspots.maps.privacy.sensitive import sensitive_keys
from hotspots.maps.themes import palette
from hotspots.schema import CATEGORY

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.maps.page.audience import PageContent

_MARKS = ("square", "triangle", "diamond", "circle")
_PATHS = {
    "square": "M10 4h10v10h-10z",
    "triangle": "M15 3l6.500 11h-13z",
    "diamond": "M15 2l7 7-7 7-7-7z",
    "circle": "M15 4a5 5 0 1 0 .01 0z",
    "dot": "M15 6a3 3 0 1 0 .01 0z",
    "blot": "M15 2a7 7 0 1 0 .01 0z",
}
_POINT = "#2b2b2b"
_HEAT = "#f03b20"


def overlays_of(content: PageContent) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the overlays for the controls and the legend, and the data to draw."""
    overlays: list[dict[str, Any]] = []
    drawn: dict[str, Any] = {}
    language = content.language
    if content.incidents is not None and not content.public:
        drawn["points"] = _points(content.incidents, content)
        overlays += _point_overlays(language)
    if content.services is not None and len(content.services):
        groups = _services(content.services, language)
        drawn["services"] = groups
        overlays += [_service_overlay(group) for group in groups]
    overlays.append(_overlay("outlines", "base", language, on=True))
    overlays.append(_overlay("numbers", "base", language, on=True))
    if content.units.areas is not None:
        overlays.append(_overlay("units", "base", language, on=False))
    if content.streets is not None and len(content.streets):
        lines = content.streets.geometry
        if content.streets.crs is not None and content.streets.crs.is_projected:
            lines = lines.simplify(5.0)
        drawn["streets"] = geometry.encode_lines(lines.to_crs(4326))
        overlays.append(_overlay("streets", "base", language, on=True))
    return overlays, drawn


def _overlay(key: str, group: str, language: str, *, on: bool) -> dict[str, Any]:
    title = text(f"page.{key}", language)
    return {
        "key": key,
        "group": group,
        "title": title,
        "on": on,
        "lines": [],
        "note": "",
        "undrawn": "",
    }


def _point_overlays(language: str) -> list[dict[str, Any]]:
    """Return the three overlays of incidents: points, clusters and heat."""
    overlays = []
    for key, color, path in (
        ("incidents", _POINT, "dot"),
        ("clusters", _POINT, "circle"),
        ("heat", _HEAT, "blot"),
    ):
        overlay = _overlay(key, "incidents", language, on=False)
        label = text(f"class.{key}", language)
        overlay["lines"] = [{"label": label, "color": color, "path": _PATHS[path]}]
        overlay["note"] = text(f"page.{key}_note", language)
        overlay["undrawn"] = text("page.undrawn", language)
        overlays.append(overlay)
    return overlays


def _service_overlay(group: dict[str, Any]) -> dict[str, Any]:
    line = {"label": group["title"], "color": group["color"], "path": _PATHS[group["mark"]]}
    return {
        "key": f"services/{group['kind']}",
        "group": "context",
        "title": group["title"],
        "on": False,
        "lines": [line],
        "note": "",
        "undrawn": "",
    }


def _points(incidents: gpd.GeoDataFrame, content: PageContent) -> list[dict[str, Any]]:
    """Return the counted incidents by category, without the sensitive categories."""
    shown = counted_incidents(incidents).index
    located = incidents.loc[shown]
    located = located[~(located.geometry.is_empty | located.geometry.isna())]
    places = located.geometry.to_crs(4326)
    hidden = sensitive_keys(content.categories, content.sensitive)
    groups = []
    for category in content.categories:
        if category in hidden:
            continue
        mine = places[(located[CATEGORY] == category).to_numpy(dtype=bool)]
        x, y = mine.x.to_numpy(), mine.y.to_numpy()
        order = geometry.near_each_other(x, y)
        encoded = geometry.encode_points(x[order], y[order])
        groups.append({"category": category, "color": _POINT, "xy": encoded})
    return groups


def _services(services: gpd.GeoDataFrame, language: str) -> list[dict[str, Any]]:
    places = services.geometry.to_crs(4326)
    kinds = sorted(set(services["kind"].astype(str)))
    groups = []
    for at, kind in enumerate(kinds):
        mine = places[(services["kind"].astype(str) == kind).to_numpy(dtype=bool)]
        x, y = np.asarray(mine.x), np.asarray(mine.y)
        order = geometry.near_each_other(x, y)
        groups.append(
            {
                "kind": kind,
                "title": service_title(kind, language),
                "color": palette.DOTS[at % len(palette.DOTS)],
                "mark": _MARKS[at % len(_MARKS)],
                "xy": geometry.encode_points(x[order], y[order]),
            }
        )
    return groups
