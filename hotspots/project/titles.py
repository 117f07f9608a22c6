"""The names of categories for people: the taxonomy's where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotspots.project.pipeline import RunResult


def category_titles(result: RunResult, language: str) -> dict[str, str]:
    """Return tested category → its title in the language, or its key where there is none."""
    titles = result.inputs.taxonomy.titles
    return {
        category: titles.get(category, {}).get(language, category.replace("_", " "))
        for category in result.project.tests.categories
    }
