"""Keys of project files that have new names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

RENAMED = {
    "gazetteer.lots.neighbourhood": "gazetteer.lots.neighborhood",
    "gazetteer.neighbourhoods": "gazetteer.neighborhoods",
    "gazetteer.streets.kilometres": "gazetteer.streets.kilometers",
    "incidents.columns.neighbourhood": "incidents.columns.neighborhood",
    "polygons.gap_m": "units.gap_m",
    "tests.excess.null": "tests.excess.at_least",
}
"""Old key → new key, each with its sections."""


def renamed_keys(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the old keys that a project file holds, each with its new name.

    Examples
    --------
    >>> renamed_keys({"gazetteer": {"neighbourhoods": {"file": "colonias.geojson"}}})
    {'gazetteer.neighbourhoods': 'gazetteer.neighborhoods'}
    """
    return {old: new for old, new in RENAMED.items() if _holds(content, old.split("."))}


def _holds(content: Any, path: list[str]) -> bool:
    key, *rest = path
    if not isinstance(content, dict) or key not in content:
        return False
    return not rest or _holds(content[key], rest)
