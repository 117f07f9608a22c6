"""The taxonomy report: how well labels fit their classes, and how they change by year."""

from __future__ import annotations

import re
from itertools import pairwise

import pandas as pd
from rapidfuzz.distance import DamerauLevenshtein

from hotspots._text import fold
from hotspots.errors import ColumnError
from hotspots.incidents.taxonomy.iccs import iccs_classes, parents
from hotspots.incidents.taxonomy.taxonomy import Taxonomy
from hotspots.schema import CATEGORY, CATEGORY_SOURCE, DATE, UNMAPPED, TaxonomyReport

_NOT_SPECIFIED = re.compile(
    r"\b(no especificad[oa]s?|sin especificar|se desconoce|(?<!por )desconocid[oa]s?|"
    r"not specified|unspecified|unknown|nao informado|nao especificad[oa])\b"
    r"|^\W*(l[oa]s )?(otr[oa]s?|others?|outr[oa]s?)( (tipos?|types?) (de|of))?"
    r"(\W*$| (delitos?|crimen|crimenes|crimes?|offen[cs]es?|faltas?|hechos?|actos?|eventos?|"
    r"incidentes?|incidents?)\b)"
)
"""Labels that name no crime: "other", alone or of crimes, but not "other theft"."""

_COMMONEST = 2_000
"""Number of labels that are checked for typing errors."""

_LONG = 6
"""Length from which a difference of one letter is a typing error, not another word."""


def taxonomy_report(incidents: pd.DataFrame, *, taxonomy: Taxonomy | None = None) -> TaxonomyReport:
    """Return how well the labels of a table fit their classes, and where they change.

    Parameters
    ----------
    incidents
        As :func:`read_incidents` returns them.
    taxonomy
        See :func:`load_taxonomy`; gives its name and the codes of its classes.

    Returns
    -------
    TaxonomyReport
        Unmapped labels with counts, the share "not specified", labels that appear or vanish
        from one year to the next, and labels and classes that overlap.

    Raises
    ------
    ColumnError
        If the incidents have no ``category`` and ``category_source``.

    Examples
    --------
    >>> import pandas as pd
    >>> incidents = pd.DataFrame({
    ...     "category_source": ["HOMICIDIO", "Homicidio", "otro"],
    ...     "category": ["homicide", "homicide", "unmapped"],
    ...     "date": pd.to_datetime(["2013-01-01"] * 3)})
    >>> taxonomy_report(incidents).unmapped
                     rows
    category_source
    otro                1
    """
    missing = [name for name in (CATEGORY, CATEGORY_SOURCE, DATE) if name not in incidents]
    if missing:
        raise ColumnError(
            f"taxonomy_report: no column {missing[0]!r}. Give what read_incidents returns."
        )
    plain = pd.DataFrame(incidents[[CATEGORY, CATEGORY_SOURCE]])
    plain["year"] = incidents[DATE].dt.year
    unmapped = plain[plain[CATEGORY] == UNMAPPED].groupby(CATEGORY_SOURCE).size()
    folded = {label: fold(label) for label in plain[CATEGORY_SOURCE].unique()}
    vague = plain[CATEGORY_SOURCE].map(
        {label: bool(_NOT_SPECIFIED.search(text)) for label, text in folded.items()}
    )
    return TaxonomyReport(
        taxonomy="" if taxonomy is None else taxonomy.name,
        unmapped=_by_count(unmapped.to_frame("rows")),
        share_unmapped=float((plain[CATEGORY] == UNMAPPED).mean()) if len(plain) else 0.0,
        share_not_specified=float(vague.mean()) if len(plain) else 0.0,
        labels=_labels(plain),
        changes=_changes(plain),
        overlaps=_overlaps(plain, folded),
        spellings=_spellings(plain),
        classes=_classes(plain, {} if taxonomy is None else dict(taxonomy.codes)),
    )


def _labels(plain: pd.DataFrame) -> pd.DataFrame:
    table = plain.groupby(CATEGORY_SOURCE).agg(
        category=(CATEGORY, "first"),
        rows=(CATEGORY, "size"),
        first_year=("year", "min"),
        last_year=("year", "max"),
    )
    table["appears"] = table["first_year"] > plain["year"].min()
    table["vanishes"] = table["last_year"] < plain["year"].max()
    return _by_count(table.astype({"first_year": "Int64", "last_year": "Int64"}))


def _changes(plain: pd.DataFrame) -> pd.DataFrame:
    """Return when labels appear and vanish, from one year of the table to the next."""
    dated = plain.dropna(subset="year")
    rows = pd.crosstab(dated[CATEGORY_SOURCE], dated["year"].astype(int))
    category = dated.groupby(CATEGORY_SOURCE)[CATEGORY].first()
    found: list[tuple[str, str, int, str, int]] = []
    for before, year in pairwise(rows.columns):
        then, now = rows[before], rows[year]
        for change, where, counted in (
            ("appears", (then == 0) & (now > 0), now),
            ("vanishes", (then > 0) & (now == 0), then),
        ):
            found += [
                (str(label), str(category[label]), int(year), change, int(counted[label]))
                for label in rows.index[where]
            ]
    return pd.DataFrame(found, columns=["label", "category", "year", "change", "rows"])


def _overlaps(plain: pd.DataFrame, folded: dict[str, str]) -> pd.DataFrame:
    table = plain.groupby(plain[CATEGORY_SOURCE].map(folded).rename("label")).agg(
        categories=(CATEGORY, lambda keys: ", ".join(sorted(set(keys)))), rows=(CATEGORY, "size")
    )
    return _by_count(table[table["categories"].str.contains(", ", regex=False)])


def _by_count(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_index().sort_values("rows", ascending=False, kind="stable")


def _spellings(plain: pd.DataFrame) -> pd.DataFrame:
    """Return pairs of common labels one typing error apart whose classes differ."""
    counts = plain.groupby([CATEGORY_SOURCE, CATEGORY]).size().nlargest(_COMMONEST)
    table = counts.rename("rows").reset_index()
    labels = list(zip(table[CATEGORY_SOURCE], table[CATEGORY], table["rows"], strict=True))
    keys = [re.sub(r"[^0-9a-z]", "", fold(label)) for label, _, _ in labels]
    order = sorted(range(len(labels)), key=lambda at: (len(keys[at]), keys[at]))
    found: list[tuple[str, str, int, str, str, int]] = []
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if len(keys[other]) - len(keys[one]) > 1:
                break
            if labels[one][1] != labels[other][1] and _alike(keys[one], keys[other]):
                rare, common = sorted((labels[one], labels[other]), key=lambda pair: pair[2])
                found.append((*rare, *common))
    found.sort(key=lambda row: (-row[2], row[0], row[3]))
    columns = ["label", "category", "rows", "like", "like_category", "like_rows"]
    return pd.DataFrame(found, columns=columns)


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _LONG:
        return one == other
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def _classes(plain: pd.DataFrame, codes: dict[str, str]) -> pd.DataFrame:
    rows = plain.groupby(CATEGORY).size()
    present = {str(key): codes.get(str(key), "") for key in rows.index}
    names = iccs_classes().filter(like="name_")
    within = [
        ", ".join(
            sorted(other for other, above in present.items() if above and above in parents(code))
        )
        for code in present.values()
    ]
    table = pd.DataFrame({"rows": rows.to_numpy(), "iccs": list(present.values())}, rows.index)
    named = names.reindex(table["iccs"]).fillna("").set_axis(table.index)
    return _by_count(table.join(named).assign(within=within))
