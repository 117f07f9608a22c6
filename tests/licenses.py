"""What a user's installation brings: no GPL, and the libraries inside wheels as the docs name them.

``make licenses`` runs it; ``docs/house/licenses.md`` has a row for each library.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

EXTRAS = ("cluster", "online", "postgis", "static")
DOCS = Path(__file__).parents[1] / "docs" / "house" / "licenses.md"
_COPYLEFT = re.compile(r"\bA?GPL|General Public License", re.I)
_LESSER = re.compile(r"LGPL|Lesser General Public", re.I)


def brought(name: str, extras: tuple[str, ...], found: set[str]) -> set[str]:
    """Return the installed distributions that a requirement brings, those they bring with them."""
    for line in distribution(name).requires or ():
        need = Requirement(line)
        mark = need.marker
        wanted = not mark or any(mark.evaluate({"extra": one}) for one in ("", *extras))
        key = re.sub(r"[-_.]+", "-", need.name).lower()
        if not wanted or key in found:
            continue
        try:
            distribution(need.name)
        except PackageNotFoundError:
            continue
        found.add(key)
        brought(need.name, tuple(need.extras), found)
    return found


def refused(packages: set[str]) -> list[str]:
    """Return the packages under the GPL or the AGPL; the LGPL is none of them."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--packages"]
    command += sorted(packages)
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [f"{one['Name']}: {one['License']}" for one in told if is_refused(one["License"])]


def is_refused(license: str) -> bool:
    """Return whether the words name the GPL or the AGPL."""
    return bool(_COPYLEFT.search(license)) and not _LESSER.search(license)


def bundled(packages: set[str]) -> set[str]:
    """Return ``wheel/library`` for each shared library that these packages' wheels bring along."""
    found = set()
    for package in packages:
        for file in distribution(package).files or ():
            folder = file.parts[0]
            if folder.endswith(".libs") and ".so" in file.name:
                library = re.split(r"-[0-9a-f]{8}|\.so", file.name)[0].removeprefix("lib")
                found.add(f"{package}/{library}")
    return found


def named() -> set[str]:
    """Return what the docs name, in the same form."""
    rows = re.findall(r"^\| ([\w-]+) \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.M)
    return {
        f"{wheel}/{library}" for wheel, listed in rows for library in re.findall("`(.+?)`", listed)
    }


def main() -> int:
    """Print what is wrong, and return 1 if anything is."""
    packages = brought("hotspots-geo", EXTRAS, set())
    wrong = [f"GPL at run time: {one}" for one in refused(packages)]
    wrong += [f"not named in {DOCS.name}: {one}" for one in sorted(bundled(packages) - named())]
    sys.stdout.write("\n".join(wrong or [f"{len(packages)} packages, none under the GPL"]) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
