"""Pictures of a map's views for slides: PNG, with legend, scale bar and north arrow."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots.errors import InputError, MissingExtraError, OutputError
from hotspots.maps.page.theme_list import headlines_of, themes_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from hotspots.maps.page.briefing import BriefingMap
    from hotspots.maps.themes.theme import Theme

DPI = 100


def save_pictures(
    page: BriefingMap, folder: str | Path, *, only: Collection[str] | None = None
) -> list[Path]:
    """Write one PNG per view of the map, and return the files.

    A picture has the page's colors, outlines, hatching and legend, its title, unit, source and
    marks (restricted, invented data), a scale bar and a north arrow; hot spots bear their ranks.
    A view with a slider becomes a sheet of small maps, one per period. Pictures withhold what the
    page withholds. The same map gives the same bytes with the same version of matplotlib.

    Parameters
    ----------
    page
        From :func:`hotspots.briefing_map`.
    folder
        Folder of the pictures; it is created if need be, and files of the same names replaced.
    only
        Keys of ``page.views``; all by default.

    Returns
    -------
    list of pathlib.Path
        In the order of ``page.views``: ``01_focus_homicide.png`` ...

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed (extra ``static``).
    InputError
        If ``only`` names a view that the map does not have.
    OutputError
        If a picture cannot be written.

    Examples
    --------
    >>> import geopandas as gpd, tempfile
    >>> from shapely import box
    >>> from hotspots.maps.page.briefing import briefing_map
    >>> from hotspots.maps.page.content import BriefingContent
    >>> from hotspots.schema import Layer
    >>> squares = gpd.GeoDataFrame(
    ...     {"population": [12_000]},
    ...     geometry=[box(360_000, 3_500_000, 361_000, 3_501_000)], index=["P1"], crs=32613)
    >>> poverty = Layer("poverty", squares["population"] / 400, "%", "more_is_worse", "Census")
    >>> content = BriefingContent(polygons=squares, results={}, layers=[poverty])
    >>> page = briefing_map(content, language="en")
    >>> [path.name for path in save_pictures(page, tempfile.mkdtemp())]
    ['01_layer_poverty.png']
    """
    unknown = sorted(set(only or ()) - set(page.views))
    if unknown:
        raise InputError(
            f"only: came with {unknown[0]!r}. This map can show: {', '.join(page.views)}."
        )
    figure = _figure()
    content = page.content
    headlines = headlines_of(content)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be created: {error.strerror}. Name a folder that you may write in."
        ) from error
    base = figure.BaseMap.of(content)
    written = []
    for number, theme in enumerate(themes_of(content, headlines), start=1):
        if only is None or theme.key in only:
            picture = figure.draw_theme(content, theme, base, headlines.get(theme.category))
            written.append(_written(picture, target / f"{number:02d}_{_stem(theme)}.png"))
    return written


def require_matplotlib() -> None:
    """Raise an error if pictures cannot be drawn, before a run begins.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    _figure()


def _figure() -> Any:
    try:
        from hotspots.maps.pictures import figure
    except ImportError as error:
        raise MissingExtraError(
            "save_pictures needs matplotlib. Install it with: pip install 'hotspots-geo[static]'"
        ) from error
    return figure


def _stem(theme: Theme) -> str:
    return re.sub(r"[^0-9a-z]+", "_", theme.key.lower()).strip("_")[:60]


def _written(figure: Any, path: Path) -> Path:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with warnings.catch_warnings():
            # A letter that the font does not have is drawn as a box.
            warnings.filterwarnings("ignore", message=".*missing from font.*")
            # Without the name of the program, which holds its version.
            figure.savefig(partial, format="png", dpi=DPI, metadata={"Software": None})
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. "
            "Check that you may write in the folder."
        ) from error
    return path
