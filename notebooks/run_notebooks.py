"""Runs every notebook of this folder top to bottom and says how long each took.

What a notebook shows is made where it is run; one that was committed with outputs is refused.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Run them all; an error in a cell ends with its traceback and exit code 1."""
    notebooks = sorted(FOLDER.glob("*.ipynb"))
    for path in notebooks:
        begun = time.perf_counter()
        notebook = nbformat.read(path, as_version=4)
        if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
            print(f"{path.name}: holds outputs. Clear them (Edit, Clear Outputs of All Cells).")
            return 1
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": FOLDER}}).execute()
        print(f"{path.name}: {time.perf_counter() - begun:.1f} s")
    return 0 if notebooks else 1


if __name__ == "__main__":
    sys.exit(main())
