"""Every column of every output has its meaning, in both languages."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import hotspots as hs
from hotspots.catalogue import text


def dictionary(folder: Path) -> pd.DataFrame:
    path = folder / "internal" / "data_dictionary.csv"
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)


def columns_on_disk(folder: Path) -> set[tuple[str, str]]:
    """Return (file, column) of every table of a run, as its readers find them."""
    internal = folder / "internal"
    found = {
        (path.name, column)
        for path in internal.glob("*.csv")
        if path.name != "data_dictionary.csv"
        for column in pd.read_csv(path, encoding="utf-8-sig", nrows=0).columns
    }
    for layer in ("polygons", "units"):
        frame = gpd.read_file(internal / "polygons.gpkg", layer=layer)
        found |= {(f"polygons.gpkg: {layer}", column) for column in frame.columns}
    incidents = pd.read_parquet(internal / "incidents.parquet")
    return found | {("incidents.parquet", column) for column in incidents.reset_index().columns}


def assert_all_explained(folder: Path, language: str) -> None:
    rows = dictionary(folder)
    explained = set(zip(rows["file"], rows["column"], strict=True))
    assert columns_on_disk(folder) - explained == set()
    unknown = rows[rows["meaning"] == text("meaning.own", language)]
    assert unknown.empty, unknown
    assert (rows["meaning"].str.len() > 0).all()


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_column_of_a_run_has_its_meaning(town, tmp_path: Path, language: str) -> None:
    town.edit('language = "es"', f'language = "{language}"')
    hs.run(town.project, out=tmp_path / "out")
    assert_all_explained(tmp_path / "out", language)


def test_the_samples_columns_have_their_meaning(tmp_path: Path) -> None:
    hs.run(hs.sample("tumbes") / "project.toml", out=tmp_path / "out")
    assert_all_explained(tmp_path / "out", "es")


def test_the_workbook_holds_the_tables_and_begins_with_the_dictionary(town, tmp_path: Path) -> None:
    hs.run(town.project, out=tmp_path / "out")
    internal = tmp_path / "out" / "internal"
    book = openpyxl.load_workbook(internal / "tables.xlsx", read_only=True)
    assert book.sheetnames[0] == "Diccionario"
    for name in ("ranking", "allocation", "tests", "rates", "near_repeats", "worst_addresses"):
        table = pd.read_csv(internal / f"{name}.csv", encoding="utf-8-sig")
        rows = list(book[name].iter_rows(values_only=True))
        assert list(rows[0]) == list(table.columns)
        assert len(rows) == len(table) + 1
    grants = [row[rows.index("grant")] for rows, row in _grants(book)]
    assert sum(grants) == pytest.approx(1_000_000.01)
    page = (internal / "report.html").read_text(encoding="utf-8")
    manifest = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    for name in ("tables.xlsx", "data_dictionary.csv"):
        assert f'href="{name}"' in page
        assert f"internal/{name}" in manifest


def _grants(book):
    head, *rows = book["allocation"].iter_rows(values_only=True)
    return [(list(head), row) for row in rows]
