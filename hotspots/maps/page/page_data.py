"""The briefing's words and data: the HTML around the map, and the JSON that the map draws."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from hotspots.catalogue import number, text, words
from hotspots.errors import InputError
from hotspots.maps import assets, geometry
from hotspots.maps.page import polygon_panel
from hotspots.maps.page.overlays import overlays_of
from hotspots.maps.page.ranking_list import parts_of, places_of, roster_of
from hotspots.maps.page.theme_list import context_layers, themes_of, verdicts_of
from hotspots.maps.themes.headline import Sentence, Verdict, sentence, uneven_warning
from hotspots.maps.themes.theme import Theme
from hotspots.schema import POPULATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.maps.page.content import Subject

Bounds = tuple[tuple[float, float], tuple[float, float]]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class PageParts:
    """What the page is made of.

    Attributes
    ----------
    body
        The HTML around the map, data included.
    bounds
        ((south, west), (north, east)), in degrees.
    views
        Key of each theme → its title, with its category's.
    """

    body: str
    bounds: Bounds
    views: dict[str, str]


def page_parts(subject: Subject) -> PageParts:
    """Return the body's HTML, the bounds, and what the map can show."""
    language = subject.language
    verdicts = verdicts_of(subject)
    themes = themes_of(subject, verdicts)
    views = {theme.key: _view_title(theme, subject) for theme in themes}
    start = f"focus/{subject.headline}" if verdicts else (themes[0].key if themes else "")
    shapes = geometry.drawable(subject.polygons)
    west, south, east, north = (round(float(value), 5) for value in shapes.total_bounds)
    bounds = ((south, west), (north, east))
    overlays, drawn = overlays_of(subject)
    ranked = polygon_panel.ranks(subject.ranking, subject.index, language)
    parts = parts_of(subject)
    facts = _facts(subject, verdicts)
    data = {
        "bounds": bounds,
        "start": start,
        "beside": _beside(subject, views),
        "themes": [_theme_data(theme) for theme in themes],
        "high": {key: [int(value) for value in found.high] for key, found in verdicts.items()},
        "facts": facts,
        "parts": parts,
        "places": places_of(subject, shapes, ranked, parts),
        "areas": {"polygons": geometry.encode_areas(shapes)},
        **_words(subject, verdicts),
        **_surroundings(subject),
        **_units_data(subject),
        **drawn,
    }
    opening = verdicts.get(subject.headline, _untested(subject))
    body = assets.fill(
        "briefing.html",
        title=subject.title,
        marks=_marks(subject),
        sentence=_sentence(subject, opening, subject.headline),
        words=words("page", language)
        | {
            "ranking_note": text(
                "page.ranking_note",
                language,
                title=subject.categories.get(subject.headline, ""),
                per=round(subject.per),
            )
        },
        categories=[{"key": key, "title": title} for key, title in subject.categories.items()],
        headline=subject.headline,
        headline_title=subject.categories.get(subject.headline, ""),
        withheld=_withheld_words(subject),
        groups=_groups(subject, themes, overlays),
        choices=_choices(subject, themes),
        themes=[_legend(theme, subject) for theme in themes],
        overlays=overlays,
        start=start,
        roster=roster_of(subject, ranked, verdicts, facts, parts),
        parts=parts,
        data=Markup(as_data(data)),
    )
    return PageParts(body=body, bounds=bounds, views=views)


def _view_title(theme: Theme, subject: Subject) -> str:
    category = subject.categories.get(theme.category, "")
    return f"{category}: {theme.title}" if category else theme.title


def _beside(subject: Subject, views: Mapping[str, str]) -> str:
    if subject.beside and subject.beside not in views:
        raise InputError(
            f"beside: came as {subject.beside!r}. This page can show: {', '.join(views)}."
        )
    return subject.beside


def _words(subject: Subject, verdicts: dict[str, Verdict]) -> dict[str, Any]:
    """Return the words that the page's script fills in."""
    language, per = subject.language, round(subject.per)
    said = {key: _sentence(subject, found, key) for key, found in verdicts.items()}
    return {
        "headline": subject.headline,
        "period": subject.period,
        "titles": dict(subject.categories),
        "days": words("format", language)["days_short"],
        "words": words("panel", language)
        | {f"time_{key}": value for key, value in words("time", language).items()}
        | {
            "close": text("page.close", language),
            "thousands": words("format", language)["group"],
            "rate_short": text("unit.rate_short", language, per=per),
            "rate": text("unit.rate", language, per=per),
        },
        "sentences": {
            key: [f"{subject.categories[key]}.", told.words, " ".join(told.warnings)]
            for key, told in said.items()
        },
    }


def _surroundings(subject: Subject) -> dict[str, Any]:
    """Return what is known of each polygon beside its incidents."""
    language, index = subject.language, subject.index
    told: dict[str, Any] = {
        "conditions": polygon_panel.conditions(context_layers(subject), index, language),
        "grants": polygon_panel.grants(subject.allocation, index, subject.currency, language),
    }
    if subject.services is not None and len(subject.services):
        told["nearest"] = polygon_panel.nearest_services(
            subject.polygons, subject.services, language
        )
    return told


def as_data(content: Any) -> str:
    r"""Return JSON that nothing in it can end: every ``<`` is written as ``\u003c``.

    Examples
    --------
    >>> as_data({"name": "</script>"})
    '{"name":"\\u003c/script>"}'
    """
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<\u2028\u2029":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain


def _withheld_words(subject: Subject) -> str:
    """Return what the page keeps back, in words."""
    places = int(sum(hidden.sum() for hidden in subject.withheld.values()))
    if not subject.public:
        return ""
    return text(
        "sentence.withheld" if places else "sentence.public",
        subject.language,
        n=places,
        threshold=subject.threshold,
    )


def _untested(subject: Subject) -> Verdict:
    return Verdict(subject.index, None, None, None, None, ())


def _sentence(subject: Subject, found: Verdict, category: str = "") -> Sentence:
    told = sentence(
        found,
        language=subject.language,
        period=subject.period,
        located=subject.located_of(category),
    )
    uneven = uneven_warning(
        subject.geocoding,
        titles=subject.categories,
        language=subject.language,
        public=subject.public,
    )
    return replace(told, warnings=(*told.warnings, uneven)) if uneven else told


def _theme_data(theme: Theme) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": theme.key,
        "kind": theme.kind,
        "category": theme.category,
        "group": theme.group,
        "level": theme.level,
        "title": theme.title,
        "styles": [
            [
                line.style.fill,
                line.style.stroke,
                line.style.weight,
                line.style.dash,
                line.style.hatch,
            ]
            for line in theme.classes
        ],
        "labels": [line.label for line in theme.classes],
        "codes": _packed(theme.codes),
        "texts": list(theme.texts),
    }
    if theme.frames:
        told["frames"] = [
            {"title": frame.title, "codes": _packed(frame.codes), "counts": list(frame.counts)}
            for frame in theme.frames
        ]
    return told


def _packed(codes: Sequence[int]) -> str:
    """Return one digit for each place, in base 36: a legend has fewer lines than that."""
    return "".join(_DIGITS[code] for code in codes)


def _legend(theme: Theme, subject: Subject) -> dict[str, Any]:
    return {
        "key": theme.key,
        "title": theme.title,
        "category_title": subject.categories.get(theme.category, ""),
        "unit": theme.unit,
        "source": theme.source,
        "notes": theme.notes,
        "classes": [
            {
                "label": line.label,
                "style": line.style,
                "places": number(line.places, subject.language),
            }
            for line in theme.classes
        ],
    }


def _groups(
    subject: Subject, themes: list[Theme], overlays: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    groups = []
    for name in ("statistics", "time", "incidents", "context", "base"):
        mine = [theme for theme in themes if theme.group == name]
        over = [overlay for overlay in overlays if overlay["group"] == name]
        if mine or over:
            title = text(f"page.group_{name}", subject.language)
            groups.append({"title": title, "themes": mine, "overlays": over})
    return groups


def _choices(subject: Subject, themes: list[Theme]) -> list[dict[str, Any]]:
    """Return what a second map may show, by category; what has none comes last."""
    titles = {**subject.categories, "": text("page.group_context", subject.language)}
    choices = []
    for category, title in titles.items():
        mine = [theme for theme in themes if theme.category == category]
        if mine:
            choices.append({"title": title, "themes": mine})
    return choices


def _marks(subject: Subject) -> list[dict[str, str]]:
    kinds = ["synthetic"] if subject.synthetic else []
    kinds.append("public" if subject.public else "restricted")
    return [{"kind": kind, "words": text(f"mark.{kind}", subject.language)} for kind in kinds]


def _facts(subject: Subject, verdicts: dict[str, Verdict]) -> dict[str, Any]:
    language, index = subject.language, subject.index
    months = _months(subject)
    hours = _hours(subject)
    facts: dict[str, Any] = {}
    for category, table in subject.rates.items():
        if category not in verdicts:
            continue
        table = table.reindex(index)
        told = polygon_panel.numbers_of(table, subject.withheld.get(category), language)
        if subject.ranking is None:
            del told["range"]
        told["share"] = (
            []
            if subject.public
            else polygon_panel.share_words(verdicts[category].share_hot, language)
        )
        if category in months:
            told["months"] = polygon_panel.months_of(months[category], index, language)
        if category in hours:
            told["hours"] = hours[category]
        facts[category] = told
    return facts


def _months(subject: Subject) -> dict[str, pd.DataFrame]:
    if subject.monthly is not None:
        events = subject.monthly
        if "events" not in events:
            return {subject.headline: events}
        return {
            str(category): part.reset_index().pivot_table(
                index="polygon_id", columns="period", values="events", aggfunc="sum", fill_value=0
            )
            for category, part in events.groupby(level="category", sort=False)
        }
    if subject.incidents is None:
        return {}
    known = polygon_panel.counted(subject.incidents)
    known = known[known["date"].notna()]
    labels = known["date"].dt.strftime("%Y-%m")
    return {
        str(category): pd.crosstab(known.loc[part.index, "polygon_id"], labels[part.index])
        for category, part in known.groupby("category", observed=True)
    }


def _hours(subject: Subject) -> dict[str, Any]:
    if subject.incidents is None:
        return {}
    told = {}
    known = polygon_panel.counted(subject.incidents)
    for category, part in known.groupby("category", observed=True):
        hours = polygon_panel.hours_of(part, subject.index)
        hours["notes"] = [
            text("panel.hours_note", subject.language, n=total) for total in hours.pop("known")
        ]
        if any(hours["shades"]):
            told[str(category)] = hours
    return told


def _units_data(subject: Subject) -> dict[str, Any]:
    """Return nothing of the units but their shapes, names and polygons, and nothing if public."""
    if subject.units is None:
        return {}
    shapes = geometry.drawable(subject.units, what="units")
    residents = subject.units[POPULATION]
    at = (
        np.full(len(shapes), -1)
        if subject.membership is None
        else subject.index.get_indexer(pd.Index(subject.membership.reindex(shapes.index)))
    )
    return {
        "unitAreas": geometry.encode_areas(shapes),
        "unitNames": [str(name) for name in shapes.index],
        "unitResidents": [
            text("unit.residents", subject.language, n=round(float(value))) for value in residents
        ],
        "unitPolygon": [int(value) for value in at],
    }
