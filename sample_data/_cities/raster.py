"""GeoTIFF written out by hand, so that its bytes depend on no version of GDAL."""

from __future__ import annotations

import struct

import numpy as np

NO_DATA = -99999.0
_SHORT, _LONG, _DOUBLE, _ASCII = 3, 4, 12, 2
_FORMAT = {_SHORT: "H", _LONG: "I", _DOUBLE: "d"}


def geotiff(values: np.ndarray, *, left: float, top: float, cell: float, epsg: int) -> bytes:
    """Return an uncompressed float32 GeoTIFF of one band in a projected CRS.

    References
    ----------
    TIFF 6.0 (Adobe 1992); OGC 19-008r4, GeoTIFF 1.1; GDAL's tag 42113 for no data.
    """
    rows, columns = values.shape
    data = values.astype("<f4").tobytes()
    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg)
    tags = [
        (256, _LONG, (columns,)),
        (257, _LONG, (rows,)),
        (258, _SHORT, (32,)),
        (259, _SHORT, (1,)),
        (262, _SHORT, (1,)),
        (273, _LONG, (8,)),
        (277, _SHORT, (1,)),
        (278, _LONG, (rows,)),
        (279, _LONG, (len(data),)),
        (339, _SHORT, (3,)),
        (33550, _DOUBLE, (cell, cell, 0.0)),
        (33922, _DOUBLE, (0.0, 0.0, 0.0, left, top, 0.0)),
        (34735, _SHORT, keys),
        (42113, _ASCII, f"{NO_DATA:.0f}\0".encode()),
    ]
    directory = 8 + len(data)
    extra_at = directory + 2 + 12 * len(tags) + 4
    entries, extra = b"", b""
    for tag, kind, content in tags:
        packed = (
            content
            if isinstance(content, bytes)
            else struct.pack(f"<{len(content)}{_FORMAT[kind]}", *content)
        )
        entries += struct.pack("<HHI", tag, kind, len(content))
        if len(packed) <= 4:
            entries += packed.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", extra_at + len(extra))
            extra += packed + b"\0" * (len(packed) % 2)
    head = struct.pack("<2sHI", b"II", 42, directory)
    return head + data + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + extra
