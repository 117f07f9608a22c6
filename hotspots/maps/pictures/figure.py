"""One view drawn by matplotlib: the map, its legend and its text."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib.style
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation

from hotspots._text import printable
from hotspots.catalogue import number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from hotspots.maps.page.audience import PageContent
    from hotspots.maps.themes.headline import Headline
    from hotspots.maps.themes.palette import Style
    from hotspots.maps.themes.theme import Theme, ThemeClass

WIDTH, HEIGHT = 16.0, 9.0
"""Inches of a picture: 1600 × 900 pixels at 100 an inch, a slide's shape."""

INK, SOFT, GROUND, PAPER = "#1f1d1a", "#5a564e", "#eceff0", "#fffdf8"
_HATCHES = {"": None, "lines": "///", "dots": ".."}
_MARKS = {
    "synthetic": ("#000000", "#ffd84d"),
    "restricted": ("#ffffff", "#b2182b"),
    "public": ("#0b3d66", "#fffdf8"),
}
_LONGEST = 1_000
_MOST_NUMBERS = 40


@dataclass(frozen=True, eq=False, slots=True)
class BaseMap:
    """What every picture of a page has in common: shapes in meters.

    Attributes
    ----------
    polygons, units, streets
        Shapes in one projected CRS; None if the page has none.
    bounds
        (west, south, east, north) of the polygons.
    """

    polygons: gpd.GeoSeries
    units: gpd.GeoSeries | None
    streets: gpd.GeoSeries | None
    bounds: tuple[float, float, float, float]

    @classmethod
    def of(cls, content: PageContent) -> BaseMap:
        """Return the shapes of a page in its own CRS, or from degrees in the local UTM zone."""
        polygons = content.polygons.geometry
        crs = polygons.crs if polygons.crs.is_projected else polygons.estimate_utm_crs()
        polygons = polygons.to_crs(crs)

        def there(layer: gpd.GeoDataFrame | None) -> gpd.GeoSeries | None:
            return None if layer is None or layer.empty else layer.geometry.to_crs(crs)

        west, south, east, north = (float(edge) for edge in polygons.total_bounds)
        return cls(
            polygons, there(content.units.areas), there(content.streets), (west, south, east, north)
        )


def draw_theme(
    content: PageContent, theme: Theme, base: BaseMap, headline: Headline | None
) -> Figure:
    """Return the picture of a theme; if it has periods, with a map for each."""
    with matplotlib.style.context("default"):
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor=PAPER)
        FigureCanvasAgg(figure)
        _write_words(figure, content, theme)
        shown = [(frame.title, frame.codes) for frame in theme.frames] or [("", theme.codes)]
        columns = _columns(len(shown), base)
        rows = math.ceil(len(shown) / columns)
        # The longest title must fit over its map.
        letters = max(len(title) for title, _ in shown) or 1
        size = min(13.0, 0.66 / columns * WIDTH * 72 / (0.6 * letters))
        for place, (title, codes) in enumerate(shown):
            column, row = place % columns, place // columns
            wide, tall = 0.70 / columns, 0.84 / rows
            title_room = 2.2 * size / 72 / (tall * HEIGHT)
            room = 1.0 - min(title_room, 0.25) if len(shown) > 1 else 1.0
            box = (0.02 + column * wide, 0.03 + (rows - 1 - row) * tall, wide, tall * room)
            axes = figure.add_axes(box)
            _draw_map(axes, theme, base, codes, streets=len(shown) == 1)
            if title:
                _write_text(axes, 0.03, 0.99, title, size=size, weight="bold", va="bottom")
            elif headline is not None and theme.category and theme.group == "statistics":
                _write_ranks(axes, content, base, headline)
            if place == 0:
                _draw_scale_bar(axes, content.language, size=min(11.0, size))
                _draw_north_arrow(axes, text("page.north", content.language), size=min(12.0, size))
        return figure


def _columns(maps: int, base: BaseMap) -> int:
    """Return the number of columns in which so many maps of this shape come out largest."""
    west, south, east, north = base.bounds
    shape = max(east - west, 1.0) / max(north - south, 1.0)

    def size(columns: int) -> float:
        rows = math.ceil(maps / columns)
        return min(0.70 * WIDTH / columns / shape, 0.84 * HEIGHT / rows)

    return max(range(1, maps + 1), key=size)


def _draw_map(
    axes: Axes, theme: Theme, base: BaseMap, codes: Sequence[int], *, streets: bool
) -> None:
    axes.set_axis_off()
    shapes = base.polygons if theme.level == "polygons" or base.units is None else base.units
    places = np.asarray(codes)
    for code, one in enumerate(theme.classes):
        mine = shapes[places == code]
        if len(mine):
            look = _patch_style(one.style)
            axes.add_collection(
                PathCollection(_paths(mine), zorder=2 + one.style.weight / 10, **look)
            )
    if theme.level == "units":
        outlines = _paths(base.polygons)
        axes.add_collection(
            PathCollection(outlines, facecolor="none", edgecolor="#4a463d", linewidth=0.9, zorder=3)
        )
    if streets and base.streets is not None:
        lines = [shapely.get_coordinates(line) for line in shapely.get_parts(base.streets)]
        axes.add_collection(
            LineCollection(lines, colors="#5f5a4c", linewidths=0.3, alpha=0.35, zorder=2.9)
        )
    west, south, east, north = base.bounds
    margin = 0.03 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal")


def _paths(shapes: gpd.GeoSeries) -> list[Path]:
    """Return one path per shape, with its holes and parts."""
    return [
        Path.make_compound_path(
            *(Path(shapely.get_coordinates(ring), closed=True) for ring in shapely.get_rings(shape))
        )
        for shape in shapes
    ]


def _patch_style(style: Style) -> dict[str, Any]:
    """Return the fill, outline, dashes and hatching of a class, as on the page."""
    dashes = tuple(float(one) for one in style.dash.split())
    return {
        "facecolor": style.fill,
        "edgecolor": style.stroke,
        "linewidth": style.weight * 0.75,
        "linestyle": (0, dashes) if dashes else "solid",
        "hatch": _HATCHES[style.hatch],
    }


def _write_ranks(axes: Axes, content: PageContent, base: BaseMap, headline: Headline) -> None:
    """Write the ranks on the high polygons, up to a number that can be read."""
    if content.ranking is None:
        return
    ranks = content.ranking.table["rank"].reindex(content.index)[headline.high.to_numpy(dtype=bool)]
    points = shapely.point_on_surface(base.polygons.to_numpy())
    where = dict(zip(content.index, points, strict=True))
    for place, rank in ranks.dropna().sort_values().head(_MOST_NUMBERS).items():
        axes.text(
            where[place].x, where[place].y, str(int(rank)),
            color="#ffffff", fontsize=11, fontweight="bold", ha="center", va="center", zorder=6,
            path_effects=[withStroke(linewidth=2.4, foreground="#3d0008")],
        )  # fmt: skip


def _draw_scale_bar(axes: Axes, language: str, *, size: float) -> None:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    most = (east - west) / 4
    step = 10.0 ** math.floor(math.log10(most))
    length = next(factor * step for factor in (5, 2, 1) if factor * step <= most)
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    for start, color in ((x, INK), (x + length / 2, "#ffffff")):
        axes.plot([start, start + length / 2], [y, y], color=INK, linewidth=5, zorder=7,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([start, start + length / 2], [y, y], color=color, linewidth=3, zorder=8,
                  solid_capstyle="butt")  # fmt: skip
    unit = "unit.kilometers" if length >= 1000 else "unit.meters"
    value = number(length / 1000 if length >= 1000 else length, language)
    axes.text(x + length, y + 0.014 * (north - south), text(unit, language, value=value),
              ha="right", va="bottom", fontsize=size, color=INK, zorder=8)  # fmt: skip


def _draw_north_arrow(axes: Axes, words: str, *, size: float) -> None:
    # In points above the letter, so that it points up even on the smallest map.
    tip = axes.transAxes + ScaledTranslation(0, 3.2 * size / 72, axes.figure.dpi_scale_trans)
    axes.annotate(
        words, xy=(0.965, 0.03), xycoords=tip, xytext=(0.965, 0.03), textcoords=axes.transAxes,
        ha="center", fontsize=size, color=INK,
        arrowprops={"facecolor": INK, "width": size / 5, "headwidth": size / 1.2},
    )  # fmt: skip


def _write_words(figure: Figure, content: PageContent, theme: Theme) -> None:
    """Write the title and the marks above the map, and the legend beside it."""
    title = content.categories.get(theme.category, "")
    heading = f"{title}: {theme.title}" if title else theme.title
    _write_text(figure, 0.02, 0.965, heading, size=22, weight="bold", va="top", width=70, lines=1)
    under = " · ".join(filter(None, [content.header.title, content.header.period]))
    _write_text(figure, 0.02, 0.905, under, size=13, color=SOFT, va="top", width=120, lines=1)
    right = 0.98
    for kind in (["synthetic"] if content.header.synthetic else []) + [
        "public" if content.public else "restricted"
    ]:
        ink, base = _MARKS[kind]
        mark = figure.text(
            right, 0.955, text(f"mark.{kind}", content.language), ha="right", va="top", color=ink,
            fontsize=12, fontweight="bold", parse_math=False,
            bbox={"facecolor": base, "edgecolor": ink if kind == "public" else base, "pad": 5},
        )  # fmt: skip
        box = mark.get_window_extent()
        right -= box.width / figure.bbox.width + 0.018
    _draw_legend(figure, content, theme)


def _draw_legend(figure: Figure, content: PageContent, theme: Theme) -> None:
    top = 0.84
    if theme.unit:
        _write_text(
            figure, 0.735, top, theme.unit, size=12, color=SOFT, va="top", width=38, lines=2
        )
        top -= 0.045
    handles = [
        _legend_patch(one, content.language, counted=not theme.frames) for one in theme.classes
    ]
    key = figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.728, top), frameon=False,
        fontsize=13, handlelength=2.2, handleheight=1.3, labelspacing=0.65, borderaxespad=0.3,
    )  # fmt: skip
    for label in key.get_texts():
        label.set_parse_math(False)
    foot = " ".join(one[:1].upper() + one[1:] for one in [theme.source, *theme.notes] if one)
    _write_text(figure, 0.735, 0.04, foot, size=11, color=SOFT, va="bottom", width=46, lines=9)


def _legend_patch(one: ThemeClass, language: str, *, counted: bool) -> Patch:
    label = textwrap.fill(_plain(one.label), 32)
    if counted:
        label = f"{label}  ({number(one.places, language)})"
    return Patch(label=label, **_patch_style(one.style))


def _write_text(
    where: Figure | Axes,
    x: float,
    y: float,
    words: str,
    *,
    size: float,
    color: str = INK,
    width: int = 200,
    lines: int = 1,
    **more: Any,
) -> None:
    """Write text as it is (a dollar sign starts no formula), wrapped and cut after ``lines``."""
    wrapped = textwrap.wrap(_plain(words), width, max_lines=lines, placeholder=" …") or [""]
    options: dict[str, Any] = (
        {} if isinstance(where, Figure) else {"transform": where.transAxes, "zorder": 9}
    )
    where.text(
        x, y, "\n".join(wrapped), fontsize=size, color=color, parse_math=False, **options, **more
    )


def _plain(words: str) -> str:
    return " ".join(printable(words).split())[:_LONGEST]
