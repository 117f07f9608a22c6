"""Sections: a page whose parts are rewritten one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def table(head: Sequence[str], align: str, rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a Markdown table; ``align`` has an ``l`` or ``r`` for each column."""
    marks = {"l": "---", "r": "--:"}
    lines = [head, [marks[side] for side in align], *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def replaced(text: str, head: str, made: Mapping[str, str], order: Sequence[str]) -> str:
    """Return a page with some sections replaced, all in order below the head."""
    kept = {}
    for part in f"\n{text}".split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        kept[title.strip()] = body.strip()
    found = {**kept, **made}
    parts = [f"## {title}\n\n{found[title].strip()}\n" for title in order if title in found]
    return "\n".join([head.rstrip() + "\n", *parts])
