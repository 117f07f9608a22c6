"""spdep's localG, by R, for many maps at once."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]

_PROBE = 'cat(requireNamespace("spdep", quietly=TRUE))'
_SCRIPT = """
folder <- commandArgs(trailingOnly=TRUE)[1]
suppressPackageStartupMessages(library(spdep))
links <- as.matrix(read.csv(file.path(folder, "links.csv"), header=FALSE))
values <- as.matrix(read.csv(file.path(folder, "values.csv"), header=FALSE))
near <- split(as.integer(links[, 2]), factor(links[, 1], levels=seq_len(ncol(values))))
near <- lapply(unname(near), sort)
class(near) <- "nb"
attr(near, "region.id") <- as.character(seq_along(near))
weights <- nb2listw(include.self(near), style="B")
found <- t(apply(values, 1, function(map) as.numeric(localG(map, weights))))
write.table(found, file.path(folder, "found.csv"), sep=",", row.names=FALSE, col.names=FALSE)
"""


@cache
def missing() -> str:
    """Return why spdep cannot be run, or nothing if it can."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "R is absent"
    printed = subprocess.run([rscript, "-e", _PROBE], capture_output=True, text=True, check=False)
    return "" if "TRUE" in printed.stdout else "R is here without it"


def local_g(graph: Graph, values: Floats) -> Floats | None:
    """Return z of Gi* of each map (a row) and place, or None without spdep.

    Every place has a neighbor; the places are in the graph's order.
    """
    if missing():
        return None
    matrix = graph.sparse.tocoo()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        links = np.column_stack([matrix.row, matrix.col]) + 1
        np.savetxt(folder / "links.csv", links, fmt="%d", delimiter=",")
        np.savetxt(folder / "values.csv", values, delimiter=",")
        (folder / "run.R").write_text(_SCRIPT, encoding="utf-8")
        subprocess.run(
            ["Rscript", str(folder / "run.R"), str(folder)], check=True, capture_output=True
        )
        found: Floats = np.loadtxt(folder / "found.csv", delimiter=",", ndmin=2)
    return found
