"""Results of local tests in words, for consoles, notebooks and pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Protocol

from hotspots.catalogue import has_text, listed, number, percent, text

if TYPE_CHECKING:
    import pandas as pd

UNTESTED = ("isolate", "no data", "no evidence", "not tested")
"""The labels of places that could not be tested."""

MOST_PERMUTATIONS = 999_999
"""The maximum number of permutations of ``permutations="auto"``."""

_OPEN = "not significant"
_SIDED = ("getis_ord", "getis_ord_star")
"""Tests whose two sides are asked for together or apart."""
_ONE_SIDED = {"greater": "high_only", "less": "low_only"}
_SHOWN = 10


class _Record(Protocol):
    """The attributes used of a :class:`hotspots.schema.LocalResult`, which is a layer above."""

    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def test(self) -> str: ...
    @property
    def variable(self) -> str: ...
    @property
    def null(self) -> str: ...
    @property
    def alternative(self) -> str: ...
    @property
    def correction(self) -> str: ...
    @property
    def alpha(self) -> float: ...
    @property
    def family(self) -> int: ...
    @property
    def permutations(self) -> int | None: ...
    @property
    def permutations_used(self) -> float | None: ...
    @property
    def enumerated(self) -> bool: ...
    @property
    def least_p(self) -> float: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def weights(self) -> str: ...
    @property
    def headline(self) -> bool: ...
    @property
    def level(self) -> str: ...
    @property
    def at_least(self) -> float | None: ...
    @property
    def typical(self) -> _Typical | None: ...


class _Typical(Protocol):
    """The attributes used of a :class:`hotspots.schema.TypicalRisk`."""

    @property
    def spread(self) -> float: ...
    @property
    def least_multiple(self) -> float: ...
    @property
    def least_events(self) -> int: ...
    @property
    def events_needed(self) -> int: ...


def result_sentence(record: _Record, language: str, *, variable: str | None = None) -> str:
    """Return one sentence: what the test found, and for how many places it is inconclusive.

    ``variable`` is the name of the tested values, the record's own by default.

    Raises
    ------
    InputError
        If the language is not in the catalogue.
    """
    counts = _label_counts(record)
    parts = [_tested(record, counts, variable or record.variable, language)]
    if counts.get(_OPEN):
        key = "result.rest" if _found(counts) else "result.rest_all"
        parts.append(text(key, language, n=counts[_OPEN]))
    untested = [
        text(_untested_key(record, label, language), language, n=counts[label])
        for label in UNTESTED
        if label in counts
    ]
    if untested:
        parts.append(listed(untested, language))
    if counts.get(_OPEN) and record.least_p > record.alpha:
        least = number(record.least_p, language, digits=2)
        parts.append(text("result.blind", language, least=least))
    if _tested_places(counts) and record.test in _SIDED and record.alternative in _ONE_SIDED:
        parts.append(text(f"result.{_ONE_SIDED[record.alternative]}", language))
    if record.typical is not None:
        parts.append(_could_show(record, record.typical, bool(counts.get("above")), language))
    return "; ".join(parts) + "."


def result_lines(record: _Record) -> dict[str, str]:
    """Return how the test was done and what it labeled, name → text, in untranslated terms."""
    counts = _label_counts(record)
    standing = "headline" if record.headline else "exploratory"
    return {
        "test": f"{record.test} of {record.variable} ({standing})",
        "places": f"{len(record.table):,} {record.level}".rstrip(),
        "null": f"{record.null}, {record.alternative}",
        "permutations": _permutations(record),
        "correction": f"{record.correction} at {record.alpha:g} over {record.family:,} tests",
        "weights": record.weights or "not said",
        "labels": ", ".join(f"{n:,} {label}" for label, n in counts.items()) or "none",
    }


def result_text(record: _Record) -> str:
    """Return :func:`result_lines` as text for a console."""
    return printed("LocalResult", result_lines(record))


def result_html(record: _Record, language: str = "en") -> str:
    """Return the sentence, the lines and the first labeled places as escaped HTML."""
    rows = html_rows(result_lines(record))
    label = record.table["label"]
    labeled = record.table[~label.isin([_OPEN, *UNTESTED])]
    first = labeled.sort_values("p", kind="stable").head(_SHOWN)
    places = ""
    if len(first):
        table = first.to_html(escape=True, border=0, float_format="{:.4g}".format)
        places = f"<p>{len(first):,} of {len(labeled):,} labeled places, least p first</p>{table}"
    sentence = escape(result_sentence(record, language))
    return f"<div><p>{sentence}</p><table>{rows}</table>{places}</div>"


def printed(title: str, lines: dict[str, str]) -> str:
    """Return the lines of a record as text for a console."""
    return f"{title}\n" + "\n".join(f"  {name:<14}{said}" for name, said in lines.items())


def html_rows(lines: dict[str, str]) -> str:
    """Return the lines of a record as escaped rows of an HTML table."""
    return "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(said)}</td></tr>"
        for name, said in lines.items()
    )


def known_text(key: str, otherwise: str, language: str) -> str:
    """Return the catalogue's text for ``key``, or ``otherwise`` if it has none."""
    return text(key, language) if has_text(key, language) else otherwise


def test_name(test: str, language: str) -> str:
    """Return what a test is called; one that the catalogue does not know, by its key.

    Examples
    --------
    >>> test_name("local_geary", "en"), test_name("my_own_test", "en")
    ('local Geary', 'my own test')
    """
    return known_text(f"test.{test}", test.replace("_", " "), language)


def _label_counts(record: _Record) -> dict[str, int]:
    """Return label → number of places, findings first, the most common of them first."""
    counts = record.table["label"].astype(str).value_counts()
    last = {label: place for place, label in enumerate((_OPEN, *UNTESTED), start=1)}
    order = sorted(counts.items(), key=lambda item: (last.get(str(item[0]), 0), -item[1], item[0]))
    return {str(label): int(n) for label, n in order}


def _permutations(record: _Record) -> str:
    least = f"least p {record.least_p:.2g}"
    if record.permutations is None:
        return "none: the null is a formula"
    if record.enumerated:
        return f"all distinct permutations enumerated, fewer than {record.permutations:,}; {least}"
    used = ""
    if record.permutations_used is not None and record.permutations_used < record.permutations:
        used = f", {record.permutations_used:,.0f} on average"
    capped = ""
    asked = 20 * record.family / record.alpha
    if record.permutations == MOST_PERMUTATIONS and asked > MOST_PERMUTATIONS + 1:
        capped = f" (the maximum of 'auto'; {asked:,.0f} would be enough)"
    return f"{record.permutations:,} a place{capped}{used}, seed {record.seed}; {least}"


def _tested(record: _Record, counts: dict[str, int], variable: str, language: str) -> str:
    """Return how many places were tested, what was found, and by which test."""
    found = _found(counts)
    tested = _tested_places(counts)
    how = ", ".join([*_method(record, language), _correction(record, language)])
    if not tested:
        return f"{text('result.untested', language, variable=variable)} ({how})"
    places = text(f"places.{record.level or 'other'}", language, n=tested)
    if not found:
        said = text("result.none", language, places=places, variable=variable)
        return f"{said} ({how})"
    parts = [_finding(record, label, n, variable, language) for label, n in found.items()]
    said = text("result.found", language, places=places, found=listed(parts, language))
    return f"{said} ({how})"


def _tested_places(counts: dict[str, int]) -> int:
    return sum(_found(counts).values()) + counts.get(_OPEN, 0)


def _untested_key(record: _Record, label: str, language: str) -> str:
    """Return the key of why places were not tested, specific to the null if there is one."""
    own = f"result.{_slug(label)}_{record.null}"
    return own if has_text(own, language) else f"result.{_slug(label)}"


def _found(counts: dict[str, int]) -> dict[str, int]:
    return {label: n for label, n in counts.items() if label not in (_OPEN, *UNTESTED)}


def _method(record: _Record, language: str) -> list[str]:
    parts = [("test", record.test), ("null", record.null), ("alternative", record.alternative)]
    return [known_text(f"{kind}.{word}", word.replace("_", " "), language) for kind, word in parts]


def _correction(record: _Record, language: str) -> str:
    level = percent(record.alpha, language, digits=0 if record.alpha >= 0.01 else 1)
    correction = text(f"correction.{record.correction}", language, level=level)
    return text("result.family", language, correction=correction, n=record.family)


def _finding(record: _Record, label: str, n: int, variable: str, language: str) -> str:
    """Return what a label says of ``n`` places, specific to the test or its null if there is."""
    slug = _slug(label)
    for key in (f"{slug}_{record.test}", f"{slug}_{record.null}", slug):
        if has_text(f"finding.{key}", language):
            multiple = multiple_words(record.at_least, language)
            return text(f"finding.{key}", language, n=n, variable=variable, multiple=multiple)
    words = known_text(f"label.{slug}", label, language)
    return text("finding.other", language, n=n, label=words)


def multiple_words(at_least: float | None, language: str) -> str:
    """Return the multiple of the typical risk that was asked for, in words where it is not known.

    Examples
    --------
    >>> multiple_words(1.5, "es"), multiple_words(2.0, "en"), multiple_words(None, "en")
    ('1.5', '2', 'the stated number of')
    """
    if at_least is None:
        return text("value.stated", language)
    digits = next(d for d in range(5) if d == 4 or round(at_least, d) == at_least)
    return number(at_least, language, digits=digits)


def _could_show(record: _Record, typical: _Typical, found: bool, language: str) -> str:
    """Return the least that the counts could show, and the events that would show more."""
    least = number(typical.least_multiple, language, digits=1)
    if record.at_least is None:
        spread = number(typical.spread, language, digits=2)
        return text("result.spread", language, spread=spread, multiple=least)
    said = text("result.least", language, multiple=least, events=typical.least_events)
    if found:
        return said
    return f"{said}; {text('result.needed', language, n=typical.events_needed)}"


def _slug(label: str) -> str:
    return label.replace(" ", "_")
