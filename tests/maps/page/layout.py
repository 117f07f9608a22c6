"""What is wrong with how a page is laid out and drawn, asked from the page itself.

Nothing here depends on a font: no width is expected, only that texts stay whole, that nothing lies
over anything, and that the map is where it should be, in the colors of its legend.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
ACROSS = 12  # the toy city's squares in a row, the first row at the bottom
ALWAYS = {"header", "list", "map", "legend", "category", "layers", "compare", "zoom", "scale"}
OVER = {
    "map": ("legend", "category", "layers", "compare", "zoom", "slider"),
    "beside map": ("beside choice", "beside slider"),
}


def drawn_on(page):
    """Return what the page draws: texts, parts, numbers, and the polygons of each map."""
    return json.loads(page.evaluate(PROBE))


def faults(page, *more, without=()):
    """Return every fault of the page as it stands, in words.

    ``more`` names what is shown beside what always is, and ``without`` what is not.
    """
    seen, panel = drawn_on(page), "panel" in more
    found = [f"{seen['width']} pixels wider than the window"] if seen["width"] > 0 else []
    found += [f"{name} scrolls sideways" for name in seen["scrolled"]]
    found += _of_texts(seen["texts"], panel) + _of_parts(seen["parts"], panel)
    found += _missing(seen["parts"], (ALWAYS | {*more}) - {*without})
    for drawn in seen["maps"]:
        frame = seen["parts"][drawn["name"]]
        found += _of_map(drawn, frame) + _of_legend(drawn, panel)
        if not panel:
            found += _outside(drawn, frame)
            found += _hidden(drawn, {name: seen["parts"].get(name) for name in OVER[drawn["name"]]})
    return found + _of_numbers(seen)


def _of_texts(texts, panel):
    found = [f"{one['words']!r} is {one['out']}" for one in texts if one["out"]]
    for one in texts:
        if one["under"] and not (panel and one["under"] == "the panel" and not one["panel"]):
            found.append(f"{one['words']!r} lies under {one['under']}")
    # What a panel covers is covered by it alone, and on purpose.
    visible = [one for one in texts if one["visible"] and (one["panel"] or not panel)]
    boxes = np.array([one["box"] for one in visible])
    wide = np.minimum.outer(boxes[:, 2], boxes[:, 2]) - np.maximum.outer(boxes[:, 0], boxes[:, 0])
    tall = np.minimum.outer(boxes[:, 3], boxes[:, 3]) - np.maximum.outer(boxes[:, 1], boxes[:, 1])
    heights = boxes[:, 3] - boxes[:, 1]
    clash = (wide > 1.5) & (tall > 0.35 * np.minimum.outer(heights, heights))
    for a, b in zip(*np.nonzero(np.triu(clash, 1)), strict=True):
        found.append(f"{visible[a]['words']!r} lies over {visible[b]['words']!r}")
    return found


def _missing(parts, named):
    named = named | {"north"} if _on_desk(parts) or "method" in named else named
    return [f"{name} is not shown" for name in sorted(named - set(parts))] + [
        f"{name} is shown" for name in sorted(set(parts) - named)
    ]


def _of_parts(parts, panel):
    """No part lies over another; the map lies under some, and the panel over some."""
    found = []
    under_the_panel = {"list", "scale", "north"} if _on_desk(parts) else set(parts)
    for one, other in combinations(parts, 2):
        if {"map", "beside map"} & {one, other}:
            continue
        if "panel" in (one, other) and {one, other} & (under_the_panel - {"panel"}):
            continue
        if _meet(parts[one], parts[other], 1):
            found.append(f"{one} lies over {other}")
    return found + _places(parts, panel)


def _places(parts, panel):
    """Return what of the desk's parts is not where a reader looks for it."""
    frame, legend, listed = parts["map"], parts["legend"], parts["list"]
    on_desk = _on_desk(parts)
    said = {
        "the header is not on top": parts["header"][3] <= min(frame[1], listed[1]) + 1,
        "the list is neither beside the map nor under it": (
            on_desk or listed[0] >= frame[2] or listed[1] >= frame[3]
        ),
    }
    if "beside map" in parts:
        other = parts["beside map"]
        sides = [(one[2] - one[0], one[3] - one[1]) for one in (frame, other)]
        said["the maps differ in size"] = np.allclose(*sides, atol=4)
        said["the maps are not beside each other"] = (
            abs(frame[2] - other[0]) < 4 if on_desk else other[1] >= legend[3]
        )
        said["a legend is not under its map"] = (
            abs(legend[0] - frame[0]) < 11 and legend[1] >= frame[3] - 1
        )
    elif on_desk and not panel:
        corner = (legend[0] - frame[0], frame[3] - legend[3])
        said["the legend is not in its corner"] = np.allclose(corner, (10, 10), atol=2)
    return [words for words, holds in said.items() if not holds]


def _of_map(drawn, frame):
    """Return what is wrong with the grid: squares of one size, in rows and columns."""
    name, shapes = drawn["name"], drawn["shapes"]
    found = [f"{name}: polygon {k} is not drawn" for k, one in enumerate(shapes) if _faint(one)]
    boxes = np.array([one["box"] for one in shapes])
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    place = np.arange(len(shapes))
    grid = np.column_stack([place % ACROSS, place // ACROSS, np.ones(len(shapes))])
    steps, *_ = np.linalg.lstsq(grid, middles, rcond=None)
    (right, slant), (lean, up) = steps[0], steps[1]
    if np.abs(grid @ steps - middles).max() > 2:
        found.append(f"{name}: the polygons are not where they lie in the city")
    if abs(right / -up - 1) > 0.03 or max(abs(slant), abs(lean)) > 0.05 * abs(right):
        found.append(f"{name}: the city is stretched or turned")
    extent = np.array([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)])
    sizes = (extent[2:] - extent[:2]) / (frame[2] - frame[0], frame[3] - frame[1])
    if sizes.max() < 0.3:
        found.append(f"{name}: the city is too small")
    return found


def _outside(drawn, frame):
    return [
        f"{drawn['name']}: polygon {k} sticks out of the map"
        for k, one in enumerate(drawn["shapes"])
        if _sticks_out(one["box"], frame)
    ]


def _hidden(drawn, parts):
    """Return which part lies over a polygon, and which polygon lies under anything."""
    name = drawn["name"]
    found = [
        f"{name}: {part} lies over polygon {k}"
        for part, box in parts.items()
        for k, one in enumerate(drawn["shapes"])
        if box is not None and _meet(box, one["box"], 0)
    ]
    return found + [
        f"{name}: polygon {k} lies under {one['under']}"
        for k, one in enumerate(drawn["units"] or drawn["shapes"])
        if one["under"]
    ]


def _of_legend(drawn, panel):
    """Each class has the polygons that it counts, in the color and outline of its swatch."""
    name, found, shapes = drawn["name"], [], drawn["units"] or drawn["shapes"]
    ring, lit = "rgb(61, 0, 8)", "rgb(11, 87, 208)"
    free = {lit} if panel else set()
    # Where the classes themselves have no such outline, it marks the hot polygons.
    free |= {ring} - {line["stroke"] for line in drawn["legend"]}
    for line in drawn["legend"]:
        alike = [one for one in shapes if one["fill"] == line["fill"]]
        if len(alike) != line["count"]:
            found.append(
                f"{name}: {len(alike)} polygons are {line['words']!r}, not {line['count']}"
            )
        for one in alike:
            same = one["stroke"] == line["stroke"] and one["dashed"] == line["dashed"]
            same = same and abs(one["weight"] - line["weight"]) < 0.5
            if not same and one["stroke"] not in free:
                found.append(f"{name}: an outline is not that of {line['words']!r}")
    return found


def _of_numbers(seen):
    """Return which number does not stand on the polygon that has its rank in the list."""
    shapes = next(one for one in seen["maps"] if one["name"] == "map")["shapes"]
    found = [] if seen["numbers"] else ["no polygon is numbered"]
    for words, box in seen["numbers"]:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        left, top, right, bottom = shapes[seen["ranks"][words]]["box"]
        if not (left < x < right and top < y < bottom):
            found.append(f"number {words} does not stand on its polygon")
    return found


def _sticks_out(box, frame):
    return any(box[k] < frame[k] for k in (0, 1)) or any(box[k] > frame[k] for k in (2, 3))


def _on_desk(parts):
    return parts["list"][2] <= parts["map"][0] + 1


def _faint(shape):
    return not shape["shown"] or shape["strength"] < 0.5 or shape["weight"] < 0.3


def _meet(one, other, least):
    wide = min(one[2], other[2]) - max(one[0], other[0])
    return wide > least and min(one[3], other[3]) - max(one[1], other[1]) > least
