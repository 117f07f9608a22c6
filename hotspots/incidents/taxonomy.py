"""Local labels of crimes become classes, by a mapping and never by a guess."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots._text import fold
from hotspots.errors import ColumnError, DataFileError, InputError
from hotspots.schema import CATEGORY, CATEGORY_SOURCE, DATE, UNMAPPED

_FOLDER = Path(__file__).parent
_NOT_SPECIFIED = re.compile(
    r"\b(no especificad[oa]s?|sin especificar|se desconoce|desconocid[oa]s?|otros?|otras?|"
    r"not specified|unspecified|unknown|other|nao informado|nao especificad[oa]|outros?|outras?)\b"
)


@dataclass(frozen=True, eq=False, slots=True)
class Taxonomy:
    """Which class each local label belongs to.

    Attributes
    ----------
    name
        For messages and reports.
    classes
        Folded label (no case, no accents, single spaces) → class key.
    titles
        Class key → language code → title for people.
    codes
        Class key → code of the International Classification of Crime for Statistical Purposes.

    References
    ----------
    UNODC, *International Classification of Crime for Statistical Purposes*, version 1.0, 2015.
    """

    name: str
    classes: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class TaxonomyReport:
    """How well a table's labels fit their classes.

    Attributes
    ----------
    unmapped
        DataFrame on the label as it came: ``rows``; labels that no class claims.
    share_unmapped
        Share of the rows whose label has no class.
    share_not_specified
        Share of the rows whose label says "not specified", "other" or the like.
    labels
        DataFrame on the label: ``category``, ``rows``, ``first_year``, ``last_year``,
        ``appears`` and ``vanishes`` (True where the label is missing from the table's first or
        last years, so that a change may be one of the labels and not of the crime).
    changes
        DataFrame, a row for each time that a label comes or goes from one of the table's years to
        the next: ``label``, ``category``, ``year`` (the first one with it, or without it),
        ``change`` (``appears``, ``vanishes``) and ``rows`` (of its year, or of the last before).
    overlaps
        DataFrame on the folded label: ``categories``, ``rows``, for labels that occur under
        more than one class.
    """

    unmapped: pd.DataFrame
    share_unmapped: float
    share_not_specified: float
    labels: pd.DataFrame
    changes: pd.DataFrame
    overlaps: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"TaxonomyReport: {len(self.labels)} labels; {self.share_unmapped:.1%} of the rows in "
            f"{len(self.unmapped)} labels without a class; {self.share_not_specified:.1%} not "
            f"specified; {len(self.changes)} times that a label comes or goes between years; "
            f"{len(self.overlaps)} labels in more than one class."
        )


def load_taxonomy(source: str | Path | Mapping[str, str] | Taxonomy) -> Taxonomy:
    """Return a taxonomy by name, from a TOML file, or from label → class.

    A file holds one table for each class: ``labels`` (a list), ``title`` (language → text) and,
    optionally, ``iccs`` (its code)::

        [classes.homicide]
        iccs = "0101"
        title = { es = "Homicidio", en = "Homicide" }
        labels = ["homicidio", "homicidio doloso"]

    Raises
    ------
    InputError
        If there is no taxonomy of that name (those there are, are named), a label is claimed by
        two classes, or the mapping is empty.
    DataFileError
        If the file cannot be read as a taxonomy.

    Examples
    --------
    >>> load_taxonomy("council_indicators").classes["homicidio doloso"]
    'homicide'
    >>> load_taxonomy({"Robo de vehículo": "vehicle_theft"}).classes
    {'robo de vehiculo': 'vehicle_theft'}
    """
    if isinstance(source, Taxonomy):
        return source
    if isinstance(source, Mapping):
        return _from_mapping(source)
    path = _taxonomy_file(source)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(f"taxonomy: {path} is no TOML ({error}). Mend that line.") from None
    return _from_toml(content, path)


def taxonomy_names() -> tuple[str, ...]:
    """Return the names of the taxonomies that come with the library.

    Examples
    --------
    >>> taxonomy_names()
    ('council_indicators', 'mexico', 'peru', 'police_uk')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def classify(labels: pd.Series, taxonomy: Taxonomy, *, where: str = "The table") -> pd.Series:
    """Return the class of each label on the same index, ``unmapped`` where there is none.

    Labels match when they are the same with case, accents and repeated spaces aside.

    Raises
    ------
    InputError
        If not one label is in the taxonomy: it is the wrong one, or the wrong column.

    Examples
    --------
    >>> import pandas as pd
    >>> taxonomy = load_taxonomy({"homicidio": "homicide"})
    >>> classify(pd.Series(["HOMICIDIO", "homicidios"]), taxonomy).tolist()
    ['homicide', 'unmapped']
    """
    keys = {label: taxonomy.classes.get(fold(label), UNMAPPED) for label in labels.unique()}
    if keys and all(key == UNMAPPED for key in keys.values()):
        seen = ", ".join(repr(label[:40]) for label in sorted(keys)[:8])
        known = ", ".join(repr(label) for label in sorted(taxonomy.classes)[:8])
        raise InputError(
            f"{where}: none of the {len(keys)} categories is in the taxonomy {taxonomy.name!r}. "
            f"The table has {seen}; the taxonomy knows {known}, ... "
            "Name another column or taxonomy, or map your labels in a TOML file."
        )
    return labels.map(keys)


def class_key(label: str) -> str:
    """Return a label as a key: letters and digits without case or accents, joined by ``_``.

    Examples
    --------
    >>> class_key("Robo de Vehículo (c/violencia)")
    'robo_de_vehiculo_c_violencia'
    """
    return re.sub(r"[^0-9a-z]+", "_", fold(label)).strip("_")


def taxonomy_report(incidents: pd.DataFrame) -> TaxonomyReport:
    """Return how well the labels of a table fit their classes, and where they change.

    Parameters
    ----------
    incidents
        As :func:`read_incidents` returns them.

    Returns
    -------
    TaxonomyReport
        Unmapped labels with counts, the share "not specified", and labels that appear or vanish
        from one year to the next.

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
            f"taxonomy_report: no column {missing[0]!r}. Give it what read_incidents returned."
        )
    plain = pd.DataFrame(incidents[[CATEGORY, CATEGORY_SOURCE]])
    plain["year"] = incidents[DATE].dt.year
    unmapped = plain[plain[CATEGORY] == UNMAPPED].groupby(CATEGORY_SOURCE).size()
    vague = plain[CATEGORY_SOURCE].map(lambda label: bool(_NOT_SPECIFIED.search(fold(label))))
    return TaxonomyReport(
        unmapped=_by_count(unmapped.to_frame("rows")),
        share_unmapped=float((plain[CATEGORY] == UNMAPPED).mean()) if len(plain) else 0.0,
        share_not_specified=float(vague.mean()) if len(plain) else 0.0,
        labels=_labels(plain),
        changes=_changes(plain),
        overlaps=_overlaps(plain),
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
    """Return when labels come and go, from each year that the table has to the next it has."""
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


def _overlaps(plain: pd.DataFrame) -> pd.DataFrame:
    folded = plain[CATEGORY_SOURCE].map(fold).rename("label")
    table = plain.groupby(folded).agg(
        categories=(CATEGORY, lambda keys: ", ".join(sorted(set(keys)))), rows=(CATEGORY, "size")
    )
    return _by_count(table[table["categories"].str.contains(", ", regex=False)])


def _by_count(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_index().sort_values("rows", ascending=False, kind="stable")


def _from_mapping(source: Mapping[str, str]) -> Taxonomy:
    if not source:
        raise InputError("taxonomy: the mapping is empty. Give label -> class.")
    return Taxonomy("the mapping", _folded(source.items(), "the mapping"))


def _taxonomy_file(source: str | Path) -> Path:
    if isinstance(source, str) and source in taxonomy_names():
        return _FOLDER / f"{source}.toml"
    path = Path(source)
    if path.suffix.lower() == ".toml" and path.is_file():
        return path
    raise InputError(
        f"taxonomy: came as {str(source)!r}. There are {', '.join(taxonomy_names())}; "
        "or give the path of a TOML file."
    )


def _from_toml(content: Mapping[str, Any], path: Path) -> Taxonomy:
    classes = content.get("classes")
    if not isinstance(classes, Mapping) or not classes:
        raise DataFileError(f"taxonomy: {path} has no [classes.<key>] table. See load_taxonomy.")
    pairs: list[tuple[str, str]] = []
    for key, entry in classes.items():
        labels = entry.get("labels") if isinstance(entry, Mapping) else None
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise DataFileError(
                f"taxonomy: {path}, class {key!r}: labels must be a list of "
                "texts. See load_taxonomy."
            )
        pairs += [(label, key) for label in labels]
    name = str(content.get("name", path.stem))
    return Taxonomy(
        name,
        _folded(pairs, name),
        {key: dict(entry.get("title", {})) for key, entry in classes.items()},
        {key: str(entry["iccs"]) for key, entry in classes.items() if "iccs" in entry},
    )


def _folded(pairs: Any, name: str) -> dict[str, str]:
    folded: dict[str, str] = {}
    for label, key in pairs:
        plain = fold(str(label))
        if folded.setdefault(plain, str(key)) != str(key):
            raise InputError(
                f"taxonomy: in {name} the label {label!r} belongs to {folded[plain]!r} and to "
                f"{key!r}. Keep one of them."
            )
    return folded
