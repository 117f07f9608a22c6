"""What a public page may not say, and what must go with it so that nobody works it out.

The public page holds one count for each polygon and category, and what follows from that
count alone (its rate and interval). It holds no months, no units, no points and no test
statistic. So the only way back to a withheld count is subtraction from a total of the
category: the header's number of located incidents is nearly that, and the exact one may be
known from elsewhere. :func:`withheld_places` hides enough of the others for that to fail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from hotspots.schema import Layer, Ranking

SENSITIVE = (
    "sexual_violence",
    "sexual_assault",
    "rape",
    "domestic_violence",
    "family_violence",
    "violencia_sexual",
    "violencia_familiar",
    "violacion",
)
"""Categories whose incidents are never drawn, and which no public page names."""

_SENSITIVE_WORDS = frozenset(
    {"sexual", "sexuales", "rape", "domestic", "familiar", "intrafamiliar"}
)

SHELTERS = ("shelter", "refuge", "refugio", "albergue", "casa_refugio", "casa_de_acogida")
"""Kinds of services whose places are never shown on any page."""


def withheld_places(
    rates: Mapping[str, pd.DataFrame], *, threshold: int = 5
) -> dict[str, pd.Series]:
    """Return, for each category, True where the polygon's count is not to be shown.

    Withheld are counts under the threshold and, where there is one, further polygons (those
    with the smallest counts first): at least one, and until ``2 · threshold − 1`` incidents
    are withheld in all. A reader who knows the category's total, and that some of what is
    withheld is not under the threshold, then still finds every value under it possible for
    each withheld count.

    Parameters
    ----------
    rates
        Category → table with ``count`` on the polygons.
    threshold
        The least count that may be shown.

    Raises
    ------
    InputError
        If the threshold is under 1.

    Examples
    --------
    >>> table = pd.DataFrame({"count": [0, 9, 30]}, index=["a", "b", "c"])
    >>> withheld_places({"homicide": table})["homicide"].tolist()
    [True, True, False]
    """
    if threshold < 1:
        raise InputError(f"threshold: came as {threshold}. The least that it can be is 1.")
    return {
        category: _withheld(table["count"].fillna(0), threshold)
        for category, table in rates.items()
    }


def public_ranking(ranking: Ranking, withheld: pd.Series) -> Ranking:
    """Return the order of the polygons that nothing is withheld of, and nothing but the order.

    Scores, their parts and the spread of the ranks are functions of every count; they are
    left out as soon as one count is withheld.

    Parameters
    ----------
    ranking
        The whole ranking.
    withheld
        True where a count that enters the score is withheld.
    """
    if not withheld.any():
        return ranking
    table = ranking.table[~withheld.reindex(ranking.table.index).to_numpy(dtype=bool)]
    order = table["score"].rank(ascending=False, method="first").astype(int)
    return replace(ranking, table=pd.DataFrame({"rank": order.sort_values()}))


def is_sensitive(category: str) -> bool:
    """Return whether a category's places must not be known, by its key or a word in it.

    Examples
    --------
    >>> is_sensitive("sexual_violence"), is_sensitive("abuso_sexual"), is_sensitive("homicide")
    (True, True, False)
    """
    key = category.casefold()
    return key in SENSITIVE or not _SENSITIVE_WORDS.isdisjoint(key.split("_"))


def safe_categories(categories: Mapping[str, str]) -> dict[str, str]:
    """Return the categories (key → title) that a public page may name."""
    return {key: title for key, title in categories.items() if not is_sensitive(key)}


def safe_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers without the rates of categories that no public page names."""
    return [layer for layer in layers if not is_sensitive(layer.name.removesuffix("_rate"))]


def safe_services(services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the services without shelters: where they are must not be known."""
    kinds = services["kind"].astype(str).str.casefold().str.replace(" ", "_")
    return services[~kinds.isin(SHELTERS)]


def _withheld(count: pd.Series, threshold: int) -> pd.Series:
    primary = count < threshold
    hidden = primary.copy()
    if not primary.any():
        return hidden
    others = count[~primary].sort_values(kind="stable")
    for place in others.index:
        if hidden.sum() > primary.sum() and count[hidden].sum() >= 2 * threshold - 1:
            break
        hidden[place] = True
    return hidden
