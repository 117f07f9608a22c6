"""What the commands print, kept at each build for the tutorial: nothing there is typed in."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path

from rich.console import Console
from typer.testing import CliRunner

import hotspots as hs
from hotspots.cli import app
from hotspots.project.run.pipeline import RunResult
from hotspots.project.show.screen import show_run

FILES = ("unidades.geojson", "incidentes.csv", "servicios.csv", "calles.geojson")
INIT = (
    "init --units mi-ciudad/unidades.geojson --incidents mi-ciudad/incidentes.csv "
    "--services mi-ciudad/servicios.csv --streets mi-ciudad/calles.geojson "
    "--out mi-ciudad/project.toml"
)
CHECK = "check mi-ciudad/project.toml"
RUN = "run mi-ciudad/project.toml --out out/mi-ciudad"

# Name of the mistake → (line as `init` wrote it, the mistake, the command that meets it).
MISTAKES = {
    "file": ('"unidades.geojson"', '"unidades.gpkg"', CHECK),
    "column": ('"FECHA"', '"FECHAS"', CHECK),
    "key": ("seed = 0", "sead = 0", CHECK),
    "quotes": ('language = "es"', "language = es", CHECK),
    "bounds": ("[10000, 15000]", "[15000, 10000]", CHECK),
    "category": ('"extortion"', '"extorsion"', CHECK),
    "population": ('"POBTOT"', '"NOM_COL"', CHECK),
    "folder": ("", "", "run mi-ciudad/project.toml --out mi-ciudad"),
    "again": ("", "", INIT),
}


def keep_screens(folder: Path, result: RunResult) -> None:
    """Write what each command of the tutorial prints into ``folder``, a file for each.

    Parameters
    ----------
    folder
        Where to write; the tutorial's folder ``mi-ciudad`` is made inside.
    result
        The run of the sample city, whose screen is that of ``make demo``.
    """
    _as_printed((Path(__file__).parent / "guide" / "tutorial.md").read_text(encoding="utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    city = folder / "mi-ciudad"
    city.mkdir(parents=True)
    for name in FILES:
        shutil.copy(hs.sample("juarez") / name, city)
    with (folder / "demo.txt").open("w", encoding="utf-8") as file:
        show_run(result, Path("out/juarez"), Console(file=file, width=80, highlight=False))
    with chdir(folder):
        _keep("init", INIT, code=0)
        _keep("check", CHECK, code=0)
        project_file = Path("mi-ciudad/project.toml")
        written = project_file.read_text(encoding="utf-8")
        for name, (line, mistake, command) in MISTAKES.items():
            if line not in written:
                raise RuntimeError(f"docs: init writes no {line!r} any more ({name})")
            project_file.write_text(written.replace(line, mistake, 1), encoding="utf-8")
            _keep(name, command, code=2)
        project_file.write_text(written, encoding="utf-8")


def _as_printed(tutorial: str) -> None:
    for command in (INIT, CHECK, RUN):
        if f"$ hotspots {command}\n" not in tutorial:
            raise RuntimeError(f"docs: the tutorial does not say 'hotspots {command}' any more")


def _keep(name: str, command: str, *, code: int) -> None:
    answer = CliRunner(env={"COLUMNS": "80"}).invoke(app, command.split())
    if answer.exit_code != code:
        raise RuntimeError(f"docs: hotspots {command} ended with {answer.exit_code}: {answer}")
    printed = answer.output.strip().replace(str(Path.cwd()), "/home/ana/hotspots")
    Path(f"{name}.txt").write_text(printed + "\n", encoding="utf-8")
