"""The headline of a category: where it is really high, by two questions, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from hotspots._checks import aligned
from hotspots.catalogue import listed, percent, text
from hotspots.catalogue.geocoding import uneven_factors, uneven_parts
from hotspots.catalogue.results import multiple_words
from hotspots.maps.themes.words import correction_words, result_notes
from hotspots.schema import RAISED, UNMAPPED, Label, LocalResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.schema import GeocodingReport, Question, TypicalRisk

MOST = 0.5
"""Least share of its residents in hot units that makes a polygon clustered."""

LOCATED_BAR = 0.85
"""Least located share at which a crime map can be trusted (Ratcliffe 2004)."""

UNCLASSIFIED = 0.05
"""Share of rows without a class from which the page says so."""

_WHOLE_PERCENT = 0.01


@dataclass(frozen=True, eq=False, slots=True)
class Headline:
    """Which polygons are high in a category, by each of the two questions.

    Attributes
    ----------
    index
        The polygons.
    excess
        True where the polygon's risk is at least the multiple of the typical one that was asked
        for; None if not tested.
    hot
        True where most residents live in a cluster; None if not tested.
    share_hot
        Share of each polygon's residents in hot units; None if the units were not tested.
    result
        The result whose correction the sentence names; None if nothing was tested.
    notes
        How each question was tested, in sentences.
    withheld
        Number of polygons that are left out.
    hot_units, hot_residents
        Number of hot units, and the share of the city's residents who live in them; 0 where none
        is hot or where units are not told of.
    untested
        The test of clustering that cannot answer for the whole map, since too many of its
        places are isolates; None otherwise.
    not_above
        True where the polygon's risk is surely less than that multiple; None if not tested.
    at_least, typical
        The multiple that was asked for, and the typical risk; None if not tested.
    latest
        As ``excess``, in the last 12 months alone; None if these were not tested.
    """

    index: pd.Index
    excess: pd.Series | None
    hot: pd.Series | None
    share_hot: pd.Series | None
    result: LocalResult | None
    notes: tuple[str, ...]
    withheld: int = 0
    hot_units: int = 0
    hot_residents: float = 0.0
    untested: LocalResult | None = None
    not_above: pd.Series | None = None
    at_least: float | None = None
    typical: TypicalRisk | None = None
    latest: pd.Series | None = None

    @property
    def tested(self) -> bool:
        """Whether either question was asked."""
        return self.excess is not None or self.hot is not None

    @property
    def high(self) -> pd.Series:
        """True where either question says that the polygon is high."""
        found = pd.Series(False, index=self.index)
        for answer in (self.excess, self.hot):
            found = found if answer is None else found | answer
        return found

    def without(self, withheld: pd.Series) -> Headline:
        """Return the headline without the withheld polygons, and then without the units."""
        none = bool(withheld.any())
        return replace(
            self,
            hot_units=0 if none else self.hot_units,
            hot_residents=0.0 if none else self.hot_residents,
            excess=None if self.excess is None else self.excess & ~withheld,
            hot=None if self.hot is None else self.hot & ~withheld,
            not_above=None if self.not_above is None else self.not_above & ~withheld,
            latest=None if self.latest is None else self.latest & ~withheld,
            share_hot=None if self.share_hot is None else self.share_hot.mask(withheld),
            withheld=int(withheld.sum()),
        )


class _Risk(NamedTuple):
    """What the test of risk adds to a headline."""

    not_above: pd.Series | None
    at_least: float | None
    typical: TypicalRisk | None
    latest: pd.Series | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence of the header, and its warnings."""

    words: str
    warnings: tuple[str, ...]


def headline_of(
    index: pd.Index,
    *,
    category: str,
    results: Mapping[str, LocalResult],
    unit_results: Mapping[str, LocalResult],
    rolled_up: pd.DataFrame | None,
    language: str,
    latest: LocalResult | None = None,
    residents: pd.Series | None = None,
) -> Headline:
    """Return the headline of a category, from whatever tests of it there are.

    Each question is answered by the first test whose ``kind`` answers it; headline tests go before
    exploratory ones, and the roll-up of the units' test before any test of clusters on polygons.
    Where more than 1 in 20 of its places are isolates, the test of clusters gives no answer, and
    stands in ``untested``. With the ``residents`` of the polygons the headline knows what share of
    them lives in hot units.
    """
    mine = {key: value for key, value in results.items() if category_of(key) == category}
    excess_key = _first(mine, "excess")
    excess = None if excess_key is None else _raised(mine[excess_key], index, excess_key)
    used = [] if excess_key is None else [mine[excess_key]]
    risk = _Risk(
        None if excess_key is None else _not_above(mine[excess_key], index),
        None if excess_key is None else mine[excess_key].at_least,
        None if excess_key is None else mine[excess_key].typical,
        None if latest is None else _raised(latest, index, "latest"),
    )
    share = hot = None
    if rolled_up is not None:
        what = f"units.rolled_up[{category!r}]"
        share = aligned(rolled_up, index, what)["share_hot"].astype(float)
        hot = None if share.isna().all() else (share >= MOST).rename("hot")
        mine = {k: v for k, v in unit_results.items() if category_of(k) == category}
    key = _first(mine, "clusters")
    if key is not None and mine[key].too_many_isolates:
        untested = mine[key]
        return replace(
            Headline(index, excess, None, None, *_how(used, language, untested)),
            untested=untested,
            **risk._asdict(),
        )
    if key is not None:
        hot = _raised(mine[key], index, key) if rolled_up is None else hot
        used.append(mine[key])
    found = Headline(index, excess, hot, share, *_how(used, language))
    found = replace(found, **risk._asdict())
    if share is None or key is None or residents is None:
        return found
    raised = mine[key].table["label"].astype(str).isin(RAISED)
    living = float((share.fillna(0.0) * residents).sum() / max(float(residents.sum()), 1.0))
    return replace(found, hot_units=int(raised.sum()), hot_residents=living)


def sentence(
    found: Headline,
    *,
    language: str,
    period: str,
    located: tuple[int, int] | None,
    outside: int = 0,
    typical: str = "",
) -> Sentence:
    """Return the sentence of the header: how many polygons are high, how sure, and when.

    ``located`` and ``outside`` count rows: (located, read), and those outside the study area;
    ``typical`` is the typical rate in words.
    """
    words = _finding(found, language) + _hot_units(found, language) + _latest(found, language)
    details = []
    if found.withheld:
        details.append(text("sentence.of_shown", language, n=found.withheld))
    if found.result is not None:
        details.append(correction_words(found.result, language))
    if period:
        details.append(period)
    if typical:
        details.append(typical)
    if located is not None:
        details.append(text("sentence.located", language, located=located[0], read=located[1]))
    if outside:
        details.append(text("sentence.outside", language, n=outside))
    closed = f"{words} ({'; '.join(details)})." if details else f"{words}."
    return Sentence(closed, tuple(_warnings(found, language, located)))


def uneven_warning(
    report: GeocodingReport | None,
    *,
    titles: Mapping[str, str],
    language: str,
    public: bool,
) -> str:
    """Return the warning that locations are not missing at random, or "" if that is immaterial.

    The public warning names no offense and no neighborhood.
    """
    if report is None:
        return ""
    parts = uneven_parts(report, language, titles, material=True)
    if not parts:
        return ""
    if not public:
        return text("sentence.uneven", language, parts=listed(parts, language))
    named = [
        text(f"quality.factor.{factor}", language)
        for factor in uneven_factors(report, material=True)
    ]
    return text("sentence.uneven_public", language, factors=listed(named, language))


def unclassified_warning(
    report: GeocodingReport | None, *, language: str, threshold: int = 0
) -> str:
    """Return what share of the rows lies in no class; "" below 5%, or below ``threshold`` rows."""
    if report is None or UNMAPPED not in report.by_category.index:
        return ""
    rows = report.by_category["rows"]
    share = float(rows[UNMAPPED] / rows.sum())
    if share < UNCLASSIFIED or rows[UNMAPPED] < threshold:
        return ""
    return text("sentence.unclassified", language, share=percent(share, language))


def category_of(key: str) -> str:
    """Return the category in the key of a result.

    Examples
    --------
    >>> category_of("homicide:excess_risk:polygons"), category_of("homicide")
    ('homicide', 'homicide')
    """
    return key.partition(":")[0]


def why_untested(result: LocalResult, language: str) -> str:
    """Return why a test of clusters gives no answer: its isolates, and what to do about them."""
    level = result.level or "other"
    return text(f"untested.{level}", language, n=result.isolates, total=result.with_data)


def _how(
    used: list[LocalResult], language: str, untested: LocalResult | None = None
) -> tuple[LocalResult | None, tuple[str, ...]]:
    """Return the result whose correction the sentence names, and how each question was answered."""
    notes = [result_notes(result, language)[0] for result in used]
    notes += [] if untested is None else [why_untested(untested, language)]
    return (used[0] if used else None), tuple(notes)


def _finding(found: Headline, language: str) -> str:
    multiple = multiple_words(found.at_least, language)
    if found.untested is not None:
        said = _finding(replace(found, untested=None), language) if found.excess is not None else ""
        key = "clusters_untested_too" if said else "clusters_untested"
        total = len(found.index) - found.withheld
        return text(f"sentence.{key}", language, finding=said, total=total)
    total = len(found.index) - found.withheld
    if found.excess is None and found.hot is None:
        return text("sentence.untested", language, total=total)
    if found.excess is not None and found.hot is not None:
        n, m = int(found.excess.sum()), int((found.excess & found.hot).sum())
        if n:
            key = "both" if m else "both_excess_only"
            return text(f"sentence.{key}", language, multiple=multiple, n=n, m=m, total=total)
        alone = int(found.hot.sum())
        if alone:
            return text("sentence.both_hot_only", language, multiple=multiple, n=alone, total=total)
        return text("sentence.both_none", language, multiple=multiple, total=total)
    kind, answer = ("excess", found.excess) if found.excess is not None else ("hot", found.hot)
    n = 0 if answer is None else int(answer.sum())
    key = f"sentence.{kind}" if n else f"sentence.{kind}_none"
    return text(key, language, n=n, total=total, multiple=multiple)


def _latest(found: Headline, language: str) -> str:
    """Return how many of the high polygons the last 12 months alone show; "" if not asked."""
    if found.latest is None or found.excess is None or not found.excess.any():
        return ""
    both = int((found.latest & found.excess).sum())
    return f"; {text('sentence.latest', language, n=both)}"


def _hot_units(found: Headline, language: str) -> str:
    """Return how many units are hot, where no polygon tells of them; "" otherwise."""
    if not found.hot_units or found.hot is None or found.hot.any():
        return ""
    share = max(found.hot_residents, 0.001)
    said = percent(share, language, digits=0 if share >= _WHOLE_PERCENT else 1)
    return text("sentence.hot_units", language, n=found.hot_units, share=said)


def _warnings(found: Headline, language: str, located: tuple[int, int] | None) -> list[str]:
    warned: list[str] = []
    if located is not None and located[1] and located[0] / located[1] < LOCATED_BAR:
        warned.append(
            text(
                "sentence.below_bar",
                language,
                share=percent(located[0] / located[1], language, digits=1),
                bar=percent(LOCATED_BAR, language),
            )
        )
    if found.untested is not None:
        warned.append(why_untested(found.untested, language))
    if found.excess is not None and found.hot is not None:
        apart = int((found.excess != found.hot).sum())
        if apart:
            warned.append(text("sentence.disagree", language, n=apart))
    return warned


def _first(results: Mapping[str, LocalResult], question: Question) -> str | None:
    answers = [key for key, result in results.items() if result.kind.question == question]
    # Sorting is stable: headline tests first, otherwise the page's order.
    return next(iter(sorted(answers, key=lambda key: not results[key].headline)), None)


def _not_above(result: LocalResult, index: pd.Index) -> pd.Series:
    label = result.table["label"].reindex(index).astype(str)
    return (label == Label.NOT_ABOVE.value).rename("not_above")


def _raised(result: LocalResult, index: pd.Index, key: str) -> pd.Series:
    table = aligned(result.table, index, f"results[{key!r}]")
    return table["label"].astype(str).isin(RAISED)
