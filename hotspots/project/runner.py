"""``hs.run``: from a project file to the two folders and their manifest."""

from __future__ import annotations

import warnings
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hotspots._checks import utf8_name
from hotspots.catalogue import remark
from hotspots.errors import HotspotsWarning
from hotspots.maps.pictures.pictures import require_matplotlib, save_pictures
from hotspots.maps.privacy.earlier import FILE
from hotspots.maps.save.pdf import find_browser, save_pdf
from hotspots.project.config.settings import Project, load_project
from hotspots.project.run.inputs import read_inputs
from hotspots.project.run.pipeline import RunResult, compute
from hotspots.project.run.public_result import require_publishable
from hotspots.project.run.reference_layers import online_geocoder
from hotspots.project.write.edition import edition_of, review_lines
from hotspots.project.write.folder import replaced_folder
from hotspots.project.write.manifest import make_manifest, write_manifest
from hotspots.project.write.outputs import write_database, write_outputs
from hotspots.project.write.pages import run_map
from hotspots.project.write.publications import read_publications, with_new

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotspots.maps.privacy.earlier import Publication


def run(
    project_file: str | Path,
    *,
    out: str | Path,
    pdf: bool = False,
    pictures: bool = False,
    progress: Callable[[str], None] | None = None,
) -> RunResult:
    """Run a project, write the results to ``out``, and return them.

    Two folders are written that never mix: ``out/internal`` (readable by its owner only) and
    ``out/public``; beside them ``manifest.json``. The same project on the same inputs gives the
    same bytes. An interrupted run leaves the previous output intact. If the project names an
    output database, the results are then written there as tables, too.

    Parameters
    ----------
    project_file
        A TOML file; ``hotspots init`` writes a commented one.
    out
        The folder to write: new, empty, or made by an earlier run (then it is replaced).
    pdf
        Also print the briefing to ``internal/briefing.pdf``, with a local browser
        (:func:`hotspots.save_pdf`).
    pictures
        Also save a picture of each layer to ``internal/pictures``, with matplotlib
        (:func:`hotspots.save_pictures`).
    progress
        Called with the name of each stage (:data:`hotspots.project.run.stages.STAGES`) as it
        begins.

    Returns
    -------
    RunResult
        Units, incidents, polygons, rates, tests, layers, ranking and allocation.

    Raises
    ------
    HotspotsError
        If an input or a setting cannot be used; nothing is written then.

    Examples
    --------
    >>> import hotspots as hs, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = hs.run(hs.sample("tumbes") / "project.toml", out=folder + "/out")
    ...     sorted(path.name for path in pathlib.Path(folder, "out").iterdir())
    ['internal', 'manifest.json', 'public']
    """
    file = Path(project_file)
    result = run_project(
        load_project(file), file, out=Path(out), pdf=pdf, pictures=pictures, progress=progress
    )
    # Not in run_project, because a verification runs the project again and must not write there.
    write_database(result)
    return result


def run_project(
    project: Project,
    project_file: Path,
    *,
    out: Path,
    pdf: bool = False,
    pictures: bool = False,
    progress: Callable[[str], None] | None = None,
    cache_only: bool = False,
    replaced: Path | None = None,
) -> RunResult:
    """Run a project whose settings are validated already; see :func:`run`.

    With ``cache_only`` no provider is asked: only cached answers are used. ``replaced`` is the
    output whose public folder is the earlier publication, ``out`` by default.
    """
    tell = progress or _silent
    utf8_name(out.absolute(), "output folder")
    utf8_name(project_file.absolute(), "project file")
    browser = find_browser() if pdf else None
    if pictures:
        require_matplotlib()
    # Of this run alone, and so not in its report: a verification does not find it again.
    _warn_of_unknown_publication(replaced or out)
    with replaced_folder(out) as folder:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", HotspotsWarning)
            tell("read")
            inputs = read_inputs(project, project_file.parent)
            require_publishable(project, inputs)
            earlier = _earlier(project, project_file.parent, replaced or out)
            online = online_geocoder(
                project, project_file.parent, inputs.units, cache_only=cache_only
            )
            with closing(online) if online is not None else nullcontext():
                result = compute(project, inputs, tell, online=online)
            result = replace(result, earlier=earlier)
            edition = edition_of(result)
        review = tuple(review_lines(edition))
        result = replace(result, remarks=_told_once(caught), review=review)
        tell("write")
        write_outputs(result, edition, folder)
        if pictures:
            tell("draw")
            save_pictures(run_map(result), folder / "internal" / "pictures")
        if browser is not None:
            tell("print")
            internal = folder / "internal"
            save_pdf(internal / "briefing.html", internal / "briefing.pdf", browser=browser)
        manifest = make_manifest(project, project_file, inputs.files, folder, out, result.period)
        write_manifest(manifest, folder)
    return result


def _earlier(project: Project, folder: Path, replaced: Path) -> tuple[Publication, ...]:
    """Return what was published before, in the replaced output and in named folders."""
    folders = [folder / named for named in project.public.earlier]
    found: list[Publication] = []
    for one in (*folders, replaced / "public"):
        for publication in read_publications(one):
            found = with_new(found, publication)
    return tuple(found)


def _warn_of_unknown_publication(replaced: Path) -> None:
    """Say that the replaced output shows counts, and does not say of which months."""
    public = replaced / "public"
    if (public / "rates.csv").is_file() and not (public / FILE).is_file():
        warnings.warn(remark("public_unknown", folder=str(public)), stacklevel=2)


def _told_once(caught: list[warnings.WarningMessage]) -> tuple[HotspotsWarning, ...]:
    """Return our own warnings, each once, for the report, and issue all of them again."""
    for warning in caught:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    ours = [one.message for one in caught if isinstance(one.message, HotspotsWarning)]
    return tuple({str(message): message for message in ours}.values())


def _silent(stage: str) -> None:
    """Ignore the name of a stage."""
