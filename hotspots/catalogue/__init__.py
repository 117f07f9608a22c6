"""The catalogue of texts by language, and numbers and dates in the language's format.

Each TOML file beside this module is one language (:mod:`hotspots.catalogue.language_files`). An
entry that depends on a number is a table with a text for each plural form.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hotspots.catalogue.language_files import (
    DEFAULT,
    FALLBACK,
    languages,
    languages_from,
    read_language,
)
from hotspots.errors import HotspotsWarning, InputError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

__all__ = [
    "DEFAULT",
    "day",
    "every_language",
    "has_text",
    "languages",
    "languages_from",
    "listed",
    "money",
    "number",
    "percent",
    "period",
    "probability",
    "remark",
    "significant",
    "text",
    "title_in",
    "warning_text",
    "words",
]


def text(key: str, language: str, **values: object) -> str:
    """Return the catalogue's text for ``key``, with its placeholders filled.

    Parameters
    ----------
    key
        Dotted name of the entry, e.g. ``"label.hot"``.
    language
        One of :func:`languages`.
    **values
        Values of the entry's ``{placeholders}``. Whole numbers are formatted for the language;
        ``n`` also selects the plural form.

    Raises
    ------
    InputError
        If the language or the key is not in the catalogue, or a value is missing.

    Examples
    --------
    >>> text("label.above", "es")
    'por encima'
    >>> text("unit.incidents", "en", n=1), text("unit.incidents", "en", n=1234)
    ('1 incident', '1,234 incidents')
    """
    entry = _entry(key, language)
    if isinstance(entry, dict):
        entry = _form(entry, key, language, values.get("n"))
    filled = {name: _written(value, language) for name, value in values.items()}
    try:
        return str(entry).format(**filled)
    except KeyError as missing:
        raise InputError(
            f"catalogue: {key!r} ({language}) needs a value for {missing}, "
            f"and came with {sorted(values)}."
        ) from None


def every_language(key: str, *, between: str = " · ", first: str = DEFAULT) -> str:
    """Return the text for ``key`` in every language, for when the reader's is not known.

    Examples
    --------
    >>> every_language("mark.synthetic", between=" / ")
    'DATOS INVENTADOS / INVENTED DATA'
    """
    return between.join(text(key, language) for language in languages_from(first))


def title_in(titles: Mapping[str, str], language: str) -> str:
    """Return the title in a language, or in the closest one that it is given in.

    Tried are the language, the language without its region (``pt`` for ``pt-BR``), English, and
    the first one given; "" if there is none.

    Examples
    --------
    >>> title_in({"es": "Homicidio", "en": "Homicide"}, "es"), title_in({"es": "Robo"}, "pt-BR")
    ('Homicidio', 'Robo')
    """
    for code in (language, language.partition("-")[0], FALLBACK, *titles):
        if titles.get(code):
            return titles[code]
    return ""


def remark(key: str, **values: object) -> HotspotsWarning:
    """Return a warning with the catalogue's text; English until it is translated.

    Examples
    --------
    >>> str(remark("against_direction", criteria="poverty"))[:44]
    'The criterion poverty runs against the direc'
    """
    entry = f"remark.{key}"
    return HotspotsWarning(text(entry, "en", **values), key=entry, values=values)


def warning_text(warning: str | Warning, language: str) -> str:
    """Return a warning's text in the language, or unchanged if it is not the catalogue's.

    Examples
    --------
    >>> warning_text(remark("against_direction", criteria="pobreza"), "es")[:43]
    'El criterio pobreza va contra la dirección '
    """
    if isinstance(warning, HotspotsWarning) and warning.key:
        return text(warning.key, language, **warning.values)
    return str(warning)


def has_text(key: str, language: str) -> bool:
    """Return whether the catalogue has an entry of that name.

    Examples
    --------
    >>> has_text("label.hot", "es"), has_text("label.tepid", "es")
    (True, False)
    """
    try:
        return not isinstance(_entry(key, language), list)
    except InputError:
        return False


def number(value: float, language: str, *, digits: int = 0) -> str:
    """Return ``value`` with the language's decimal and thousands separators.

    Examples
    --------
    >>> number(-1234567.891, "es", digits=1)
    '−1,234,567.9'
    >>> number(float("nan"), "en")
    'no data'
    """
    if not math.isfinite(value):
        return text("value.none", language)
    written = f"{abs(value):,.{digits}f}"
    marks = {",": _entry("format.group", language), ".": _entry("format.decimal", language)}
    plain = "".join(str(marks.get(character, character)) for character in written)
    negative = value < 0 and any(character in "123456789" for character in written)
    return f"{_entry('format.minus', language)}{plain}" if negative else plain


def significant(value: float, language: str, *, digits: int = 3) -> str:
    """Return ``value`` to about ``digits`` significant digits, with at most two decimals.

    Examples
    --------
    >>> significant(1234.6, "en"), significant(52.345, "en"), significant(0.1234, "en")
    ('1,235', '52.3', '0.12')
    """
    if not math.isfinite(value):
        return text("value.none", language)
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 1
    return number(value, language, digits=max(0, min(2, digits - whole)))


def percent(share: float, language: str, *, digits: int = 0) -> str:
    """Return a share (0–1) as a percentage.

    Examples
    --------
    >>> percent(0.9719, "es", digits=1)
    '97.2%'
    """
    if not math.isfinite(share):
        return text("value.none", language)
    return text("format.percent", language, value=number(100 * share, language, digits=digits))


def money(amount: float, language: str, *, currency: str = "MXN", digits: int = 2) -> str:
    """Return an amount with the currency's symbol, if the language has one, and its code.

    Examples
    --------
    >>> money(6_000_000, "es", digits=0)
    '$6,000,000 MXN'
    """
    if not math.isfinite(amount):
        return text("value.none", language)
    return text(
        "format.money",
        language,
        minus=_entry("format.minus", language) if amount < 0 else "",
        symbol=_entry("currency", language).get(currency, ""),
        amount=number(abs(amount), language, digits=digits),
        code=currency,
    )


def probability(value: float, language: str) -> str:
    """Return a p or q value to three decimals, and never as zero.

    Examples
    --------
    >>> probability(0.0123, "en"), probability(0.00001, "en")
    ('= 0.012', '< 0.001')
    """
    if not math.isfinite(value):
        return f"= {text('value.none', language)}"
    if value < 0.001:
        return f"< {number(0.001, language, digits=3)}"
    return f"= {number(value, language, digits=3)}"


def day(date: datetime.date, language: str) -> str:
    """Return a date in words.

    Examples
    --------
    >>> import datetime
    >>> day(datetime.date(2013, 4, 9), "es")
    '9 de abril de 2013'
    """
    month = _entry("format.months_in_dates", language)[date.month - 1]
    return text("format.day", language, day=str(date.day), month=month, year=str(date.year))


def period(label: str, language: str) -> str:
    """Return a period's label in words; a label of another form is returned unchanged.

    Examples
    --------
    >>> period("2013-04", "es"), period("2013", "es"), period("2013-Q2", "en")
    ('abril de 2013', '2013', 'Q2 2013')
    """
    year, _, part = label.partition("-")
    if len(part) == 2 and part.isdigit() and 1 <= int(part) <= 12:
        month = _entry("format.months", language)[int(part) - 1]
        return text("format.month", language, month=month, year=year)
    if len(part) == 2 and part[0] == "Q":
        return text("format.quarter", language, quarter=part[1], year=year)
    return label


def listed(parts: Sequence[str], language: str) -> str:
    """Return the parts as a list: *a, b and c*.

    Examples
    --------
    >>> listed(["a"], "en"), listed(["a", "b", "c"], "en"), listed(["a", "b"], "es")
    ('a', 'a, b and c', 'a y b')
    """
    if len(parts) == 1:
        return parts[0]
    first = str(_entry("format.list_separator", language)).join(parts[:-1])
    return text("format.list_end", language, first=first, last=parts[-1])


def words(section: str, language: str) -> dict[str, Any]:
    """Return a whole section of the catalogue, for a script on a page.

    Raises
    ------
    InputError
        If there is no such section.

    Examples
    --------
    >>> sorted(words("format", "en"))[:2]
    ['day', 'days_short']
    """
    entry = _entry(section, language)
    if not isinstance(entry, dict):
        raise InputError(f"catalogue: {section!r} is one entry, no section. Use text().")
    return dict(entry)


def _written(value: object, language: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value, language)
    return str(value)


def _form(forms: dict[str, Any], key: str, language: str, count: object) -> Any:
    form = read_language(language).plural_form(count)
    if form not in forms:
        raise InputError(
            f"catalogue: {key!r} in {language}.toml has no form {form!r}; it has "
            f"{', '.join(forms)}. Add the form, or name the entry in that section."
        )
    return forms[form]


def _entry(key: str, language: str) -> Any:
    found: Any = read_language(language).entries
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            raise InputError(f"catalogue: {language}.toml has no entry {key!r}.")
        found = found[part]
    return found
