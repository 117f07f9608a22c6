"""The briefing map: where crime is high, how sure that is, who comes first, and why."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import folium
from branca.element import Element, MacroElement
from folium.template import Template

from hotspots.errors import InputError, StandaloneError
from hotspots.maps import assets
from hotspots.maps.page.audience import Audience, PageContent, page_content
from hotspots.maps.page.content import BriefingContent
from hotspots.maps.page.page_data import page_parts
from hotspots.maps.save.standalone import render_standalone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Basemap = Literal["none", "streets", "osm"]
Given = ParamSpec("Given")
Made = TypeVar("Made")

_MOVED = {
    "unit_results": "units=UnitFindings(results=...)",
    "rolled_up": "units=UnitFindings(rolled_up=...)",
    "membership": "units=UnitFindings(membership=...)",
    "unit_bins": "units=UnitFindings(bins=...)",
    "units": "units=UnitFindings(areas=...)",
    "rates_over_time": "over_time=OverTime(rates=...)",
    "results_over_time": "over_time=OverTime(results=...)",
    "monthly": "over_time=OverTime(monthly=...)",
    "title": "header=PageHeader(title=...)",
    "period": "header=PageHeader(period=...)",
    "located": "header=PageHeader(located=...)",
    "geocoding": "header=PageHeader(geocoding=...)",
    "synthetic": "header=PageHeader(synthetic=...)",
    "titles": "result_titles=...",
}
"""Where :class:`BriefingContent` takes what people look for under another name."""


class BriefingMap(folium.Map):
    """A folium map with the briefing around it; a notebook shows it without a network.

    Attributes
    ----------
    content
        What the page shows, without what its audience may not see.
    language
        Code of the page's language.
    page_title
        Title of the window.
    views
        Key → title of everything that the map can show, for ``beside`` and for
        :func:`hotspots.save_pictures`.
    """

    def __init__(
        self, content: PageContent, *, page_title: str, views: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(**options)
        self._name = "Map"
        self.content = content
        self.views = dict(views)
        self.language = content.language
        self.page_title = page_title

    def _repr_html_(self, **kwargs: Any) -> str:
        """Return the page in a frame, or folium's own view if the page has tiles to fetch."""
        try:
            page = render_standalone(self)
        except StandaloneError:
            return str(super()._repr_html_(**kwargs))
        return assets.fill("frame.html", page=page, title=self.page_title)


def _content_in_one_record(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """Refuse a call that gives the content as arguments of its own, and say how to give it."""
    names = {one.name for one in fields(BriefingContent)} | set(_MOVED)

    @wraps(function)
    def checked(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        alone = [name for name in kwargs if name in names]
        content = args[0] if args else kwargs.get("content")
        if alone or not isinstance(content, BriefingContent):
            came = ", ".join(alone) or ("nothing" if content is None else type(content).__name__)
            moved = "; ".join(f"{name} is {_MOVED[name]}" for name in alone if name in _MOVED)
            raise InputError(
                f"briefing_map: came with {came}. Give what the page shows as one record: "
                "briefing_map(BriefingContent(polygons=..., results=...), audience='internal')"
                + (f". In the record, {moved}." if moved else ".")
            )
        return function(*args, **kwargs)

    return checked


@_content_in_one_record
def briefing_map(
    content: BriefingContent,
    *,
    audience: Audience = "internal",
    language: str = "es",
    threshold: int = 5,
    basemap: Basemap = "streets",
    beside: str = "",
) -> BriefingMap:
    """Return the briefing as a folium map that opens on the hot spots, numbered by rank.

    Parameters
    ----------
    content
        What the page shows.
    audience
        ``internal`` (marked as restricted), or ``public``: no points, no units, no months,
        no count below ``threshold``, and nothing that gives one away.
    language
        Language of the page, one of :func:`hotspots.languages`.
    threshold
        Smallest count that the public page may show.
    basemap
        ``none``, ``streets``, or ``osm`` (tiles from a network: such a page cannot be saved
        as standalone, and is never public).
    beside
        What a second map, linked to the first, shows beside it when the page opens: a key of
        :attr:`BriefingMap.views`, e.g. ``"layer:poverty/"``. "" opens one map; the page's own
        switch opens the second at any time.

    Returns
    -------
    BriefingMap
        A ``folium.Map``: anything of folium's can be added to it.

    Raises
    ------
    InputError
        If there is no polygon, a table is of other polygons, or an option is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(
    ...     {"population": [12_000]},
    ...     geometry=[box(360_000, 3_500_000, 361_000, 3_501_000)],
    ...     index=["P1"],
    ...     crs=32613,
    ... )
    >>> page = briefing_map(BriefingContent(polygons=squares, results={}), language="en")
    >>> isinstance(page, folium.Map)
    True
    """
    _check_basemap(basemap, audience)
    if basemap != "streets":
        content = replace(content, streets=None)
    shown = page_content(
        content, audience=audience, language=language, threshold=threshold, beside=beside
    )
    parts = page_parts(shown)
    (south, west), (north, east) = parts.bounds
    page = BriefingMap(
        shown,
        page_title=shown.header.title,
        views=parts.views,
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=11,
        tiles="OpenStreetMap" if basemap == "osm" else None,
        zoom_control="topleft",
        zoom_snap=0.25,
        attribution_control=basemap == "osm",
    )
    page.add_child(_Surroundings(parts.body), name="briefing")
    return page


class _Surroundings(MacroElement):
    """The header, the ranking, the legend and the panel around the map."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.source }}\n"
        "hotspotsBriefing({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, body: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Briefing"
        self.body = body
        self.source = assets.briefing_script()

    def render(self, **kwargs: Any) -> str:
        """Put the style in the head and the text before the map, in reading order."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        figure: Any = self.get_root()
        style = assets.own("briefing.css") + assets.own("print.css")
        figure.header.add_child(_Raw(f"<style>{style}</style>"), "hs_css")
        figure.html.add_child(_Raw(self.body), "hs_body", index=0)
        return ""


class _Raw(Element):
    """HTML that goes on the page as it is."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Raw"
        self.content = content

    def render(self, **kwargs: Any) -> str:
        return self.content


def _check_basemap(basemap: str, audience: str) -> None:
    if basemap not in ("none", "streets", "osm"):
        raise InputError(f"basemap: came as {basemap!r}. It is 'none', 'streets' or 'osm'.")
    if basemap == "osm" and audience == "public":
        raise InputError(
            "basemap: came as 'osm', and a public page has no tiles: they would tell another "
            "server who looks at it. Use 'streets' or 'none'."
        )
