"""GDAL and PROJ without a network: no file that is opened can make this process fetch anything."""

from __future__ import annotations

import os

NO_NETWORK = {
    # GDAL cannot be told to leave the network alone; a proxy where nobody listens comes to that.
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "PROJ_NETWORK": "OFF",
}
"""Settings of GDAL and PROJ as environment variables, which every wheel's own GDAL reads."""


def forbid_network() -> None:
    """Set :data:`NO_NETWORK` for this process and those that it starts.

    A ``NO_PROXY`` in the environment that exempts an address exempts it here as well.
    """
    os.environ.update(NO_NETWORK)
