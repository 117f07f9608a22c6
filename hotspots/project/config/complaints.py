"""Validation errors of a project file, in words that an analyst can act on."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from hotspots._text import without_password

if TYPE_CHECKING:
    from collections.abc import Sequence


def explain(error: Any, content: dict[str, Any], sections: Sequence[type[BaseModel]]) -> str:
    """Return one pydantic error as text: the key, the value given, and what is valid.

    Parameters
    ----------
    error
        One of ``ValidationError.errors()``.
    content
        The content that was validated.
    sections
        The models whose keys are suggested for a misspelled one, nested sections included.
    """
    location = [*error["loc"]]
    key = ".".join(str(part) for part in location)
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if error["type"] == "value_error":
        came = error.get("input")
        shown = "" if isinstance(came, dict | BaseModel) else f" came as {came!r};"
        return f"{key}:{shown} {message}." if key else f"{message}."
    if error["type"] == "missing":
        return f"the key {key} is missing. Add it{_beside(content, location)}."
    if error["type"] == "extra_forbidden":
        near = _closest(location, sections)
        return f"there is no key {key}{near}. Remove it or correct its spelling."
    came = error.get("input")
    if isinstance(came, dict | BaseModel):
        return f"{key}: {message}."
    return f"{key}: came as {without_password(repr(came))}; it should be {message}."


def _beside(content: Any, location: list[Any]) -> str:
    for part in location[:-1]:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return ""
    if not isinstance(content, dict) or not content:
        return ""
    return f"; beside it there are: {', '.join(map(str, content))}"


def _closest(location: list[Any], sections: Sequence[type[BaseModel]]) -> str:
    known: set[str] = set()
    seen: list[Any] = []
    waiting: list[Any] = [*sections]
    while waiting:
        section = waiting.pop()
        seen.append(section)
        for name, field in section.model_fields.items():
            known.add(name)
            waiting.extend(part for part in _models(field.annotation) if part not in seen)
    near = difflib.get_close_matches(str(location[-1]), sorted(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _models(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]
