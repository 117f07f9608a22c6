"""Scans and global statistics in words: what was found, and how."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Protocol

from hotspots.catalogue import number, percent, probability, significant, text
from hotspots.catalogue.results import html_rows, known_text, printed

if TYPE_CHECKING:
    import pandas as pd


class _Scan(Protocol):
    """The attributes used of a :class:`hotspots.schema.ScanResult`, a layer above."""

    @property
    def clusters(self) -> pd.DataFrame: ...
    @property
    def variable(self) -> str: ...
    @property
    def null(self) -> str: ...
    @property
    def alternative(self) -> str: ...
    @property
    def alpha(self) -> float: ...
    @property
    def max_share(self) -> float: ...
    @property
    def places(self) -> int: ...
    @property
    def simulations(self) -> int: ...
    @property
    def least_p(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def level(self) -> str: ...


class _Global(Protocol):
    """The attributes used of a :class:`hotspots.schema.GlobalResult`, a layer above."""

    @property
    def test(self) -> str: ...
    @property
    def variable(self) -> str: ...
    @property
    def statistic(self) -> float: ...
    @property
    def expected(self) -> float: ...
    @property
    def z(self) -> float: ...
    @property
    def p(self) -> float: ...
    @property
    def alternative(self) -> str: ...
    @property
    def permutations(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def left_out(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def weights(self) -> str: ...


def scan_sentence(record: _Scan, language: str, *, variable: str | None = None) -> str:
    """Return one sentence that says which circles stand out, or that none does."""
    said = {
        "places": text(f"places.{record.level or 'other'}", language, n=record.places),
        "share": percent(record.max_share, language),
        "variable": variable or record.variable,
    }
    how = text(
        "scan.how",
        language,
        null=text(f"null.{record.null}", language),
        alternative=text(f"alternative.{record.alternative}", language),
        level=percent(record.alpha, language, digits=0 if record.alpha >= 0.01 else 1),
    )
    if record.clusters.empty:
        return f"{text('scan.nothing', language, **said)} ({how})."
    found = int((record.clusters["p"] <= record.alpha).sum())
    first = _cluster(record, language)
    if found:
        return f"{text('scan.found', language, n=found, first=first, **said)} ({how})."
    parts = [f"{text('scan.none', language, **said)} ({how})"]
    parts.append(text("scan.nearest", language, first=first))
    if record.least_p > record.alpha:
        least = number(record.least_p, language, digits=2)
        parts.append(text("scan.blind", language, least=least))
    return "; ".join(parts) + "."


def scan_text(record: _Scan) -> str:
    """Return how a scan was done and what it found, as text for a console."""
    return printed("ScanResult", _scan_lines(record))


def scan_html(record: _Scan, language: str = "en") -> str:
    """Return a scan's sentence, lines and clusters as escaped HTML."""
    table = record.clusters.to_html(escape=True, border=0, float_format="{:.4g}".format)
    sentence = escape(scan_sentence(record, language))
    return f"<div><p>{sentence}</p><table>{html_rows(_scan_lines(record))}</table>{table}</div>"


def global_sentence(record: _Global, language: str, *, variable: str | None = None) -> str:
    """Return one sentence: in which direction a map departs from chance, and with which p."""
    said = {
        "places": text(f"places.{record.level or 'other'}", language, n=record.n),
        "variable": variable or record.variable,
        "test": known_text(f"test.{record.test}", record.test, language),
        "statistic": significant(record.statistic, language),
        "expected": significant(record.expected, language),
    }
    if record.statistic == record.expected:
        parts = [text("whole.same", language, **said)]
    else:
        side = "greater" if record.statistic > record.expected else "less"
        kind = "joins" if record.test.startswith("global_join_counts") else record.test
        finding = text(f"whole.finding.{kind}_{side}", language)
        parts = [text("whole.more", language, finding=finding, **said)]
    parts.append(
        text(
            "whole.chance",
            language,
            n=record.permutations,
            p=probability(record.p, language),
            alternative=text(f"alternative.{record.alternative}", language),
        )
    )
    if record.left_out:
        parts.append(text("whole.left_out", language, n=record.left_out))
    return "; ".join(parts) + "."


def global_text(record: _Global) -> str:
    """Return how a global statistic was computed and its value, as text for a console."""
    return printed("GlobalResult", _global_lines(record))


def global_html(record: _Global, language: str = "en") -> str:
    """Return a global statistic's sentence and lines as escaped HTML."""
    sentence = escape(global_sentence(record, language))
    return f"<div><p>{sentence}</p><table>{html_rows(_global_lines(record))}</table></div>"


def _cluster(record: _Scan, language: str) -> str:
    first = record.clusters.iloc[0]
    level = record.level or "other"
    return text(
        f"scan.cluster_{record.null}",
        language,
        members=text(f"places.{level}", language, n=int(first["members"])),
        center=first["center"],
        count=int(first["count"]),
        expected=significant(float(first["expected"]), language),
        risk=significant(float(first["relative_risk"]), language),
        p=probability(float(first["p"]), language),
    )


def _scan_lines(record: _Scan) -> dict[str, str]:
    found = int((record.clusters["p"] <= record.alpha).sum())
    return {
        "test": f"spatial_scan of {record.variable}",
        "places": f"{record.places:,} {record.level}".rstrip(),
        "null": f"{record.null}, {record.alternative}",
        "simulations": f"{record.simulations:,}, seed {record.seed}; least p {record.least_p:.2g}",
        "circles": f"up to {record.max_share:.0%} of the exposure",
        "level": f"{record.alpha:g} for all circles together",
        "clusters": f"{found:,} with p ≤ {record.alpha:g}",
    }


def _global_lines(record: _Global) -> dict[str, str]:
    return {
        "test": f"{record.test} of {record.variable}",
        "places": f"{record.n:,} {record.level}".rstrip() + f", {record.left_out:,} left out",
        "statistic": f"{record.statistic:.6g}, expected {record.expected:.6g}, z {record.z:.4g}",
        "p": f"{record.p:.4g}, {record.alternative}",
        "permutations": f"{record.permutations:,}, seed {record.seed}",
        "weights": record.weights or "not said",
    }
