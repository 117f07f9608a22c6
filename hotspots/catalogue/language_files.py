"""The language files: one TOML file beside this module is one language.

A file is named by its BCP 47 code (``es.toml``, ``pt-BR.toml``) and has the same keys as the
others. Its ``[format]`` says how numbers, dates and lists are written, and its ``[plural]`` which
form of an entry each plural category of the language takes. The categories, and the category of a
number, are those of CLDR.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT = "es"
"""The language of a project that does not name one."""

FALLBACK = "en"
"""The language of a title that is not given in the reader's."""

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, eq=False, slots=True)
class Language:
    """One language file.

    Attributes
    ----------
    code
        BCP 47 code, the file's name.
    entries
        Content of the file.
    category
        CLDR's rule: a number → ``one``, ``few``, ``many``, ... or ``other``.
    """

    code: str
    entries: Mapping[str, Any]
    category: Callable[[float], str]

    def plural_form(self, count: object) -> str:
        """Return the plural form for a count; ``other`` if it is not a number."""
        if isinstance(count, bool) or not isinstance(count, int | float):
            return "other"
        return str(self.entries["plural"][self.category(count)])


def languages() -> tuple[str, ...]:
    """Return the codes of the available languages.

    Examples
    --------
    >>> languages()
    ('en', 'es')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def languages_from(first: str = DEFAULT) -> tuple[str, ...]:
    """Return the codes of all languages, ``first`` before the others.

    Examples
    --------
    >>> languages_from("es")
    ('es', 'en')
    """
    return tuple(sorted(languages(), key=lambda code: (code != first, code)))


@cache
def read_language(code: str) -> Language:
    """Return a language by its code.

    Raises
    ------
    InputError
        If there is no file of that code, or CLDR has no language of that code.

    Examples
    --------
    >>> english = read_language("en")
    >>> english.plural_form(1), english.plural_form(2)
    ('one', 'other')
    """
    if code not in languages():
        raise InputError(f"language: came as {code!r}. The languages are {', '.join(languages())}.")
    try:
        rule = Locale.parse(code, sep="-").plural_form
    except (UnknownLocaleError, ValueError):
        raise InputError(
            f"language: CLDR knows no language {code!r}, so {code}.toml has no plural rule. "
            "Name the file by its BCP 47 code, e.g. pt.toml or pt-BR.toml."
        ) from None
    entries = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, entries, rule)
