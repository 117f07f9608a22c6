"""Titles of categories, from the taxonomy where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import has_text, text, title_in
from hotspots.maps.privacy.sensitive import has_sensitive_code, is_sensitive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotspots.incidents.taxonomy.taxonomy import Taxonomy
    from hotspots.project.run.pipeline import RunResult


def category_titles(result: RunResult, language: str) -> dict[str, str]:
    """Return tested category → its title in the language, as :func:`titles_of` finds it."""
    return titles_of(result.project.tests.categories, result.inputs.taxonomy, language)


def sensitive_categories(taxonomy: Taxonomy) -> frozenset[str]:
    """Return the categories that are sensitive by code, by title, or by one of their labels.

    A class with one sensitive label among others is sensitive, since it shows those points, too.

    Examples
    --------
    >>> from hotspots.incidents.taxonomy.taxonomy import load_taxonomy
    >>> sorted(sensitive_categories(load_taxonomy("mexico")))
    ['family_violence', 'gender_violence', 'rape', 'sexual_abuse', 'trafficking']
    """
    by_code = {key for key, code in taxonomy.codes.items() if has_sensitive_code(code)}
    by_title = {
        key for key, titles in taxonomy.titles.items() if any(map(is_sensitive, titles.values()))
    }
    by_label = {key for label, key in taxonomy.classes.items() if is_sensitive(label)}
    return frozenset(by_code | by_title | by_label)


def titles_of(categories: Iterable[str], taxonomy: Taxonomy, language: str) -> dict[str, str]:
    """Return category → its title in the language, rows without a class included.

    A class without a title in the language has the one of :func:`hotspots.catalogue.title_in`
    (English, else any), and a class without titles its key.

    Examples
    --------
    >>> from hotspots.incidents.taxonomy.taxonomy import load_taxonomy
    >>> titles_of(["homicide", "unmapped"], load_taxonomy("peru"), "es")
    {'homicide': 'Homicidio', 'unmapped': 'sin clasificar'}
    """
    return {category: _title(category, taxonomy, language) for category in categories}


def _title(category: str, taxonomy: Taxonomy, language: str) -> str:
    title = title_in(taxonomy.titles.get(category, {}), language)
    if title:
        return title
    # "unmapped" and, for a table without categories, "incident" are words of the catalogue.
    ours = f"value.{category}"
    return text(ours, language) if has_text(ours, language) else category.replace("_", " ")
