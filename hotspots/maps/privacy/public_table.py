"""The public page's numbers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.catalogue import text
from hotspots.maps.privacy.disclosure import NOTHING_ELSE, PublicKnowledge, withheld_polygons
from hotspots.maps.privacy.sensitive import sensitive_keys
from hotspots.schema import NAME, POPULATION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import geopandas as gpd

_NUMBERS = ("count", "rate", "rate_low", "rate_high")


def public_rates(
    polygons: gpd.GeoDataFrame,
    rates: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    *,
    threshold: int,
    language: str,
    sensitive: Collection[str] = (),
    known: PublicKnowledge = NOTHING_ELSE,
) -> pd.DataFrame:
    """Return counts and rates; what the public page withholds is empty.

    Parameters
    ----------
    polygons
        On ``polygon_id``: ``population`` and, where there is one, ``name``.
    rates
        Category → table of :func:`hotspots.incident_rates` on the polygons. Sensitive categories
        are left out.
    titles
        Category → title.
    threshold
        Smallest count that may be shown.
    language
        Language of the note on what is withheld.
    sensitive
        Categories that are sensitive in addition to those whose key or title says so.
    known
        What is known outside of this publication.

    Returns
    -------
    DataFrame
        On (``polygon_id``, ``category``): ``name``, ``population``, ``crime`` (the title),
        ``count``, ``rate`` (per year, per as many residents as in ``rates``), ``rate_low`` and
        ``rate_high`` (rounded as on the page), and ``note`` (why a row is empty).
    """
    never = sensitive_keys({key: titles.get(key, "") for key in rates}, sensitive)
    shown = {key: table for key, table in rates.items() if key not in never}
    withheld = withheld_polygons(shown, threshold=threshold, known=known)
    why = text("value.withheld_why", language, threshold=threshold)
    parts = []
    for category, table in shown.items():
        hidden = withheld[category].reindex(polygons.index).to_numpy(dtype=bool)
        numbers = table.reindex(polygons.index)[list(_NUMBERS)].astype(float)
        numbers.loc[hidden] = float("nan")
        part = numbers.map(lambda value: float(f"{value:.3g}"))
        part["count"] = numbers["count"].astype("Int64")
        part["note"] = [why if hide else "" for hide in hidden]
        part.insert(0, "crime", titles.get(category, category))
        part.insert(0, POPULATION, polygons[POPULATION].round().astype("Int64"))
        if NAME in polygons:
            part.insert(0, NAME, polygons[NAME])
        parts.append(part)
    return pd.concat(parts, keys=list(shown), names=["category"]).swaplevel().sort_index()
