"""The base of every section of a project file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of a project file: every key is known, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""What columns and layers can be called after."""

Crs = str | int
"""A reference system, as pyproj reads it."""
