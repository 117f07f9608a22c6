"""The names of categories for people: the taxonomy's where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.catalogue import has_text, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotspots.incidents.taxonomy import Taxonomy
    from hotspots.project.pipeline import RunResult


def category_titles(result: RunResult, language: str) -> dict[str, str]:
    """Return tested category → its title in the language, or its key where there is none."""
    return titles_of(result.project.tests.categories, result.inputs.taxonomy, language)


def sensitive_categories(taxonomy: Taxonomy) -> frozenset[str]:
    """Return the categories whose code says injurious acts of a sexual nature (ICCS section 03).

    Examples
    --------
    >>> from hotspots.incidents.taxonomy import load_taxonomy
    >>> sorted(sensitive_categories(load_taxonomy("mexico")))
    ['rape', 'sexual_abuse']
    """
    return frozenset(key for key, code in taxonomy.codes.items() if code.startswith("03"))


def titles_of(categories: Iterable[str], taxonomy: Taxonomy, language: str) -> dict[str, str]:
    """Return category → its title in the language; those of no class are named as such.

    Examples
    --------
    >>> from hotspots.incidents.taxonomy import load_taxonomy
    >>> titles_of(["homicide", "unmapped"], load_taxonomy("peru"), "es")
    {'homicide': 'Homicidio', 'unmapped': 'sin clasificar'}
    """
    return {category: _title(category, taxonomy, language) for category in categories}


def _title(category: str, taxonomy: Taxonomy, language: str) -> str:
    title = taxonomy.titles.get(category, {}).get(language)
    if title:
        return title
    # "unmapped" and, for a table without categories, "incident" are words of ours.
    ours = f"value.{category}"
    return text(ours, language) if has_text(ours, language) else category.replace("_", " ")
