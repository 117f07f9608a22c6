"""A provider of addresses on loopback that answers as Nominatim does, and fails as one does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = json.dumps([{"lat": "20.5", "lon": "-103.3", "display_name": "x"}])


class Provider(ThreadingHTTPServer):
    script: list[tuple[int, dict[str, str], str]]
    paths: list[str]
    delays: list[float]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        server.paths.append(self.path)
        if server.delays:
            time.sleep(server.delays.pop(0))
        status, headers, body = server.script.pop(0) if server.script else (200, {}, GOOD)
        if status == 0:
            self.connection.close()
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[Provider]:
    """A provider that answers until the test is over."""
    server = Provider(("127.0.0.1", 0), Handler)
    server.script, server.paths, server.delays = [], [], []
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
