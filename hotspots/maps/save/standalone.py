"""One HTML file that opens without a network and runs nothing but its own scripts."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, JavascriptLink

from hotspots.errors import OutputError, StandaloneError
from hotspots.maps import assets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import folium

# What folium puts on every map and this page does not use.
_DROPPED = {
    "bootstrap",
    "bootstrap_css",
    "glyphicons_css",
    "awesome_markers",
    "awesome_markers_css",
    "awesome_markers_font_css",
    "awesome_rotate_css",
}
_VENDORED = {"leaflet", "leaflet_css", "jquery"}
_FETCHING = {"src", "srcset", "poster", "background", "action", "formaction", "data", "manifest"}
_ICONS = ("images/marker-icon.png", "images/marker-icon-2x.png", "images/marker-shadow.png")
_DATA_TYPES = {"application/json", "application/ld+json"}
_FETCHES = re.compile(
    r"L\.tileLayer|L\.videoOverlay|\b(?:fetch|importScripts|sendBeacon)\s*\(|\bXMLHttpRequest\b"
    r"|\bnew\s+(?:WebSocket|EventSource|Worker)\b|\$\.(?:ajax|get|getJSON|getScript|post)\s*\("
)


def save_standalone(page: folium.Map, path: str | Path) -> Path:
    """Write the map as one file that opens without a network, and return its path.

    Leaflet is inlined. A Content-Security-Policy forbids every request, and every script but
    the page's own. The same map gives the same bytes.

    Parameters
    ----------
    page
        A map, e.g. from :func:`hotspots.briefing_map`. Anything of folium's may be added to it
        that does not load from a URL.
    path
        The file to write; it is replaced as a whole or not at all.

    Raises
    ------
    StandaloneError
        If the page has a tile layer, or anything else that would be loaded from a URL.
    OutputError
        If the file cannot be written; an earlier file is then left as it was.

    Examples
    --------
    >>> import folium, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> page = folium.Map(location=(31.7, -106.4), tiles=None)
    >>> save_standalone(page, folder / "map.html").name
    'map.html'
    """
    return write_whole(path, render_standalone(page))


def render_standalone(page: folium.Map) -> str:
    """Return the text that :func:`save_standalone` writes."""
    root: Any = page.get_root()
    root.render()
    script = root.script.render()
    _refuse_fetching_layers(page, script)
    head, libraries = _head(root, script)
    scripts = [*libraries, script]
    body = root.html.render()
    named = _stable_ids(page, [head, body, *scripts])
    head, body, scripts = named[0], named[1], named[2:]
    return close_page(
        head=head,
        body=body,
        scripts=scripts,
        language=str(getattr(page, "language", "en")),
        title=str(getattr(page, "page_title", "")),
    )


def close_page(*, head: str, body: str, scripts: list[str], language: str, title: str) -> str:
    """Return a whole page with its Content-Security-Policy, after inspecting it.

    Parameters
    ----------
    head, body
        HTML without any executable script.
    scripts
        The page's own scripts, in order; only these may run.
    language
        Code of the page's language.
    title
        Title of the window, in plain text.

    Raises
    ------
    StandaloneError
        If the page would load anything, or run anything that is not in ``scripts``.
    """
    scripts = [script.strip() for script in scripts if script.strip()]
    for script in scripts:
        if re.search(r"</script|<!--", script, re.IGNORECASE):
            raise StandaloneError(
                "a script of the page holds '</script' or '<!--', which would end it early. "
                "Give text that came from a file as data, not inside a script."
            )
    for part in (head, body):
        _Inspector(part).inspect()
    policy = _policy(scripts)
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{html.escape(language)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html.escape(title)}</title>",
        head.strip(),
        "</head>",
        "<body>",
        body.strip(),
        *(f"<script>{script}</script>" for script in scripts),
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines)


def write_whole(path: str | Path, content: str) -> Path:
    """Write text beside its place and move it there, so that no half file is ever seen.

    Raises
    ------
    OutputError
        If the path is a folder, or cannot be written.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"{target} is a folder. Name the file to write, e.g. briefing.html.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        partial.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutputError(
            f"{target} cannot be written: {error.strerror or error}. "
            "Check that the folder exists and that you may write in it."
        ) from error
    return target


def _head(root: Any, script: str) -> tuple[str, list[str]]:
    """Return the page's own parts of the head, and the scripts of the libraries in order."""
    if "L.AwesomeMarkers" in script:
        raise StandaloneError(
            "folium.Icon needs fonts from a network. Use folium.CircleMarker or folium.DivIcon."
        )
    parts: list[str] = []
    libraries: list[str] = []
    for name, child in root.header._children.items():
        if isinstance(child, JavascriptLink | CssLink):
            if name in _DROPPED:
                continue
            if name not in _VENDORED:
                raise StandaloneError(
                    f"the page asks for {child.url}, which has no copy on this machine. "
                    "Take away what brings it (a plugin, a legend, an icon)."
                )
            if name == "leaflet_css":
                parts.append(f"<style>{assets.leaflet_css()}</style>")
            elif name == "leaflet":
                libraries.append(assets.leaflet_js())
                if "L.marker(" in script:
                    libraries.append(_marker_icons())
            elif re.search(r"\$\(|jQuery", script):
                libraries.append(assets.jquery_js())
        else:
            parts.append(_without_folium_head(child.render()))
    return "\n".join(parts), libraries


def _without_folium_head(part: str) -> str:
    """Return a part without folium's meta tags (they forbid zooming) and default switches."""
    part = re.sub(r"<meta[^>]*>", "", part)
    return re.sub(
        r"<script>\s*L_NO_TOUCH = false;\s*L_DISABLE_3D = false;\s*</script>", "", part
    ).strip()


def _marker_icons() -> str:
    names = ("iconUrl", "iconRetinaUrl", "shadowUrl")
    options = ",".join(
        f'{name}:"{assets.data_url(file)}"' for name, file in zip(names, _ICONS, strict=True)
    )
    return f'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({{{options}}});'


def _refuse_fetching_layers(page: folium.Map, script: str) -> None:
    for element in _elements(page):
        address = getattr(element, "tiles", None) or getattr(element, "url", None)
        if isinstance(address, str) and not address.startswith("data:"):
            raise StandaloneError(
                f"the page has a layer from {address[:80]}, which a page without a network "
                "cannot fetch. Leave the layer out (basemap='none' or 'streets')."
            )
    found = _FETCHES.search(script)
    if found:
        raise StandaloneError(
            f"a script of the page calls {found.group(0)!r}, which would fetch something. "
            "Take away what was added to the map beside the briefing, or embed its data."
        )


def _elements(element: Any) -> Iterator[Any]:
    for child in element._children.values():
        yield child
        yield from _elements(child)


def _stable_ids(page: folium.Map, parts: list[str]) -> list[str]:
    """Return the parts with folium's random ids replaced by numbers, in order of appearance."""
    ids = {str(element._id) for element in [page, *_elements(page)]}
    ids |= {str(element._id) for element in _elements(page.get_root())}
    pattern = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
    order: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        found = match.group(0)
        return order.setdefault(found, str(len(order) + 1)) if found in ids else found

    return [pattern.sub(numbered, part) for part in parts]


def _policy(scripts: list[str]) -> str:
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"
        for text in scripts
    ]
    allowed = " ".join(hashes) or "'none'"
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {allowed}; form-action 'none'; base-uri 'none'"
    )


class _Inspector(HTMLParser):
    """Inspects a part of the page for anything that would be loaded or run."""

    def __init__(self, part: str) -> None:
        super().__init__(convert_charrefs=True)
        self._part = part
        self._in_style = False

    def inspect(self) -> None:
        self.feed(self._part)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._in_style = tag == "style"
        if tag == "script" and (attributes.get("type") or "") not in _DATA_TYPES:
            raise StandaloneError(
                "the page holds a script beside its own. Only the map's own scripts may run."
            )
        if tag in {"base", "iframe", "frame", "object", "embed"} or (
            tag == "meta" and "http-equiv" in attributes
        ):
            raise StandaloneError(f"the page holds a <{tag}>, which could fetch something.")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._refuse_css(data)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        address = value.strip()
        linked = name in {"href", "xlink:href"} and tag != "a"
        if (name in _FETCHING or linked) and not address.startswith(("data:", "#")):
            raise StandaloneError(f"the page would fetch {address[:80]!r} ({tag} {name}).")
        if name in {"href", "xlink:href"} and re.match(r"\s*(javascript|vbscript):", value, re.I):
            raise StandaloneError(f"the page holds a link that runs: {address[:80]!r}.")
        if name.startswith("on"):
            raise StandaloneError(f"the page holds a handler {name}= in a <{tag}>.")
        if name == "style":
            self._refuse_css(value)

    def _refuse_css(self, css: str) -> None:
        found = re.search(r"@import|url\(\s*['\"]?(?!data:|#|['\"]?data:)[^)]*", css, re.I)
        if found:
            raise StandaloneError(f"a style of the page would fetch {found.group(0)[:80]!r}.")
