"""What a public page may not say, and what must go with it so that nobody works it out.

The public page and its downloads hold one count for each polygon and category, and what follows
from that count alone (its rate and interval). They hold no months or years, no units, no points
and no test statistic. So the ways back to a withheld count are subtraction from a total of the
category (the header's number of located incidents is nearly that, and the exact one may be known
from elsewhere) and the rule itself, by which what is withheld is at most the least that is shown.
:func:`withheld_places` hides enough of the others for both to fail.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._text import fold
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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
    {
        *("sexual", "sexuales", "sexuais", "rape", "estupro", "tocamientos", "pudor"),
        *("domestic", "domestica", "domestico", "familiar", "intrafamiliar", "family"),
        *("gender", "genero"),
    }
)

SHELTERS = frozenset({"shelter", "refuge", "refugio", "albergue", "abrigo", "acogida"})
"""Words for kinds of services whose places are never shown on any page."""


def withheld_places(
    rates: Mapping[str, pd.DataFrame], *, threshold: int = 5
) -> dict[str, pd.Series]:
    """Return, for each category, True where the polygon's count is not to be shown.

    Withheld are counts under the threshold and, where there is one, further polygons (those
    with the smallest counts first): at least one, until ``2 · threshold − 1`` incidents are
    withheld in all, and until all but one of the withheld could hold them at the least count
    that is shown. A reader who knows the category's total, this rule, and that some of what is
    withheld is not under the threshold, then still finds every value under it possible for each
    withheld count.

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


def is_sensitive(category: str, named: Collection[str] = ()) -> bool:
    """Return whether a category's places must not be known, by its key or a word in it.

    Examples
    --------
    >>> is_sensitive("sexual_violence"), is_sensitive("abuso_sexual"), is_sensitive("homicide")
    (True, True, False)
    >>> is_sensitive("delito_07", named={"delito_07"})
    True
    """
    key = category.casefold()
    words = key.replace("-", "_").split("_")
    return category in named or key in SENSITIVE or not _SENSITIVE_WORDS.isdisjoint(words)


def safe_categories(categories: Mapping[str, str], named: Collection[str] = ()) -> dict[str, str]:
    """Return the categories (key → title) that a public page may name."""
    return {key: title for key, title in categories.items() if not is_sensitive(key, named)}


def safe_layers(layers: Sequence[Layer], named: Collection[str] = ()) -> list[Layer]:
    """Return the layers without the rates of categories that no public page names."""
    return [layer for layer in layers if not is_sensitive(layer.name.removesuffix("_rate"), named)]


def safe_services(services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the services without shelters: where they are must not be known."""
    kinds = services["kind"].astype(str)
    hidden = {kind for kind in kinds.unique() if is_shelter(kind)}
    return services[~kinds.isin(hidden)]


def is_shelter(kind: str) -> bool:
    """Return whether a kind of service is one that people hide in.

    Examples
    --------
    >>> is_shelter("Albergues"), is_shelter("Casa de la Mujer"), is_shelter("Escuela")
    (True, True, False)
    """
    words = {word.removesuffix("s") for word in re.findall(r"[a-z]+", fold(kind))}
    of_women = any(word.startswith(("mujer", "mulher")) for word in words)
    return not SHELTERS.isdisjoint(words) or ("casa" in words and of_women)


def _withheld(count: pd.Series, threshold: int) -> pd.Series:
    primary = count < threshold
    hidden = primary.copy()
    if not primary.any():
        return hidden
    others = count[~primary].sort_values(kind="stable")
    for place, least_shown in zip(others.index, others.to_numpy(), strict=True):
        total, cells = count[hidden].sum(), hidden.sum()
        enough = cells > primary.sum() and total >= 2 * threshold - 1
        if enough and total <= (cells - 1) * least_shown:
            break
        hidden[place] = True
    return hidden
