"""How a connection to a database on another machine is kept from who listens there."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

_SYSTEM_ROOTS = 160_000
"""libpq's version from which it can take the authorities that the system trusts."""


def encryption(address: Any) -> dict[str, str]:
    """Return the options that make a connection to another machine safe from who listens there."""
    if "sslmode" in address.query or all(map(_is_here, _hosts(address))):
        return {}
    options = {"sslmode": "verify-full"}
    own = Path("~/.postgresql/root.crt").expanduser()
    named = "sslrootcert" in address.query or "PGSSLROOTCERT" in os.environ or own.exists()
    if not named and _libpq() >= _SYSTEM_ROOTS:
        options["sslrootcert"] = "system"
    return options


def _hosts(address: Any) -> list[str]:
    """Return every name and address that the connection may go to; "" is a local socket."""
    given = [address.host or ""]
    for key in ("host", "hostaddr"):
        value = address.query.get(key, ())
        given += [value] if isinstance(value, str) else value
    if "hostaddr" not in address.query:
        # It decides where the connection goes, whatever host is named.
        given.append(os.environ.get("PGHOSTADDR", ""))
    hosts = [host for one in given for host in one.split(",") if host]
    return hosts or [os.environ.get("PGHOST", "")]


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _libpq() -> int:
    import psycopg

    return int(psycopg.pq.version())
