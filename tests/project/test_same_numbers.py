"""Verification: which differences count as other numbers, and which files as other outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import hotspots as hs

if TYPE_CHECKING:
    from pathlib import Path


def differing(folder: Path, name: str, table: pd.DataFrame) -> hs.Verification:
    """Verify after a table and its digest in the manifest were put in place of the run's own."""
    import hashlib
    import json

    table.to_csv(folder / name, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    content = (folder / name).read_bytes()
    manifest["outputs"][name] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return hs.verify(folder)


@pytest.mark.parametrize(
    # The manual says 1e-9: another machine's last digits agree, a ten-thousandth does not.
    ("factor", "same"), [(1 + 1e-13, True), (1 + 1e-4, False)]
)  # fmt: skip
def test_numbers_agree_to_nine_digits(town, tmp_path: Path, factor, same) -> None:
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    name = "internal/ranking.csv"
    table = pd.read_csv(out / name)
    found = differing(out, name, table.assign(score=table["score"] * factor))
    assert found.different_outputs == (name,)
    assert found.different_numbers == (() if same else (name,))


def test_a_file_that_no_run_wrote_is_named(town, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    (out / "public" / "more.html").write_text("<p>", encoding="utf-8")
    (out / "public" / "public.html").unlink()
    assert hs.verify(out).altered_outputs == ("public/more.html", "public/public.html")
