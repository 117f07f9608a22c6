"""The words: names of columns and indexes, states, labels."""

from __future__ import annotations

from enum import StrEnum

# ── index names ──────────────────────────────────────────────────────────────────────────
ROW_ID = "row_id"
UNIT_ID = "unit_id"
POLYGON_ID = "polygon_id"

# ── columns of units and polygons ────────────────────────────────────────────────────────
POPULATION = "population"
NAME = "name"
GEOMETRY = "geometry"

# ── columns of incidents ─────────────────────────────────────────────────────────────────
EVENT_ID = "event_id"  # several rows may be victims of one event
VICTIMS = "victims"  # victims on this row (int)
DATE = "date"  # datetime64, NaT where unreadable
DATE_PRECISION = "date_precision"  # year | month | day | minute | none
CATEGORY = "category"  # class of the taxonomy, or "unmapped"
CATEGORY_SOURCE = "category_source"  # the label as it came
ADDRESS = "address"
NEIGHBORHOOD = "neighborhood"  # as the row states it
REPEAT_OF = "repeat_of"  # row_id of the first row that is the same in every mapped column
LOCATION_STATUS = "location_status"
LOCATION_PRECISION = "location_precision"
LOCATION_SCORE = "location_score"  # 0..1
LOCATION_RADIUS = "location_radius_m"  # meters; 0 for a point
LOCATION_MATCH = "location_match"  # text of what was matched in the gazetteer
LOCATION_ALTERNATIVE = "location_alternative"  # second candidate of an ambiguous row (a point)
REPAIR = "repair"  # notes on what was mended on this row, "" where nothing was
PROBLEM = "problem"  # notes on what could not be used and why, "" where nothing
ASSIGNMENT_STATUS = "assignment_status"

UNMAPPED = "unmapped"
UNDATED = "undated"
NOT_STATED = "not stated"


class LocationStatus(StrEnum):
    """How an incident got its place."""

    GIVEN = "given"
    MATCHED = "matched"
    APPROXIMATE = "approximate"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"
    INVALID = "invalid"


class LocationPrecision(StrEnum):
    """What an incident's point stands for."""

    COORDINATE = "coordinate"
    HOUSE = "house"
    INTERSECTION = "intersection"
    STREET = "street"
    NEIGHBORHOOD = "neighborhood"
    NONE = "none"


class AssignmentStatus(StrEnum):
    """The one fate of each incident; counts over all fates add up to the rows read."""

    INSIDE = "inside"
    BOUNDARY = "boundary"
    SNAPPED = "snapped"
    SHARED = "shared"
    OUTSIDE = "outside"
    UNLOCATED = "unlocated"


COUNTED = (AssignmentStatus.INSIDE, AssignmentStatus.BOUNDARY, AssignmentStatus.SNAPPED)
"""The fates that enter counts and tests."""

LOCATED = (LocationStatus.GIVEN, LocationStatus.MATCHED)
"""The location states that are a point and not a guess."""


class Label(StrEnum):
    """What a test says of a place. The significant tail decides, never the sign of z."""

    HOT = "hot"
    COLD = "cold"
    HIGH_HIGH = "high-high"
    LOW_LOW = "low-low"
    HIGH_LOW = "high-low"
    LOW_HIGH = "low-high"
    SIMILAR = "similar"
    DISSIMILAR = "dissimilar"
    CO_LOCATED = "co-located"
    JUXTAPOSED = "juxtaposed"
    EXCESS = "excess"
    DEFICIT = "deficit"
    NOT_SIGNIFICANT = "not significant"
    ISOLATE = "isolate"
    NO_DATA = "no data"
    NO_EVIDENCE = "no evidence"
    NOT_TESTED = "not tested"


RAISED = (Label.HOT, Label.HIGH_HIGH, Label.EXCESS)
"""The labels that mean *higher than chance allows*."""

LOWERED = (Label.COLD, Label.LOW_LOW, Label.DEFICIT)
"""The labels that mean *lower than chance allows*."""

LEVELS = {UNIT_ID: "units", POLYGON_ID: "polygons"}
"""Name of an index → the level of a test on it."""
