"""The briefing map: where, how sure, who first, and why there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, MacroElement
from folium.template import Template

from hotspots._checks import columns_present
from hotspots.catalogue import text
from hotspots.errors import InputError, StandaloneError
from hotspots.maps import assets
from hotspots.maps.page.content import (
    Audience,
    Basemap,
    Subject,
    categories_of,
    check_subject,
    made_discreet,
    made_public,
)
from hotspots.maps.page.page_data import page_parts
from hotspots.maps.privacy.sensitive import safe_services
from hotspots.maps.save.standalone import render_standalone

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from hotspots.schema import Allocation, GeocodingReport, Layer, LocalResult, Ranking


class BriefingMap(folium.Map):
    """A folium map with the briefing around it; a notebook shows it without a network.

    Attributes
    ----------
    language
        Code of the page's language.
    page_title
        Title of the window.
    views
        Key of each thing that the map can show → its title, for ``beside`` and for
        :func:`hotspots.save_pictures`.
    subject
        What the page is about, without what its audience may not see.
    """

    def __init__(
        self, subject: Subject, *, page_title: str, views: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(**options)
        self._name = "Map"
        self.subject = subject
        self.views = dict(views)
        self.language = subject.language
        self.page_title = page_title

    def _repr_html_(self, **kwargs: Any) -> str:
        """Return the page in a frame; folium's own way where it has tiles to fetch."""
        try:
            page = render_standalone(self)
        except StandaloneError:
            return str(super()._repr_html_(**kwargs))
        return assets.fill("frame.html", page=page, title=self.page_title)


def briefing_map(
    polygons: gpd.GeoDataFrame,
    *,
    results: Mapping[str, LocalResult],
    titles: Mapping[str, str] | None = None,
    category_titles: Mapping[str, str] | None = None,
    headline: str | None = None,
    units: gpd.GeoDataFrame | None = None,
    membership: pd.Series | None = None,
    unit_results: Mapping[str, LocalResult] | None = None,
    rolled_up: Mapping[str, pd.DataFrame] | None = None,
    bins: Mapping[str, pd.DataFrame] | None = None,
    unit_bins: Mapping[str, pd.DataFrame] | None = None,
    rates: Mapping[str, pd.DataFrame] | None = None,
    rates_over_time: Mapping[str, Mapping[str, pd.DataFrame]] | None = None,
    results_over_time: Mapping[str, Mapping[str, LocalResult]] | None = None,
    layers: Sequence[Layer] = (),
    ranking: Ranking | None = None,
    allocation: Allocation | None = None,
    incidents: gpd.GeoDataFrame | None = None,
    services: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    monthly: pd.DataFrame | None = None,
    audience: Audience = "internal",
    language: str = "es",
    title: str = "",
    period: str = "",
    located: tuple[int, int] | Mapping[str, tuple[int, int]] | None = None,
    geocoding: GeocodingReport | None = None,
    synthetic: bool = False,
    sensitive: Collection[str] = (),
    threshold: int = 5,
    per: float = 100_000,
    currency: str = "MXN",
    basemap: Basemap = "streets",
    beside: str = "",
) -> folium.Map:
    """Return the briefing as a folium map: it opens on the hot places, numbered by rank.

    Parameters
    ----------
    polygons
        On ``polygon_id``: ``population``, ``geometry``, and ``name`` where there is one.
    results
        ``"<category>"`` or ``"<category>:<anything>"`` → a local test on the polygons.
    titles
        Key of a result → its title, where the test's own name does not do.
    category_titles
        Category → title, in the order in which the page offers them.
    headline
        The category on which the page opens; without it the first criterion's.
    units, membership
        The census units and the polygon of each, for the units' layers.
    unit_results
        The same as ``results``, on the units.
    rolled_up
        Category → ``share_hot`` on the polygons (of :func:`hotspots.roll_up`).
    bins, unit_bins
        Key of ``results`` or ``unit_results`` → table of :func:`hotspots.confidence`: the test
        is then shown at 90, 95 and 99%.
    rates
        Category → table of :func:`hotspots.incident_rates` on the polygons.
    rates_over_time, results_over_time
        Category → period (``"2013"`` or ``"2013-07"``) → rates and local test of that period
        alone, on the polygons, for the slider.
    layers
        Poverty, access and whatever else is known by polygon.
    ranking, allocation
        Who first, and how much.
    incidents
        Of :func:`hotspots.assign`; drawn as points on the internal page alone.
    services
        Points with ``kind`` and ``name``; shelters are never shown.
    streets
        Lines drawn faintly beneath (``basemap="streets"``).
    monthly
        Incidents by (``polygon_id``, ``category``, ``period``), of
        :func:`hotspots.count_incidents`; without it they are counted from ``incidents``.
    audience
        ``internal`` (marked as restricted), or ``public``: no points, no units, no months,
        and no count under ``threshold`` nor anything that follows from one.
    language
        Language of the page, one of :func:`hotspots.languages`.
    title, period
        What the page is called, and the time that was tested, in words.
    located
        (located, read): of how many incidents the place is known; or that by category. Without
        it the report's, where there is one.
    geocoding
        Of :func:`hotspots.geocoding_report`: the page warns where what is missing is not missing
        at random: some group misses at least five points more or fewer than the others, and one
        of the two more than 15%.
    synthetic
        True prints on the page that its data are invented.
    sensitive
        Categories whose places are drawn on no page (of them there are no points, units, months
        or hours) and that no public page names, beside those whose key or title says so
        (``sexual_violence``, ``violencia_familiar`` ...).
    threshold
        Least count that the public page may show.
    per
        Of how many residents the rates speak.
    currency
        Code of the budget's currency.
    basemap
        ``none``, ``streets``, or ``osm`` (tiles from a network: such a page cannot be saved
        as standalone, and is never public).
    beside
        What a second map shows at the side, linked to the first, when the page opens: a key of
        :attr:`BriefingMap.views`, e.g. ``"layer:poverty/"``; "" for none (the page's own switch
        opens it at any time).

    Returns
    -------
    folium.Map
        Anything of folium's can be added to it.

    Raises
    ------
    InputError
        If there is no polygon, a table is not about these polygons, or an option is unknown.

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
    >>> page = briefing_map(squares, results={}, title="Un polígono")
    >>> isinstance(page, folium.Map)
    True
    """
    categories = categories_of(results, rates or {}, category_titles or {})
    if services is not None:
        columns_present(services.columns, ["kind"], "services")
    subject = Subject(
        polygons=polygons,
        results=results,
        categories=categories,
        headline=_headline(headline, categories, ranking),
        titles=titles or {},
        units=units,
        membership=membership,
        unit_results=unit_results or {},
        rolled_up=rolled_up or {},
        bins=bins or {},
        unit_bins=unit_bins or {},
        rates=rates or {},
        rates_over_time=rates_over_time or {},
        results_over_time=results_over_time or {},
        layers=tuple(layers),
        ranking=ranking,
        allocation=allocation,
        incidents=incidents,
        services=None if services is None else safe_services(services),
        streets=streets if basemap == "streets" else None,
        monthly=monthly,
        audience=audience,
        language=language,
        title=title or text("page.title", language),
        period=period,
        located=located,
        geocoding=geocoding,
        synthetic=synthetic,
        sensitive=sensitive,
        threshold=threshold,
        per=per,
        currency=currency,
        beside=beside,
    )
    return _assemble(check_subject(subject), basemap)


def _assemble(subject: Subject, basemap: Basemap) -> BriefingMap:
    _check_basemap(basemap, subject.audience)
    subject = replace(subject, **made_discreet(subject))  # type: ignore[arg-type]
    if subject.public:
        subject = replace(subject, **made_public(subject))  # type: ignore[arg-type]
    parts = page_parts(subject)
    (south, west), (north, east) = parts.bounds
    page = BriefingMap(
        subject,
        page_title=subject.title,
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
        """Put the parts on the page: the words before the map, as they are read."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        figure: Any = self.get_root()
        style = assets.own("briefing.css") + assets.own("print.css")
        figure.header.add_child(_Raw(f"<style>{style}</style>"), "hs_css")
        figure.html.add_child(_Raw(self.body), "hs_body", index=0)
        return ""


class _Raw(Element):
    """Text that goes on the page as it is."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Raw"
        self.content = content

    def render(self, **kwargs: Any) -> str:
        return self.content


def _headline(named: str | None, categories: Mapping[str, str], ranking: Ranking | None) -> str:
    if named is not None:
        if named not in categories:
            raise InputError(
                f"headline: came as {named!r}. "
                f"The categories are {', '.join(categories) or 'none'}."
            )
        return named
    criteria = () if ranking is None else ranking.criteria
    ranked = [part.layer.removesuffix("_rate") for part in criteria]
    return next((key for key in ranked if key in categories), next(iter(categories), ""))


def _check_basemap(basemap: str, audience: str) -> None:
    if basemap not in ("none", "streets", "osm"):
        raise InputError(f"basemap: came as {basemap!r}. It is 'none', 'streets' or 'osm'.")
    if basemap == "osm" and audience == "public":
        raise InputError(
            "basemap: a public page has no tiles, which would tell a stranger's server who "
            "looks at it. Use basemap='streets' or 'none'."
        )
