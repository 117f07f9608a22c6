"""Which categories of a taxonomy are sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.maps.privacy.sensitive import has_sensitive_code, is_sensitive

if TYPE_CHECKING:
    from hotspots.incidents.taxonomy.taxonomy import Taxonomy


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
