"""Universal Transverse Mercator meters to degrees, by the series of Krüger (1912).

Written out so that the files depend on no version of PROJ; it agrees with PROJ to a
millimeter inside a zone.
"""

from __future__ import annotations

import numpy as np

_SEMI_MAJOR = 6_378_137.0
_THIRD_FLATTENING = 1 / (2 * 298.257223563 - 1)
_SCALE = 0.9996
_BETA = (
    lambda n: n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96,
    lambda n: n**2 / 48 + n**3 / 15,
    lambda n: 17 * n**3 / 480,
)
_DELTA = (
    lambda n: 2 * n - 2 * n**2 / 3 - 2 * n**3,
    lambda n: 7 * n**2 / 3 - 8 * n**3 / 5,
    lambda n: 56 * n**3 / 15,
)


def to_degrees(points: np.ndarray, zone: int, *, south: bool) -> np.ndarray:
    """Return (n, 2) longitudes and latitudes (WGS 84) of (n, 2) UTM eastings and northings."""
    n = _THIRD_FLATTENING
    radius = _SEMI_MAJOR / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    north = (points[:, 1] - (10_000_000.0 if south else 0.0)) / (_SCALE * radius)
    east = (points[:, 0] - 500_000.0) / (_SCALE * radius)
    xi, eta = north.copy(), east.copy()
    for order, beta in enumerate(_BETA, start=1):
        xi -= beta(n) * np.sin(2 * order * north) * np.cosh(2 * order * east)
        eta -= beta(n) * np.cos(2 * order * north) * np.sinh(2 * order * east)
    conformal = np.arcsin(np.sin(xi) / np.cosh(eta))
    latitude = conformal.copy()
    for order, delta in enumerate(_DELTA, start=1):
        latitude += delta(n) * np.sin(2 * order * conformal)
    longitude = np.radians(6 * zone - 183) + np.arctan2(np.sinh(eta), np.cos(xi))
    return np.degrees(np.column_stack([longitude, latitude]))
