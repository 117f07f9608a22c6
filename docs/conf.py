"""Sphinx: the pydata theme, numpydoc and myst-nb; the sample's pages are made by the build."""

from __future__ import annotations

import shutil
from pathlib import Path

import hotspots as hs

HERE = Path(__file__).resolve().parent
BUILT = HERE / "_build" / "sample"

project = "hotspots"
author = "The hotspots maintainers"
copyright = "2026, " + author
release = version = hs.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build", "api/generated/*.rst.bak"]
html_theme = "pydata_sphinx_theme"
html_title = "hotspots"
html_static_path = ["_static"]
html_extra_path = [str(BUILT / "pages")]
html_theme_options = {
    "show_prev_next": False,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# The notebook is run on the sample at each build: what it shows is what the code does today.
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True


def make_sample_pages() -> None:
    """Run the sample city, so that the first page shows the map of this very version."""
    out = BUILT / "out"
    hs.run(hs.sample("juarez") / "project.toml", out=out)
    pages = BUILT / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for source in (
        out / "internal" / "briefing.html",
        out / "internal" / "report.html",
        out / "public" / "public.html",
    ):
        shutil.copyfile(source, pages / source.name)


def link_notebooks() -> None:
    """Copy the notebooks to where Sphinx looks for its pages."""
    target = HERE / "notebooks"
    target.mkdir(exist_ok=True)
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, target / notebook.name)


make_sample_pages()
link_notebooks()
