"""The page's own files, and the two libraries that every folium map needs."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2

from hotspots.errors import StandaloneError

_FOLDER = Path(__file__).resolve().parent / "assets"
_BRIEFING = ("drawing", "view", "timeline", "fit", "beside", "panel", "briefing")
_LEAFLET = ("xstatic-leaflet", "xstatic/pkg/leaflet/data")
_JQUERY = ("xstatic-jquery", "xstatic/pkg/jquery/data")


@cache
def own(name: str) -> str:
    """Return the text of a file in ``assets/``."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def briefing_script() -> str:
    """Return the briefing's scripts as one script with its own scope."""
    parts = "\n".join(own(f"briefing/{name}.js") for name in _BRIEFING)
    return f'(function () {{\n"use strict";\n{parts}}})();'


def fill(name: str, **values: Any) -> str:
    """Return a filled-in template of ``assets/``; every value is escaped for HTML."""
    return _templates().get_template(name).render(**values)


@cache
def leaflet_js() -> str:
    """Return Leaflet's script."""
    return _script(_LEAFLET, "leaflet.js")


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet with its images inlined."""

    def inlined(match: re.Match[str]) -> str:
        return f"url({data_url(match.group(1).strip(chr(39) + chr(34)))})"

    css = re.sub(r"/\*.*?\*/", "", _text(_LEAFLET, "leaflet.css"), flags=re.DOTALL)
    return re.sub(r"url\((?!#|data:)([^)]+)\)", inlined, css)


@cache
def jquery_js() -> str:
    """Return jQuery, which folium's own pop-ups use."""
    return _script(_JQUERY, "jquery.min.js")


def data_url(name: str) -> str:
    """Return one of Leaflet's images as a ``data:`` URL."""
    content = _path(_LEAFLET, name).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _script(package: tuple[str, str], name: str) -> str:
    # A source map is a URL that a browser's developer tools would fetch.
    return re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "", _text(package, name))


def _text(package: tuple[str, str], name: str) -> str:
    return _path(package, name).read_text(encoding="utf-8")


def _path(package: tuple[str, str], name: str) -> Path:
    distribution, folder = package
    try:
        found = Path(str(metadata.distribution(distribution).locate_file(f"{folder}/{name}")))
    except metadata.PackageNotFoundError:
        found = Path(distribution)
    if not found.is_file():
        raise StandaloneError(
            f"{name} of {distribution} is not installed here, and a page needs it to open "
            f"without a network. Run: python -m pip install {distribution}"
        )
    return found
