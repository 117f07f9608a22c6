"""File signatures: the first bytes that a vector file of each format must begin with.

GDAL opens a file by its content, whatever its name: a text file called units.gpkg may be a
virtual layer that fetches an address, and pyogrio cannot restrict the drivers. So a file's
content is checked against its name before GDAL sees it, and formats that point elsewhere
(virtual layers, web services, pipelines) are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD_BYTES = 65_536

SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    ".gpkg": lambda head: head.startswith(b"SQLite format 3\x00"),
    ".shp": lambda head: head.startswith(b"\x00\x00\x27\x0a"),
    ".geojson": lambda head: _is_geojson(head),
    ".json": lambda head: _is_geojson(head) or is_topojson(head),
    ".topojson": lambda head: is_topojson(head),
    ".parquet": lambda head: head.startswith(b"PAR1"),
    ".fgb": lambda head: head.startswith(b"fgb\x03fgb"),
    ".kml": lambda head: _root(head) == b"kml",
    ".kmz": lambda head: head.startswith(b"PK\x03\x04"),
    ".gml": lambda head: _root(head) != b"" and b"opengis.net/gml" in head,
    ".tab": lambda head: _is_mapinfo_table(head),
    ".mif": lambda head: re.match(rb"\s*version\s+\d+\s", head, re.IGNORECASE) is not None,
    ".zip": lambda head: head.startswith(b"PK\x03\x04"),
}
"""File extension → whether the first bytes are of that format. A ``.gdb`` folder has none."""

KINDS = (*SIGNATURES, ".gdb")
"""Every extension that is read."""

_POINTS_ELSEWHERE = re.compile(
    rb"<OGR\w*DataSource|<VRTDataset|<GDAL_?\w|gdal_streamed_alg|/vsi\w+[/{?]|<!DOCTYPE|<!ENTITY",
    re.IGNORECASE,
)
_LINKED_CRS = re.compile(rb'"crs"\s*:\s*\{(?:[^{}]|\{[^{}]*\})*?"type"\s*:\s*"link"', re.IGNORECASE)
_ESCAPED = re.compile(rb"\\u00([2-7][0-9a-fA-F])")
_PROLOG = re.compile(rb"\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL)
_GEODATABASE_MEMBER = re.compile(r"a[0-9a-f]{8}\.\w+|gdb|timestamps|.+\.(lock|freelist)|\..+")


def points_elsewhere(content: bytes) -> bool:
    """Return whether text contains what makes GDAL, or an XML parser, open something else.

    Examples
    --------
    >>> points_elsewhere(b"<OGRVRTDataSource>"), points_elsewhere(b"<kml>")
    (True, False)
    """
    return _POINTS_ELSEWHERE.search(content) is not None


def links_crs(content: bytes) -> bool:
    """Return True for JSON whose coordinate reference system is said to stand at an address.

    GDAL would fetch it, and the answer would decide where the layer lies (GeoJSON of 2008, 3.2).

    Examples
    --------
    >>> links_crs(b'{"crs": {"properties": {"href": "http://a.example"}, "type": "link"}}')
    True
    >>> links_crs(b'{"crs": {"type": "name"}, "features": [{"properties": {"type": "link"}}]}')
    False
    """
    if b"\\u00" in content:
        content = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    return _LINKED_CRS.search(content) is not None


def is_topojson(head: bytes) -> bool:
    """Return whether JSON begins as a TopoJSON topology.

    Examples
    --------
    >>> is_topojson(b'{"type": "Topology", "objects": {}}'), is_topojson(b'{"type": "Feature"}')
    (True, False)
    """
    return re.search(r'^\{.*"type"\s*:\s*"Topology"', _json(head), re.DOTALL) is not None


def is_geodatabase(folder: Path) -> bool:
    """Return whether a folder holds the tables of an ESRI file geodatabase, and nothing else."""
    names = [path.name for path in folder.iterdir()]
    own = all(_GEODATABASE_MEMBER.fullmatch(name) for name in names)
    return own and "a00000001.gdbtable" in names


def _is_geojson(head: bytes) -> bool:
    text = _json(head)
    return text.startswith("{") and '"Feature' in text


def _json(head: bytes) -> str:
    return head.decode("utf-8-sig", errors="replace").lstrip()


def _root(head: bytes) -> bytes:
    found = _PROLOG.match(head.removeprefix(b"\xef\xbb\xbf"))
    return found[1] if found else b""


def _is_mapinfo_table(head: bytes) -> bool:
    """Return whether a table has cells of its own; views and seamless tables open others."""
    text = head.lower()
    own = re.search(rb"definition table\s+type native\b", text) is not None
    return text.lstrip().startswith(b"!table") and own and b"open table" not in text
