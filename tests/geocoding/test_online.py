"""A provider on loopback that answers as Nominatim does, and fails as one does."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from hotspots.errors import InputError
from hotspots.geocoding.answer_cache import AnswerCache
from hotspots.geocoding.online import OnlineGeocoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("geopy")
GOOD = json.dumps([{"lat": "20.5", "lon": "-103.3", "display_name": "x"}])


class Provider(ThreadingHTTPServer):
    script: list[tuple[int, dict[str, str], str]]
    paths: list[str]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        server.paths.append(self.path)
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


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Handler)
    server.script, server.paths = [], []
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _online(provider: Provider, path: Path, slept: list[float], **more: Any) -> OnlineGeocoder:
    options = {
        "domain": f"127.0.0.1:{provider.server_port}",
        "scheme": "http",
        "user_agent": "hotspots-tests",
        "timeout": 5,
    }
    return OnlineGeocoder(
        provider="nominatim",
        cache=AnswerCache(path / "a.sqlite"),
        options=options,
        sleep=slept.append,
        clock=lambda: sum(slept),
        **{"send_addresses": True, **more},
    )


def test_nothing_is_sent_without_consent(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"texts of addresses .* leave .*127\.0\.0\.1"):
        _online(provider, tmp_path, [], send_addresses=False)
    assert provider.paths == []


def test_a_kept_answer_waits_for_nothing_and_is_not_asked_again(
    provider: Provider, tmp_path: Path
) -> None:
    slept: list[float] = []
    first = _online(provider, tmp_path, slept).ask("Calle Juárez 5")
    again = _online(provider, tmp_path, slept).ask("  calle juárez  5")
    assert first == again
    assert first.raw is not None
    assert first.raw["latitude"] == 20.5
    assert (len(provider.paths), slept) == (1, [])


def test_not_found_is_kept_too(provider: Provider, tmp_path: Path) -> None:
    provider.script = [(200, {}, "[]")]
    online = _online(provider, tmp_path, [])
    assert online.ask("nowhere") == online.ask("nowhere")
    assert len(provider.paths) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(provider: Provider, tmp_path: Path, status: int) -> None:
    provider.script = [(status, {"Retry-After": "7"}, "")]
    slept: list[float] = []
    assert _online(provider, tmp_path, slept).ask("a").raw is not None
    assert slept == [7.0]


@pytest.mark.parametrize("bad", [(500, {}, ""), (200, {}, "{broken"), (0, {}, "")])
def test_failures_back_off_are_told_and_are_not_kept(
    provider: Provider, tmp_path: Path, bad: tuple[int, dict[str, str], str]
) -> None:
    provider.script = [bad] * 3
    slept: list[float] = []
    online = _online(provider, tmp_path, slept, retries=2)
    assert online.ask("a").problem.startswith("nominatim did not answer")
    assert slept == [1.0, 2.0]
    assert online.ask("a").raw is not None


def test_the_pace_is_kept(provider: Provider, tmp_path: Path) -> None:
    slept: list[float] = []
    online = _online(provider, tmp_path, slept, per_second=0.5)
    for text in ("a", "b", "c"):
        online.ask(text)
    assert slept == [2.0, 2.0]
