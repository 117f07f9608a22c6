"""The posterior of risk in words, for consoles, notebooks and pages."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Protocol

from hotspots.catalogue import number, percent, text
from hotspots.catalogue.results import html_rows, printed

if TYPE_CHECKING:
    import pandas as pd

_ROUND = 10_000
_SHOWN = 10


class _Posterior(Protocol):
    """The attributes used of a :class:`hotspots.schema.RiskPosterior`, a layer above."""

    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def model(self) -> str: ...
    @property
    def typical(self) -> float: ...
    @property
    def typical_low(self) -> float: ...
    @property
    def typical_high(self) -> float: ...
    @property
    def spread(self) -> float: ...
    @property
    def spread_low(self) -> float: ...
    @property
    def spread_high(self) -> float: ...
    @property
    def hyperparameters(self) -> pd.DataFrame: ...
    @property
    def interval(self) -> float: ...


def posterior_sentence(record: _Posterior, language: str) -> str:
    """Return one sentence: the typical risk, how risks vary, and how alike neighbors are.

    Raises
    ------
    InputError
        If the language is not in the catalogue.
    """
    per = _round_exposure(record.typical)
    places = int((record.table["exposure"] > 0).sum())
    level = record.table.index.name if record.table.index.name in ("units", "polygons") else "other"
    said = {
        "typical": record.typical * per,
        "low": record.typical_low * per,
        "high": record.typical_high * per,
        "spread": record.spread,
        "spread_low": record.spread_low,
        "spread_high": record.spread_high,
        "below": math.exp(-record.spread),
        "above": math.exp(record.spread),
    }
    parts = [
        text(
            "posterior.found",
            language,
            places=text(f"places.{level}", language, n=places),
            per=number(per, language),
            interval=percent(record.interval, language),
            model=text(f"posterior.{record.model}", language),
            **{name: number(value, language, digits=2) for name, value in said.items()},
        )
    ]
    if "spatial_share" in record.hyperparameters.index:
        found = dict(record.hyperparameters.loc["spatial_share"])
        names = {"share": "mean", "share_low": "low", "share_high": "high"}
        shares = {name: percent(found[column], language) for name, column in names.items()}
        parts.append(text("posterior.shared", language, **shares))
    return "; ".join(parts) + "."


def posterior_text(record: _Posterior) -> str:
    """Return the model and its hyperparameters as text for a console."""
    return printed("RiskPosterior", _lines(record))


def posterior_html(record: _Posterior, language: str = "en") -> str:
    """Return the sentence, the hyperparameters and the highest risks as escaped HTML."""
    highest = record.table.sort_values("ratio", ascending=False, kind="stable").head(_SHOWN)
    table = highest.to_html(escape=True, border=0, float_format="{:.4g}".format)
    sentence = escape(posterior_sentence(record, language))
    return f"<div><p>{sentence}</p><table>{html_rows(_lines(record))}</table>{table}</div>"


def _lines(record: _Posterior) -> dict[str, str]:
    lines = {"model": record.model, "places": f"{len(record.table):,}"}
    for name, row in record.hyperparameters.iterrows():
        lines[str(name)] = f"{row['mean']:.4g} ({row['low']:.4g} to {row['high']:.4g})"
    return lines


def _round_exposure(risk: float) -> int:
    """Return the power of ten of exposure for which a risk is at least 1 event, up to a million."""
    if not risk > 0:
        return _ROUND
    return int(10 ** min(max(math.ceil(-math.log10(risk)), 0), 6))
