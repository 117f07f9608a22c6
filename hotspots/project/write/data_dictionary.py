"""The meaning of every column of a run's files, in the run's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.catalogue import has_text, number, text
from hotspots.catalogue.results import test_name
from hotspots.maps.themes.words import layer_title, unit_words
from hotspots.project.run.titles import titles_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.project.run.pipeline import RunResult

_RATES = frozenset({"rate", "rate_low", "rate_high", "smoothed_rate"})


def data_dictionary(result: RunResult, files: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row for each column of each file.

    Parameters
    ----------
    result
        The run, for the titles and units of its layers and categories.
    files
        File name → table.

    Returns
    -------
    DataFrame
        ``file``, ``column``, ``meaning``, ``unit`` ("" where there is none) and ``type``.

    Notes
    -----
    A column without an entry in the catalogue, such as one of the project's own tables, is
    described as such; it does not stop a run.
    """
    language = result.project.project.language
    rows = []
    for file, table in files.items():
        whole = table.reset_index()
        for column in map(str, whole.columns):
            meaning, unit = _meaning(result, column)
            kind = text(f"kind.{_kind(whole[column])}", language)
            rows.append((file, column, meaning, unit, kind))
    return pd.DataFrame(rows, columns=["file", "column", "meaning", "unit", "type"])


def _meaning(result: RunResult, column: str) -> tuple[str, str]:
    """Return the meaning and the unit of a column; composed names are taken apart."""
    language = result.project.project.language
    if has_text(f"meaning.{column}", language):
        return text(f"meaning.{column}", language), _unit(result, column)
    layer = next((one for one in result.layers if one.name == column), None)
    if layer is not None:
        title = layer_title(layer, language)
        told = text("meaning.layer", language, what=title, source=layer.source or "—")
        return told, unit_words(layer.unit, language)
    if column.startswith("share_"):
        return text("meaning.share_of", language, what=_what(result, column[6:])), ""
    for found in result.findings.results:
        for ending in ("label", "q"):
            if column == f"{found.variable}_{found.test}_{ending}":
                named, what = test_name(found.test, language), _what(result, found.variable)
                told = text(f"meaning.test_{ending}", language, test=named, what=what)
                return told, _unit(result, ending)
    for ending, key in (("_share_hot", "share_hot"), ("_rate", "rate_of")):
        category = column.removesuffix(ending)
        if category != column:
            told = text(f"meaning.{key}", language, what=_what(result, category))
            return told, _unit(result, "rate" if key == "rate_of" else key)
    return text("meaning.own", language), ""


def _what(result: RunResult, name: str) -> str:
    """Return the title of a layer or of a category."""
    language = result.project.project.language
    layer = next((one for one in result.layers if one.name == name), None)
    if layer is not None and not name.endswith("_rate"):
        return layer_title(layer, language)
    category = name.removesuffix("_rate")
    return titles_of([category], result.inputs.taxonomy, language)[category]


def _unit(result: RunResult, column: str) -> str:
    language = result.project.project.language
    key = f"unit_of.{'rate' if column in _RATES else column}"
    if not has_text(key, language):
        return ""
    per = number(result.project.tests.per, language)
    return text(key, language, per=per, currency=result.project.project.currency)


def _kind(values: pd.Series) -> str:
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(dtype):
        return "whole"
    if pd.api.types.is_numeric_dtype(dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    return "shape" if str(dtype) == "geometry" else "text"
