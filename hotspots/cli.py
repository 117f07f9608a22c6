"""The command line: ``hotspots demo | init | check | run | verify``.

Each command imports what it needs when it is called, so that ``--help`` is fast.
"""

from __future__ import annotations

import signal
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotspots.catalogue import DEFAULT, every_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


def _help(key: str, *, between: str = " · ") -> str:
    """Return a help text in every language, English first like the rest of ``--help``."""
    return every_language(f"command.{key}", between=between, first="en")


app = typer.Typer(
    name="hotspots",
    help=_help("hotspots", between="\n\n"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

ProjectFile = Annotated[Path, typer.Argument(help=_help("project_file"))]


@app.command(help=f"{_help('demo')}.")
def demo(
    city: Annotated[str, typer.Option(help=_help("city"))] = "",
    out: Annotated[Path | None, typer.Option(help=_help("out"))] = None,
) -> None:
    """Run a sample city."""
    with _plain_errors():
        from hotspots.samples import available, sample

        chosen = city or next(iter(available()), "juarez")
        _run(sample(chosen) / "project.toml", out or Path("out") / chosen)


@app.command(help=f"{_help('init')}.")
def init(
    units: Annotated[Path, typer.Option(help=_help("units"))],
    incidents: Annotated[Path, typer.Option(help=_help("incidents"))],
    out: Annotated[Path, typer.Option(help=_help("file"))] = Path("project.toml"),
    services: Annotated[list[Path] | None, typer.Option(help=_help("services"))] = None,
    streets: Annotated[Path | None, typer.Option(help=_help("streets"))] = None,
) -> None:
    """Write a project file for the given data."""
    with _plain_errors():
        from hotspots.project.config.starter import write_project_file

        written = write_project_file(
            out, units=units, incidents=incidents, services=services or (), streets=streets
        )
        _console().print(f"[bold]{_safe(written)}[/]", soft_wrap=True)
        _console().print(f"→ hotspots check {_safe(written)}", soft_wrap=True)


@app.command(help=f"{_help('check')}.")
def check(project_file: ProjectFile) -> None:
    """Read a project's inputs and report their quality."""
    with _plain_errors(), _screen() as screen:
        from hotspots.project.checkup import check as check_inputs
        from hotspots.project.show.screen import show_checkup

        found = check_inputs(project_file)
        screen.language = found.project.project.language
        show_checkup(found, screen.console)


@app.command(help=f"{_help('run')}.")
def run(
    project_file: ProjectFile,
    out: Annotated[Path, typer.Option(help=_help("out"))] = Path("out"),
    pdf: Annotated[bool, typer.Option("--pdf", help=_help("pdf"))] = False,
    pictures: Annotated[bool, typer.Option("--pictures", help=_help("pictures"))] = False,
) -> None:
    """Run a project."""
    with _plain_errors():
        _run(project_file, out, pdf=pdf, pictures=pictures)


@app.command(help=f"{_help('verify')}.")
def verify(
    out: Annotated[Path, typer.Argument(help=_help("run_folder"))],
    project_file: Annotated[Path | None, typer.Option("--project", help=_help("moved"))] = None,
    online: Annotated[bool, typer.Option("--online", help=_help("online"))] = False,
) -> None:
    """Run a project again from its manifest and compare the outputs."""
    with _plain_errors(), _screen() as screen:
        from hotspots.project.show.screen import show_verification
        from hotspots.project.verification import verify as verify_outputs

        with _progress(screen.console) as tell:
            found = verify_outputs(out, project_file=project_file, online=online, progress=tell)
        show_verification(found, screen.console)
    if not found.same:
        raise typer.Exit(1)


def _run(project_file: Path, out: Path, *, pdf: bool = False, pictures: bool = False) -> None:
    # SIGTERM (a shutdown, a time limit) cleans up like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with _screen() as screen:
        from hotspots.project.runner import run as run_file
        from hotspots.project.show.screen import show_run

        with _progress(screen.console) as tell:
            result = run_file(project_file, out=out, pdf=pdf, pictures=pictures, progress=tell)
        screen.language = result.project.project.language
        show_run(result, out, screen.console)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _safe(value: object) -> str:
    from rich.markup import escape

    from hotspots._text import printable

    return escape(printable(value))


@contextmanager
def _plain_errors() -> Iterator[None]:
    from hotspots.errors import HotspotsError

    try:
        yield
    except HotspotsError as error:
        from rich.console import Console

        Console(stderr=True, highlight=False).print(
            f"[bold red]Error:[/] {_safe(error)}", soft_wrap=True
        )
        raise typer.Exit(2) from None


@dataclass
class _Screen:
    """The console that a command prints to, and the language, once it is known."""

    console: Console
    language: str = DEFAULT


@contextmanager
def _screen() -> Iterator[_Screen]:
    """Yield a screen; the library's warnings are printed on it as notes, each only once."""
    from hotspots.catalogue import warning_text
    from hotspots.errors import HotspotsWarning

    screen = _Screen(_console())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", HotspotsWarning)
        yield screen
    notes = (warning_text(warning.message, screen.language) for warning in caught)
    for note in dict.fromkeys(notes):
        screen.console.print(f"[yellow]![/] {_safe(note)}", soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Yield a function that advances a progress bar to a stage and names it."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from hotspots.project.run.stages import STAGES

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<32}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(STAGES))

        def tell(stage: str) -> None:
            named = every_language(f"run.stage.{stage}")
            bar.update(task, completed=STAGES.index(stage), description=named)

        yield tell
