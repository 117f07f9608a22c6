"""Sphinx: the pydata theme, numpydoc and myst-nb; the sample's pages are made by the build."""

from __future__ import annotations

import html
import re
import shutil
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import hotspots as hs
from hotspots.project.run.pipeline import RunResult
from hotspots.project.write.pages import run_map, write_internal_pages

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from figures import keep_figures  # noqa: E402
from screens import keep_screens  # noqa: E402

BUILT = HERE / "_build" / "sample"
PAGES = BUILT / "pages"

project = "hotspots"
author = "The hotspots maintainers"
copyright = "2026, " + author
release = version = hs.__version__
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
]
exclude_patterns = ["_build", "jupyter_execute"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = "hotspots"
html_static_path = ["_static"]
html_css_files = ["hotspots.css"]
html_extra_path = [str(PAGES)]
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_sidebars = {page: [] for page in ("index", "guide/*", "evidence/*", "house/*", "notebooks/*")}

autosummary_generate = True
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 80
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "substitution"]
myst_heading_anchors = 3

# The notebook is run on the sample at each build: what it shows is what the code does today.
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_merge_streams = True


def run_sample() -> RunResult:
    """Run the sample city, so that every page shows what this very version finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HotspotsWarning)
        return hs.run(hs.sample("juarez") / "project.toml", out=BUILT / "out")


def make_pages(result: RunResult) -> str:
    """Put the run's pages where Sphinx copies them, and return the sentence of the header.

    The first page shows them in English; ``es/`` holds what the sample's project file asks for.
    """
    shutil.rmtree(PAGES, ignore_errors=True)
    for language in ("en", "es"):
        general = result.project.project.model_copy(update={"language": language})
        spoken = result.project.model_copy(update={"project": general})
        folder = PAGES if language == "en" else PAGES / language
        folder.mkdir(parents=True)
        write_internal_pages(replace(result, project=spoken), folder)
        public = run_map(replace(result, project=spoken), audience="public")
        hs.save_standalone(public, folder / "public.html")
    briefing = (PAGES / "briefing.html").read_text(encoding="utf-8")
    found = re.search(r'id="hs-sentence">(.*?)<', briefing, re.DOTALL)
    if found is None:
        raise RuntimeError("docs: the briefing has no sentence for the tutorial to quote")
    return html.unescape(found[1]).strip()


def keep_gallery(folder: Path, result: RunResult) -> None:
    """Draw the pictures of the gallery under names of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    shown = {
        "focus": ("internal", "focus/homicide"),
        "clusters": ("internal", "hot_spots:getis_ord_star:units/homicide"),
        "lisa": ("internal", "lisa:local_moran:units/homicide"),
        "time": ("internal", "time_rate/homicide"),
        "poverty": ("internal", "layer:poverty/"),
        "public": ("public", "rate/kidnapping"),
    }
    general = result.project.project.model_copy(update={"language": "en"})
    spoken = replace(result, project=result.project.model_copy(update={"project": general}))
    pages = {audience: run_map(spoken, audience=audience) for audience in ("internal", "public")}
    for name, (audience, key) in shown.items():
        (picture,) = hs.save_pictures(pages[audience], folder, only=[key])
        picture.rename(folder / f"{name}.png")


def copy_notebooks() -> None:
    """Copy the notebooks to where Sphinx looks for its pages."""
    target = HERE / "notebooks"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        shutil.copy(notebook, target)


def prepare() -> dict[str, str]:
    """Make all that the pages show, and return what they quote."""
    copy_notebooks()
    result = run_sample()
    keep_screens(BUILT / "screens", result)
    keep_gallery(BUILT / "gallery", result)
    figures = keep_figures(BUILT / "figures", result)
    return {"sentence": make_pages(result), **figures}


# Sphinx looks for `html_extra_path` as soon as this file is read, so the pages are made here.
myst_substitutions = prepare()
