"""Headers: usable names for the columns of a table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hotspots.errors import ColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence


def header_names(cells: Sequence[str], where: str) -> list[str]:
    """Return usable column names, blank ones named by position.

    Raises
    ------
    ColumnError
        If two columns bear the same name.
    """
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, start=1)]
    doubled = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise ColumnError(f"{where}: two columns are named {doubled[0]!r}. Rename one of them.")
    return names
