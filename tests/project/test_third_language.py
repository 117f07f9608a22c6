"""A language is one file: put beside the others, it makes a whole run speak it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import hotspots

PACKAGE = Path(hotspots.__file__).parent
FORMS = {"one": "one", "few": "few", "many": "many", "other": "other"}


def marked(node, form=""):
    """Return English with every text between brackets, its plurals in Polish's four forms."""
    if isinstance(node, dict) and set(node) == {"one", "other"}:
        return {name: marked(node["other"], f"{name} ") for name in FORMS}
    if isinstance(node, dict):
        return {key: marked(value) for key, value in node.items()}
    if isinstance(node, list):
        return [marked(value) for value in node]
    return node if len(node) < 3 else f"⟦{form}{node}⟧"


def written(node):
    """Return a value as TOML writes it."""
    if isinstance(node, dict):
        pairs = (f"{json.dumps(key)} = {written(value)}" for key, value in node.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(node, list):
        return f"[{', '.join(map(written, node))}]"
    return json.dumps(node, ensure_ascii=False)


def language_file():
    english = tomllib.loads((PACKAGE / "catalogue" / "en.toml").read_text(encoding="utf-8"))
    polish = marked(english) | {"plural": FORMS}
    polish["format"] |= {"decimal": ",", "group": "\u00a0"}
    return "".join(f"{section} = {written(entries)}\n" for section, entries in polish.items())


@pytest.fixture
def installed(tmp_path):
    """Return a folder with a copy of the package, one language file added to its catalogue."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "copy" / "hotspots", ignore=ignored)
    file = tmp_path / "copy" / "hotspots" / "catalogue" / "pl.toml"
    file.write_text(language_file(), encoding="utf-8")
    return tmp_path / "copy"


def command(folder, *words):
    """Return what the copy's command prints; -m looks in the working folder first."""
    done = subprocess.run(
        [sys.executable, "-m", "hotspots", *map(str, words)],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def texts(node):
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def unmarked(page):
    """Return what of a page is not of the new language; a text may hold another."""
    while re.search(r"⟦[^⟦⟧]*⟧", page):
        page = re.sub(r"⟦[^⟦⟧]*⟧", "", page)
    return page


def english_sentences():
    """Return the English texts that nothing else on a page could read like."""
    english = tomllib.loads((PACKAGE / "catalogue" / "en.toml").read_text(encoding="utf-8"))
    found = {text for text in texts(english) if len(text) > 15 and "{" not in text}
    assert len(found) > 200
    return found


def test_one_file_more_makes_a_page_and_a_report_in_its_language(installed, town, tmp_path):
    town.edit('language = "es"', 'language = "pl"')
    screen = command(installed, "run", town.project, "--out", tmp_path / "out")
    # 400 rows take Polish's "many" (CLDR: 5–21, 25–31, ...).
    assert "⟦many 400 rows of incidents.⟧" in command(installed, "check", town.project)
    assert "⟦What was found:⟧" in screen and "⟦Map:⟧" in screen
    for page in ("internal/briefing.html", "internal/report.html", "public/public.html"):
        whole = (tmp_path / "out" / page).read_text(encoding="utf-8")
        assert '<html lang="pl"' in whole
        assert "⟦Poverty and services⟧" in whole or "⟦What was read⟧" in whole
        assert re.search(r"\d,\d", whole) and "⟦many " in whole
        assert [text for text in english_sentences() if text in unmarked(whole)] == []


def test_the_command_speaks_every_language(installed):
    for name, words in (
        ("run", "Output folder · Carpeta de salida · ⟦Output folder⟧"),
        ("init", "Census units · Unidades censales · ⟦Census units⟧"),
    ):
        # Where lines are broken, and how far a box goes, differs between versions of typer.
        help_text = " ".join(re.sub(r"[│\n]", " ", command(installed, name, "--help")).split())
        assert words in help_text
