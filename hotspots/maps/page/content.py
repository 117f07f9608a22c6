"""What a briefing shows, as one record, and the checks that it passes at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from hotspots._checks import aligned, columns_present, geometries, unique_index
from hotspots._text import like_number
from hotspots.errors import InputError
from hotspots.maps.privacy.disclosure import NOTHING_ELSE, PublicKnowledge
from hotspots.maps.themes.headline import category_of
from hotspots.schema import CATEGORY, NAME, POPULATION

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from hotspots.schema import Allocation, GeocodingReport, Layer, LocalResult, Ranking

Located: TypeAlias = "tuple[int, int] | Mapping[str, tuple[int, int]]"

_CHANGE_COLUMNS = ("events_after", "ratio", "ratio_low", "ratio_high", "common_ratio", "label")
_RATE_COLUMNS = ("count", "rate", "rate_low", "rate_high")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class UnitFindings:
    """What the tests found on the census units.

    Attributes
    ----------
    areas
        The units: ``population`` and ``geometry`` on ``unit_id``.
    membership
        The polygon of each unit.
    results
        ``"<category>"`` or ``"<category>:<anything>"`` → local test on the units.
    rolled_up
        Category → table of :func:`hotspots.roll_up` on the polygons (``share_hot``).
    bins
        Key of ``results`` → table of :func:`hotspots.confidence`.
    """

    areas: gpd.GeoDataFrame | None = None
    membership: pd.Series | None = None
    results: Mapping[str, LocalResult] = field(default_factory=dict)
    rolled_up: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    bins: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class OverTime:
    """What varies from one period to the next.

    Attributes
    ----------
    rates
        Category → period (``"2013"`` or ``"2013-07"``) → rates of that period alone, on the
        polygons. They make the slider.
    results
        Category → period → local test of that period alone, on the polygons.
    latest
        Category → test of risk over the last 12 months alone, on the polygons.
    monthly
        Incidents by (``polygon_id``, ``category``, ``period``), from
        :func:`hotspots.count_incidents`, for the chart of months. Without it, the page counts
        its ``incidents``.
    changes
        Category → table of :func:`hotspots.rate_change` on the polygons. A ratio of counts gives
        counts away: the public page shows none.
    compared
        The two periods of ``changes`` in words, the earlier first.
    """

    rates: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, LocalResult]] = field(default_factory=dict)
    latest: Mapping[str, LocalResult] = field(default_factory=dict)
    monthly: pd.DataFrame | None = None
    changes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    compared: tuple[str, str] = ("", "")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PageHeader:
    """What the top of the page says.

    Attributes
    ----------
    title
        Title of the page; the catalogue's own if empty.
    period
        The period that was tested, in words.
    located
        (located, read): how many of the incidents have a location, overall or by category.
        Without it, the numbers come from ``geocoding``.
    geocoding
        From :func:`hotspots.geocoding_report`. The page warns if locations are not missing at
        random: if some group's share of misses is at least five points above or below that of
        the rest, and one of the two is over 15%.
    synthetic
        True prints on the page that its data are invented.
    """

    title: str = ""
    period: str = ""
    located: Located | None = None
    geocoding: GeocodingReport | None = None
    synthetic: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class BriefingContent:
    """What a briefing shows: findings, ranking, points and lines, and words.

    What is not given is not shown. :func:`hotspots.from_run` makes it from a run's result.

    Attributes
    ----------
    polygons
        ``population``, ``geometry`` and, if there is one, ``name``, on ``polygon_id``.
    results
        ``"<category>"`` or ``"<category>:<anything>"`` → local test on the polygons.
    rates
        Category → table of :func:`hotspots.incident_rates` on the polygons.
    bins
        Key of ``results`` → table of :func:`hotspots.confidence`; the test is then shown at 90,
        95 and 99%.
    units
        The same tests on the census units, and their roll-up to the polygons.
    over_time
        Rates, tests and counts by period.
    layers
        Poverty, access and whatever else is known of each polygon.
    ranking, allocation
        Who comes first, and who gets how much.
    incidents
        From :func:`hotspots.assign`; drawn as points, on the internal page only.
    services
        Points with ``kind`` and ``name``. Shelters are never shown.
    streets
        Lines, drawn faintly underneath (``basemap="streets"``).
    header
        Title, period, how many incidents were located, and the marks.
    category_titles
        Category → title, in the order in which the page offers them.
    result_titles
        Key of ``results`` or ``units.results`` → title, where the name of the test will not do.
    headline
        The category on which the page opens; by default that of the ranking's first criterion.
    sensitive
        Categories to protect in addition to those whose key or title already says so
        (``sexual_violence``, ``violencia_familiar`` ...): the internal page draws no points,
        units, months or hours of them, and the public page leaves them out.
    known
        What is known outside of the page: who knows the totals of municipalities, and what was
        published before. The public page withholds more for it.
    count_victims
        Categories whose rates count victims; all others count incidents.
    per
        The rates are per so many residents.
    currency
        Code of the budget's currency.

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
    >>> content = BriefingContent(polygons=squares, results={}, header=PageHeader(period="2013"))
    >>> content.header.period, content.currency
    ('2013', 'MXN')
    """

    polygons: gpd.GeoDataFrame
    results: Mapping[str, LocalResult]
    rates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    bins: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    units: UnitFindings = field(default_factory=UnitFindings)
    over_time: OverTime = field(default_factory=OverTime)
    layers: Sequence[Layer] = ()
    ranking: Ranking | None = None
    allocation: Allocation | None = None
    incidents: gpd.GeoDataFrame | None = None
    services: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None
    header: PageHeader = field(default_factory=PageHeader)
    category_titles: Mapping[str, str] = field(default_factory=dict)
    result_titles: Mapping[str, str] = field(default_factory=dict)
    headline: str | None = None
    sensitive: Collection[str] = ()
    known: PublicKnowledge = NOTHING_ELSE
    count_victims: Collection[str] = ()
    per: float = 100_000
    currency: str = "MXN"

    @property
    def index(self) -> pd.Index:
        """Index of the polygons, in the page's order."""
        index: pd.Index = self.polygons.index
        return index

    @property
    def names(self) -> list[str]:
        """Names of the polygons; one without a name goes by its identifier."""
        ids = self.index.astype(str)
        if NAME not in self.polygons:
            return list(ids)
        named = self.polygons[NAME].fillna("").astype(str)
        return [name.strip() or one for name, one in zip(named, ids, strict=True)]

    def located_of(self, category: str) -> tuple[int, int] | None:
        """Return how many incidents of a category were located and read, if that is known."""
        located, report = self.header.located, self.header.geocoding
        if isinstance(located, tuple):
            return located
        if located is not None:
            return located.get(category)
        if report is None or category not in report.by_category.index:
            return None
        counts = report.by_category[["located", "rows"]].loc[[category]].to_numpy()
        return int(counts[0, 0]), int(counts[0, 1])


def outside_of(content: BriefingContent, category: str) -> int:
    """Return how many rows of a category lie outside the study area; 0 if that is not known."""
    if content.header.located is not None or content.header.geocoding is None:
        return 0
    return int(content.header.geocoding.outside_by_category.get(category, 0))


def check_content(content: BriefingContent) -> None:
    """Raise an error unless a page can be made of the content.

    Raises
    ------
    InputError
        If there is no polygon, if a table is of other polygons or of a category without rates
        and results, or if a value is of the wrong kind.
    """
    _check_kinds(content)
    if len(content.polygons) == 0:
        raise InputError("polygons: there is none. A map needs at least one polygon.")
    unique_index(content.polygons, "polygons")
    columns_present(content.polygons.columns, [POPULATION], "polygons")
    _check_tables(content)
    for category, table in content.rates.items():
        columns_present(table.columns, _RATE_COLUMNS, f"rates[{category!r}]")
        aligned(table, content.index, f"rates[{category!r}]")
    for category, table in content.over_time.changes.items():
        columns_present(table.columns, _CHANGE_COLUMNS, f"over_time.changes[{category!r}]")
        aligned(table, content.index, f"over_time.changes[{category!r}]")
    _check_categories(content)


def categories_of(content: BriefingContent) -> dict[str, str]:
    """Return the categories that have rates or results, with their titles.

    Those that were given a title come first, in the order of the titles.
    """
    titles = content.category_titles
    found = dict.fromkeys([*content.rates, *(category_of(key) for key in content.results)])
    ordered = [key for key in titles if key in found] + [key for key in found if key not in titles]
    return {key: titles.get(key, key.replace("_", " ").capitalize()) for key in ordered}


def _check_kinds(content: BriefingContent) -> None:
    """Refuse values of the wrong kind, which would fail later without saying which they are."""
    geometries(content.polygons, "polygons")
    for name, kind in (("units", UnitFindings), ("over_time", OverTime), ("header", PageHeader)):
        value = getattr(content, name)
        if not isinstance(value, kind):
            raise InputError(
                f"{name}: came as a {type(value).__name__}. "
                f"Give a hotspots.{kind.__name__}, which takes its parts by name."
            )
    for name, value in _by_key(content).items():
        if not isinstance(value, Mapping):
            raise InputError(
                f"{name}: came as a {type(value).__name__}. Give a dictionary, e.g. {{'homicide': "
                "...}; leave it out if there is nothing."
            )
    if not isinstance(content.layers, Sequence):
        raise InputError(f"layers: came as a {type(content.layers).__name__}. Give them in a list.")
    for name in ("title", "period"):
        value = getattr(content.header, name)
        if not isinstance(value, str):
            raise InputError(f"header.{name}: came as {value!r}. Give it in words.")


def _by_key(content: BriefingContent) -> dict[str, Mapping[str, object]]:
    """Return name → everything that is given by category or by the key of a test."""
    return {
        "results": content.results,
        "rates": content.rates,
        "bins": content.bins,
        "units.results": content.units.results,
        "units.rolled_up": content.units.rolled_up,
        "units.bins": content.units.bins,
        "over_time.rates": content.over_time.rates,
        "over_time.results": content.over_time.results,
        "over_time.changes": content.over_time.changes,
        "category_titles": content.category_titles,
        "result_titles": content.result_titles,
    }


def _check_tables(content: BriefingContent) -> None:
    """Refuse tables that lack a column or hold something else than numbers."""
    residents = pd.to_numeric(content.polygons[POPULATION], errors="coerce")
    if residents.isna().any():
        raise InputError(
            f"polygons: {POPULATION} is {content.polygons[POPULATION][residents.isna()].iloc[0]} "
            f"for {residents.index[residents.isna()][0]!r}. Give the number of residents of each."
        )
    if content.incidents is not None:
        columns_present(content.incidents.columns, [CATEGORY], "incidents")
    if content.services is not None:
        columns_present(content.services.columns, ["kind"], "services")
    for layer in content.layers:
        numbers = pd.to_numeric(layer.values, errors="coerce")
        text = layer.values[numbers.isna() & layer.values.notna()]
        if len(text):
            shown = like_number(str(text.iloc[0]))
            raise InputError(
                f"layers: {layer.name!r} is {shown!r} for {text.index[0]!r}. Give numbers, "
                "missing where there is none."
            )


def _check_categories(content: BriefingContent) -> None:
    """Refuse anything of a category that the page does not have: it would not be shown."""
    categories = categories_of(content)
    tables = _by_key(content)
    for name in (
        "units.results",
        "units.rolled_up",
        "over_time.rates",
        "over_time.changes",
        "bins",
        "units.bins",
    ):
        for key in tables[name]:
            if category_of(key) not in categories:
                raise InputError(
                    f"{name}: {key!r} is of a category that has neither rates nor results. "
                    f"Those that have are {', '.join(categories) or 'none'}."
                )
    alone = [key for key in content.over_time.results if key not in content.over_time.rates]
    if alone:
        raise InputError(
            f"over_time.results: {alone[0]!r} came without over_time.rates[{alone[0]!r}]. "
            f"Give the rates of the same periods."
        )
