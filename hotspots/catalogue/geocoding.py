"""The geocoding report in words: how much is located, and where the rest is."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Protocol

from hotspots.catalogue import listed, percent, period, text
from hotspots.catalogue.results import html_rows, known_text, printed

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

_SHOWN = 5
_NARROW = ["factor", "level", "rows", "missed", "miss_rate", "elsewhere", "q"]
_POINTS = 0.05
_LEAST_ROWS = 20
"""Rows of a group, and of all others, from which it is named: two of three are no pattern."""


class _Record(Protocol):
    """The attributes used of a :class:`hotspots.schema.GeocodingReport`, a layer above."""

    @property
    def rows(self) -> int: ...
    @property
    def outside(self) -> int: ...
    @property
    def within(self) -> int: ...
    @property
    def located(self) -> int: ...
    @property
    def hit_rate(self) -> float: ...
    @property
    def hit_rate_low(self) -> float: ...
    @property
    def hit_rate_high(self) -> float: ...
    @property
    def bar(self) -> float: ...
    @property
    def by_status(self) -> pd.DataFrame: ...
    @property
    def by_precision(self) -> pd.DataFrame: ...
    @property
    def missingness(self) -> pd.DataFrame: ...
    @property
    def uneven(self) -> pd.DataFrame: ...
    @property
    def unlocated(self) -> pd.DataFrame: ...
    @property
    def pile_ups(self) -> pd.DataFrame: ...
    @property
    def permutations(self) -> int: ...
    @property
    def alpha(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def below_bar(self) -> bool: ...
    @property
    def at_random(self) -> bool | None: ...


def geocoding_sentence(
    record: _Record, language: str, *, titles: Mapping[str, str] | None = None
) -> str:
    """Return one sentence: how much is located, whether the rest is missing at random, pile-ups.

    ``titles`` gives the categories' titles in that language.
    """
    if not record.within:
        return text("quality.nothing", language)
    parts = [_known(record, language), _randomness(record, language, titles or {})]
    if record.outside:
        parts.append(text("quality.outside", language, n=record.outside))
    if len(record.pile_ups):
        parts.append(_piles(record, language))
    return "; ".join(parts) + "."


def uneven_parts(
    record: _Record, language: str, titles: Mapping[str, str], *, material: bool = False
) -> list[str]:
    """Return, for each factor over which missing rows are uneven, the most conspicuous level.

    That is the level with the largest surplus of missing rows, or the largest deficit if none has
    a surplus, of those with at least 20 rows; a factor without such a level is only named.

    ``material`` keeps only what may show on a map: levels that differ from the others by at
    least five percentage points, if they or the others miss more than the bar allows. In a
    hundred thousand rows a tenth of a point is significant, and immaterial.
    """
    parts: list[str] = []
    diffuse: list[str] = []
    for factor in uneven_factors(record):
        kept = _standing_out(record, factor, material=material)
        more = kept[kept["surplus"] > 0]
        chosen = (more if len(more) else kept).head(1)
        parts += [_part(row, language, titles) for row in chosen.to_dict("records")]
        if kept.empty and not material:
            said = text(f"quality.factor.{factor}", language)
            diffuse.append(text("quality.uneven_diffuse", language, factor=said))
    return parts + diffuse


def uneven_factors(record: _Record, *, material: bool = False) -> list[str]:
    """Return the factors over which missing rows are significantly uneven.

    ``material`` keeps those with a level that :func:`uneven_parts` would name.
    """
    tests = record.missingness
    factors = [str(factor) for factor in tests.index[tests["q"] <= record.alpha]]
    if not material:
        return factors
    return [one for one in factors if len(_standing_out(record, one, material=True))]


def level_words(factor: str, level: str, language: str, titles: Mapping[str, str]) -> str:
    """Return the title of a category, a month or a neighborhood in a language.

    Examples
    --------
    >>> level_words("month", "2013-04", "es", {}), level_words("category", "unmapped", "en", {})
    ('abril de 2013', 'unclassified')
    """
    if factor == "month":
        return period(level, language)
    if factor == "category":
        return titles.get(level) or known_text(f"value.{level}", level.replace("_", " "), language)
    return level


def geocoding_text(record: _Record) -> str:
    """Return :func:`geocoding_lines` as text for a console."""
    return printed("GeocodingReport", geocoding_lines(record))


def geocoding_lines(record: _Record) -> dict[str, str]:
    """Return a summary of the report, name → text, in untranslated terms."""
    missed = record.within - record.located
    listed_rows, piled = int(record.unlocated["rows"].sum()), int(record.pile_ups["rows"].sum())
    return {
        "rows": f"{record.rows:,}, of which {record.located:,} located, {missed:,} not"
        + (f", {record.outside:,} outside the study area" if record.outside else ""),
        "hit rate": f"{record.hit_rate:.1%} (95%: {record.hit_rate_low:.1%} to "
        f"{record.hit_rate_high:.1%}; the bar is {record.bar:.0%})",
        "status": _tally(record.by_status),
        "precision": _tally(record.by_precision),
        "misses": _tests(record),
        "standing out": f"{len(record.uneven):,} levels of {', '.join(uneven_factors(record))}"
        if len(record.uneven)
        else "none",
        "unlocated": f"{len(record.unlocated):,} addresses of {listed_rows:,} rows",
        "pile-ups": f"{len(record.pile_ups):,} points of {piled:,} rows",
    }


def geocoding_html(record: _Record, language: str = "en") -> str:
    """Return the sentence, the lines and the first rows of each list as escaped HTML."""
    sentence = escape(geocoding_sentence(record, language))
    lists = [
        _first_rows(text(f"table.{name}", language), frame)
        for name, frame in (
            ("uneven", record.uneven[_NARROW]),
            ("worst", record.unlocated),
            ("pile_ups", record.pile_ups),
        )
        if len(frame)
    ]
    lines = html_rows(geocoding_lines(record))
    return f"<div><p>{sentence}</p><table>{lines}</table>{''.join(lists)}</div>"


def _known(record: _Record, language: str) -> str:
    above = "above" if record.hit_rate_low >= record.bar else "unsure"
    return text(
        "quality.known",
        language,
        located=record.located,
        rows=record.within,
        share=percent(record.hit_rate, language, digits=1),
        low=percent(record.hit_rate_low, language, digits=1),
        high=percent(record.hit_rate_high, language, digits=1),
        standing=text(
            f"quality.{'below' if record.below_bar else above}",
            language,
            bar=percent(record.bar, language),
        ),
    )


def _randomness(record: _Record, language: str, titles: Mapping[str, str]) -> str:
    if record.located == record.within:
        return text("quality.all", language)
    if record.at_random is None:
        return text("quality.untested", language)
    if record.at_random:
        return text("quality.even", language)
    parts = listed(uneven_parts(record, language, titles), language)
    return text("quality.uneven", language, parts=parts)


def _standing_out(record: _Record, factor: str, *, material: bool) -> pd.DataFrame:
    found: pd.DataFrame = record.uneven[record.uneven["factor"] == factor]
    rest = record.missingness["rows"].get(factor, 0) - found["rows"]
    found = found[(found["rows"] >= _LEAST_ROWS) & (rest >= _LEAST_ROWS)]
    return found[_material(found, record.bar)] if material else found


def _material(levels: pd.DataFrame, bar: float) -> pd.Series:
    rates = levels[["miss_rate", "elsewhere"]]
    apart = rates["miss_rate"] - rates["elsewhere"]
    wide: pd.Series = (apart.abs() >= _POINTS) & (rates.max(axis=1) > 1 - bar)
    return wide


def _part(row: Mapping[Hashable, object], language: str, titles: Mapping[str, str]) -> str:
    here, elsewhere = float(str(row["miss_rate"])), float(str(row["elsewhere"]))
    digits = 0 if abs(here - elsewhere) >= 0.02 else 1
    return text(
        "quality.uneven_part",
        language,
        rate=percent(here, language, digits=digits),
        level=level_words(str(row["factor"]), str(row["level"]), language, titles),
        elsewhere=percent(elsewhere, language, digits=digits),
    )


def _piles(record: _Record, language: str) -> str:
    heaps = record.pile_ups
    said = text("quality.piles", language, n=len(heaps))
    first = heaps.iloc[0]
    if first["places"]:
        there = str(first["places"]).split("; ")[0]
        return text("quality.pile_place", language, piles=said, rows=int(first["rows"]), name=there)
    if first["centroid_of"]:
        there = str(first["centroid_of"]).split("; ")[0]
        key = "quality.pile_centroid"
        return text(key, language, piles=said, rows=int(first["rows"]), name=there)
    return said


def _tally(table: pd.DataFrame) -> str:
    counts = table["rows"]
    return ", ".join(f"{int(n):,} {key}" for key, n in counts[counts > 0].items()) or "none"


def _tests(record: _Record) -> str:
    if record.at_random is None:
        return "not tested: nothing is missed, everything, or there is one level"
    tested = record.missingness[record.missingness["q"].notna()]
    said = [
        f"{factor} {'not at random' if q <= record.alpha else 'no sign'} (q {q:.2g})"
        for factor, q in tested["q"].items()
    ]
    return f"{', '.join(said)}; {record.permutations:,} exchanges, seed {record.seed}"


def _first_rows(caption: str, frame: pd.DataFrame) -> str:
    shown = frame.head(_SHOWN).to_html(escape=True, border=0, index=False, float_format=_figure)
    counted = f"{len(frame.head(_SHOWN)):,} / {len(frame):,}"
    return f"<p>{escape(caption)} ({counted})</p>{shown}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
