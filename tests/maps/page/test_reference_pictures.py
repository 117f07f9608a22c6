"""The main views look as they did: held against pictures that were looked at.

Where a change is meant, look at the new pictures and keep them:
``HOTSPOTS_KEEP_PICTURES=1 pytest tests/maps/test_reference_pictures.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.standalone import save_standalone
from tests.maps.page.test_in_browser import DESK, PHONE, browser, choose_layer, opened  # noqa: F401

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parent / "references"
BLOCK = 24  # pixels: another font moves letters within it, and colors of areas stay
MOST_IN_MEAN, MOST_BLOCKS, APART = 0.01, 0.01, 0.1


def focus(page):
    page.mouse.move(5, 5)


def clusters(page):
    choose_layer(page, "hot_spots:getis_ord_star:units/homicide")
    page.click("#hs-layers summary")
    page.mouse.move(5, 5)


def panel(page):
    page.click(".hs-row >> nth=0")
    page.mouse.move(5, 5)


def side_by_side(page):
    choose_layer(page, "time_rate/homicide")
    page.click("#hs-layers summary")
    page.click("#hs-compare")
    page.mouse.move(5, 5)


VIEWS = {
    "focus": (DESK, focus),
    "clusters": (DESK, clusters),
    "panel": (DESK, panel),
    "side_by_side": (DESK, side_by_side),
    "phone": (PHONE, focus),
}


def blocks(picture):
    """Return the mean color of each block of pixels, 0 to 1."""
    rows, columns = (side - side % BLOCK for side in picture.shape[:2])
    cut = picture[:rows, :columns, :3]
    return cut.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_looks_as_it_did(browser, content, tmp_path, view):  # noqa: F811
    size, act = VIEWS[view]
    path = save_standalone(briefing_map(content), tmp_path / "page.html")
    made = tmp_path / f"{view}.png"
    with opened(browser, path, size) as page:
        act(page)
        page.wait_for_timeout(400)
        page.screenshot(path=made)
    kept = FOLDER / f"{view}.png"
    if os.environ.get("HOTSPOTS_KEEP_PICTURES"):
        kept.write_bytes(made.read_bytes())
    now, then = (blocks(matplotlib.image.imread(one)) for one in (made, kept))
    assert now.shape == then.shape
    apart = np.abs(now - then).max(axis=2)
    assert apart.mean() < MOST_IN_MEAN
    assert (apart > APART).mean() < MOST_BLOCKS


def test_another_color_would_be_seen():
    picture = matplotlib.image.imread(FOLDER / "focus.png")
    changed = picture.copy()
    red = (picture[..., 0] > 0.6) & (picture[..., 1] < 0.4)
    assert red.mean() > 0.01
    changed[red] = 1.0
    apart = np.abs(blocks(picture) - blocks(changed)).max(axis=2)
    assert (apart > APART).mean() > MOST_BLOCKS or apart.mean() > MOST_IN_MEAN
