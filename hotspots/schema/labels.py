"""How well a table's labels fit the classes of a taxonomy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class TaxonomyReport:
    """How well a table's labels fit their classes.

    Attributes
    ----------
    taxonomy
        Name of the taxonomy, "" where none was given.
    unmapped
        DataFrame on the original label: ``rows``, for labels without a class.
    share_unmapped
        Share of the rows whose label has no class.
    share_not_specified
        Share of the rows whose label names no crime: "not specified", "other", "other offenses",
        but not "other theft".
    labels
        DataFrame on the label: ``category``, ``rows``, ``first_year``, ``last_year``,
        ``appears`` and ``vanishes`` (True if the label is missing from the table's first or last
        years, so that a change may be one of labeling and not of crime).
    changes
        DataFrame, a row for each time that a label appears or vanishes from one year of the table
        to the next: ``label``, ``category``, ``year`` (the first with it, or without it),
        ``change`` (``appears``, ``vanishes``) and ``rows`` (in that year, or in the one before).
    overlaps
        DataFrame on the folded label: ``categories``, ``rows``, for labels that occur under
        more than one class.
    spellings
        DataFrame, a row for each pair of labels that differ by one letter, a space or punctuation
        and are in different classes: ``label``, ``category``, ``rows`` of the rarer, and ``like``,
        ``like_category``, ``like_rows`` of the other. They are not changed.
    classes
        DataFrame on the category: ``rows``, ``iccs`` (its code), ``name_en``, ``name_es`` (of the
        ICCS class) and ``within`` (the categories of this table whose class includes its own, so
        that the two must not be compared as if they were disjoint); codes need a taxonomy.
    """

    taxonomy: str
    unmapped: pd.DataFrame
    share_unmapped: float
    share_not_specified: float
    labels: pd.DataFrame
    changes: pd.DataFrame
    overlaps: pd.DataFrame
    spellings: pd.DataFrame
    classes: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"TaxonomyReport: {len(self.labels)} labels; {self.share_unmapped:.1%} of the rows in "
            f"{len(self.unmapped)} labels without a class; {self.share_not_specified:.1%} not "
            f"specified; {len(self.changes)} times that a label comes or goes between years; "
            f"{len(self.overlaps)} labels in more than one class; {len(self.spellings)} that "
            "differ in a letter and fall in different ones."
        )
