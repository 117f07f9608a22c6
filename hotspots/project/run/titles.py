"""Titles of categories, from the taxonomy where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import has_text, text, title_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotspots.incidents.taxonomy.taxonomy import Taxonomy
    from hotspots.project.run.pipeline import RunResult


def category_titles(result: RunResult, language: str) -> dict[str, str]:
    """Return tested category → its title in the language, as :func:`titles_of` finds it."""
    return titles_of(result.project.tests.categories, result.inputs.taxonomy, language)


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
