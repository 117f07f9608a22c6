"""What the panel says of a polygon's change: an arrow, the ratio with its interval, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.catalogue import significant, text

if TYPE_CHECKING:
    import pandas as pd

ARROWS = {"rise": "↑", "fall": "↓"}


def changes_in_words(
    changes: pd.DataFrame, compared: tuple[str, str], language: str
) -> dict[str, Any]:
    """Return each polygon's change in words.

    Parameters
    ----------
    changes
        From :func:`hotspots.rate_change`, in the page's order.
    compared
        The two periods in words, the earlier first.
    language
        Language of the words.

    Returns
    -------
    dict
        ``arrows`` (``↑``, ``↓`` or "" where nothing can be told), ``said``, ``ratios`` (with the
        interval) and ``note``: the periods, and the change that all polygons share.
    """
    before, after = compared
    common = significant(float(changes["common_ratio"].max()), language)
    labels = changes["label"].astype(str)
    return {
        "arrows": [ARROWS.get(label, "") for label in labels],
        "said": [
            text(f"panel.change_{label if label in ARROWS else 'unknown'}", language)
            for label in labels
        ],
        "ratios": [
            _ratio(float(ratio), float(low), float(high), int(events), language)
            for ratio, low, high, events in zip(
                changes["ratio"],
                changes["ratio_low"],
                changes["ratio_high"],
                changes["events_after"],
                strict=True,
            )
        ],
        "note": text("panel.change_note", language, before=before, after=after, ratio=common),
    }


def _ratio(ratio: float, low: float, high: float, events: int, language: str) -> str:
    if np.isnan(ratio):
        return text("panel.change_without_events", language)
    if np.isinf(ratio):
        return text("panel.change_from_none", language, n=events)
    shown = {"ratio": ratio, "low": low, "high": high}
    return text(
        "panel.change_ratio",
        language,
        **{name: significant(value, language) for name, value in shown.items()},
    )
