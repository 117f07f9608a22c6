"""The geocoding report: how well incidents are located, and where locations are missing."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._checks import columns_present, positive, share, whole_number
from hotspots._notes import Note
from hotspots.geocoding.address.lexicon import lexicon_of
from hotspots.geocoding.address.names import neighborhood_name
from hotspots.geocoding.gazetteer.name_index import most_common
from hotspots.geocoding.report.missingness import missingness_tests, uneven_levels
from hotspots.geocoding.report.pile_ups import name_pile_ups, pile_ups
from hotspots.geocoding.report.unmatched import unlocated_addresses
from hotspots.schema import (
    ADDRESS,
    CATEGORY,
    DATE,
    EVENT_ID,
    LOCATED,
    LOCATION_PRECISION,
    LOCATION_STATUS,
    NEIGHBORHOOD,
    NOT_STATED,
    PROBLEM,
    REPEAT_OF,
    UNDATED,
    GeocodingReport,
    LocationPrecision,
    LocationStatus,
)
from hotspots.stats.permutations import permutations_needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from hotspots.geocoding.address.lexicon import Lexicon
    from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
    from hotspots.schema.options import Permutations

BAR = 0.85
"""Least share of located incidents at which a crime map can be trusted (Ratcliffe 2004)."""

_NORMAL_97_5 = 1.959963984540054
_MONTH = "month"
_LEAST_EXCHANGES = 9_999


def geocoding_report(
    incidents: gpd.GeoDataFrame,
    *,
    gazetteer: Gazetteer | None = None,
    places: gpd.GeoDataFrame | None = None,
    place_name: str = "name",
    within_m: float = 50.0,
    area: str = NEIGHBORHOOD,
    alpha: float = 0.05,
    permutations: Permutations = "auto",
    seed: int = 0,
) -> GeocodingReport:
    """Return how many incidents are located, and whether the others are missing at random.

    A map that lost a third of its rows can look as clean as one that lost none. So the report
    gives the share that is located, tests whether missing locations are spread over categories,
    months and stated neighborhoods by chance, and lists the addresses to fix first and the points
    on which many addresses pile up.

    Rows whose coordinates lie outside the study area are counted by themselves: they have a place,
    and it is not on this map. Neither the share nor the tests nor the lists hold them.

    In these tests an event counts once: its further victims and repeated rows (``event_id``,
    ``repeat_of``) share its location. So do rows with one address: a single address that occurs a
    hundred times can be all that stands out, which ``unlocated`` shows. Rows without a date or a
    stated area are left out of that factor's test.

    Parameters
    ----------
    incidents
        As :func:`hotspots.geocode` or :func:`hotspots.read_incidents` returns them.
    gazetteer
        The gazetteer that was used: its places and neighborhood centroids name the pile-ups, and
        its streets are suggested for names that were not found.
    places
        Further facilities to name pile-ups by, as points or areas.
    place_name
        Column of their names.
    within_m
        Greatest distance of a facility or a centroid from a pile-up, in meters.
    area
        Column of the neighborhood, municipality or district that the row states. Spellings that
        differ in accents, case or abbreviations are the same.
    alpha
        Level, after the correction, at which locations count as not missing at random.
    permutations, seed
        Number of permutations for each factor, and their seed; ``"auto"`` takes enough for the
        correction, and at least 9,999.

    Raises
    ------
    ColumnError
        If the incidents lack a column of :func:`hotspots.read_incidents`, or ``places`` lack
        their column of names.
    CrsError
        If pile-ups are to be named, and the incidents or the places have no CRS.
    InputError
        If ``alpha`` is not between 0 and 1, ``within_m`` is not above 0, or ``permutations`` or
        ``seed`` is not a whole number.

    References
    ----------
    Ratcliffe, J. H. (2004). Geocoding crime and a first estimate of a minimum acceptable hit
    rate. *International Journal of Geographical Information Science* 18(1), 61–72.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> rows = gpd.GeoDataFrame(
    ...     {"location_status": ["given", "unmatched"],
    ...      "location_precision": ["coordinate", "none"], "category": "homicide",
    ...      "date": pd.to_datetime(["2013-04-05", None]),
    ...      "address": ["", "Calle Lerdo"], "neighborhood": ""},
    ...     geometry=[shapely.Point(0, 0), None], crs=32613)
    >>> report = geocoding_report(rows)
    >>> report.hit_rate, report.unlocated["address"].tolist()
    (0.5, ['Calle Lerdo'])
    >>> print(report.sentence("en"))
    1 of 2 rows are located: 50.0% (95% interval: 9.5% to 90.5%), below the 85% at which a crime \
map can be trusted; whether the others are missing at random cannot be tested.
    """
    share(alpha, "geocoding_report: alpha")
    seed = whole_number(seed, "geocoding_report: seed", "Give a whole number from 0 on.", least=0)
    within_m = positive(
        within_m, "geocoding_report: within_m", "Give a distance in meters, e.g. 50."
    )
    _check_columns(incidents, area, places, place_name)
    rows, located = len(incidents), _with_a_place(incidents)
    outside = located & _noted(incidents, Note.OUTSIDE_STUDY_AREA)
    beyond = incidents.loc[outside, CATEGORY].value_counts()
    incidents, located = incidents[~outside], located[~outside]
    lexicon = lexicon_of() if gazetteer is None else gazetteer.lexicon
    stated = _stated(incidents[area], lexicon)
    month = incidents[DATE].dt.strftime("%Y-%m").rename(_MONTH)
    factors = {CATEGORY: incidents[CATEGORY], _MONTH: month, NEIGHBORHOOD: stated}
    exchanges = permutations_needed(
        permutations,
        len(factors),
        alpha,
        at_least=_LEAST_EXCHANGES,
        what="geocoding_report: permutations",
    )
    events = _events(incidents)
    missed, asked = ~located[events], {name: each[events] for name, each in factors.items()}
    tests = missingness_tests(missed, asked, permutations=exchanges, seed=seed)
    low, high = wilson_interval(int(located.sum()), len(incidents))
    heaps = name_pile_ups(
        pile_ups(incidents[located]),
        incidents.crs,
        gazetteer=gazetteer,
        places=places,
        place_name=place_name,
        within_m=within_m,
    )
    return GeocodingReport(
        rows=rows,
        outside=int(outside.sum()),
        located=int(located.sum()),
        hit_rate=float(located.mean()) if len(incidents) else float("nan"),
        hit_rate_low=low,
        hit_rate_high=high,
        bar=BAR,
        by_status=_shares(incidents[LOCATION_STATUS], [str(item) for item in LocationStatus]),
        by_precision=_shares(
            incidents[LOCATION_PRECISION], [str(item) for item in LocationPrecision]
        ),
        by_category=_rates(located, incidents[CATEGORY]),
        outside_by_category=beyond.rename("rows"),
        by_month=_rates(located, month.fillna(UNDATED)),
        by_neighborhood=_rates(located, stated.fillna(NOT_STATED)),
        missingness=tests,
        uneven=uneven_levels(missed, asked, tests, alpha=alpha),
        unlocated=unlocated_addresses(pd.DataFrame(incidents[~located]), gazetteer),
        pile_ups=heaps,
        permutations=exchanges,
        alpha=alpha,
        seed=seed,
    )


def _with_a_place(incidents: pd.DataFrame) -> pd.Series:
    """Return which rows have a point of their own that no repair is known to contradict."""
    placed: pd.Series = incidents[LOCATION_STATUS].isin([str(status) for status in LOCATED])
    return placed & ~_noted(incidents, Note.SEVERAL_REPAIRS)


def _noted(incidents: pd.DataFrame, key: Note) -> pd.Series:
    if PROBLEM not in incidents:
        return pd.Series(False, index=incidents.index)
    noted: pd.Series = incidents[PROBLEM].str.contains(str(key), regex=False)
    return noted


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share; (NaN, NaN) without trials.

    Examples
    --------
    >>> low, high = wilson_interval(85, 100)
    >>> round(low, 4), round(high, 4)
    (0.7672, 0.9069)
    """
    if trials == 0:
        return float("nan"), float("nan")
    rate = hits / trials
    squared = _NORMAL_97_5**2 / trials
    center = rate + squared / 2
    half = _NORMAL_97_5 * sqrt(rate * (1 - rate) / trials + squared / (4 * trials))
    return max(0.0, (center - half) / (1 + squared)), min(1.0, (center + half) / (1 + squared))


def _check_columns(
    incidents: gpd.GeoDataFrame, area: str, places: gpd.GeoDataFrame | None, place_name: str
) -> None:
    needed = [LOCATION_STATUS, LOCATION_PRECISION, CATEGORY, DATE, ADDRESS, NEIGHBORHOOD]
    columns_present(
        incidents.columns, [*dict.fromkeys([*needed, area])], "geocoding_report: the incidents"
    )
    if places is not None:
        columns_present(places.columns, [place_name], "geocoding_report: places")


def _stated(written: pd.Series, lexicon: Lexicon) -> pd.Series:
    """Return each row's stated area in its most common spelling; missing if none is stated."""
    spelled = written.astype(object).fillna("").astype(str).str.strip()
    one = spelled.map({text: neighborhood_name(text, lexicon) for text in spelled.unique()})
    titles: Mapping[str, str] = {
        str(name): most_common(list(texts)) for name, texts in spelled.groupby(one) if name
    }
    return one.map(titles).astype(object).rename(NEIGHBORHOOD)


def _events(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Return True for one row per event and category, and False for repeated rows."""
    first = pd.Series(True, index=incidents.index)
    if REPEAT_OF in incidents:
        first &= incidents[REPEAT_OF].isna()
    if EVENT_ID in incidents:
        further = incidents.duplicated([EVENT_ID, CATEGORY]) & incidents[EVENT_ID].notna()
        first &= ~further
    return first


def _shares(values: pd.Series, order: list[str]) -> pd.DataFrame:
    counts = values.value_counts().reindex(pd.Index(order, name=values.name), fill_value=0)
    total = max(len(values), 1)
    return pd.DataFrame({"rows": counts, "share": counts / total})


def _rates(located: pd.Series, key: pd.Series) -> pd.DataFrame:
    groups = located.groupby(key)
    table = pd.DataFrame({"rows": groups.size(), "located": groups.sum()}).sort_index()
    table["hit_rate"] = table["located"] / table["rows"]
    pairs = zip(table["located"], table["rows"], strict=True)
    bounds = [wilson_interval(int(hits), int(rows)) for hits, rows in pairs]
    table["hit_rate_low"] = [low for low, _ in bounds]
    table["hit_rate_high"] = [high for _, high in bounds]
    return table
