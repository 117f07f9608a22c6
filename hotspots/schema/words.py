"""The vocabulary: names of columns and indexes, statuses, labels."""

from __future__ import annotations

from enum import StrEnum

# ── index names ──────────────────────────────────────────────────────────────────────────
ROW_ID = "row_id"
UNIT_ID = "unit_id"
POLYGON_ID = "polygon_id"

# ── columns of units and polygons ────────────────────────────────────────────────────────
POPULATION = "population"
POPULATION_KNOWN = "population_known"  # False where residents are not known and count as 0
POPULATION_UNKNOWN_UNITS = "population_unknown_units"  # how many such units a polygon has
NAME = "name"
GEOMETRY = "geometry"

# ── columns of incidents ─────────────────────────────────────────────────────────────────
EVENT_ID = "event_id"  # several rows may be victims of one event
VICTIMS = "victims"  # victims on this row (int)
DATE = "date"  # datetime64, NaT where unreadable
DATE_PRECISION = "date_precision"  # year | month | day | minute | none
CATEGORY = "category"  # class of the taxonomy, or "unmapped"
CATEGORY_SOURCE = "category_source"  # the original label
ADDRESS = "address"
NEIGHBORHOOD = "neighborhood"  # as the row states it
REPEAT_OF = "repeat_of"  # row_id of the first row that is the same in every mapped column
LOCATION_STATUS = "location_status"
LOCATION_PRECISION = "location_precision"
LOCATION_SCORE = "location_score"  # 0..1
LOCATION_RADIUS = "location_radius_m"  # meters; 0 for a point
LOCATION_MATCH = "location_match"  # text of what was matched in the gazetteer
LOCATION_ALTERNATIVE = "location_alternative"  # second candidate of an ambiguous row (a point)
REPAIR = "repair"  # notes on what was repaired in this row, "" if nothing
PROBLEM = "problem"  # notes on what could not be used and why, "" if nothing
ASSIGNMENT_STATUS = "assignment_status"

UNMAPPED = "unmapped"
UNDATED = "undated"
NOT_STATED = "not stated"


class LocationStatus(StrEnum):
    """How an incident was located."""

    GIVEN = "given"
    MATCHED = "matched"
    APPROXIMATE = "approximate"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"
    INVALID = "invalid"


class LocationPrecision(StrEnum):
    """What an incident's point represents."""

    COORDINATE = "coordinate"
    HOUSE = "house"
    INTERSECTION = "intersection"
    STREET = "street"
    NEIGHBORHOOD = "neighborhood"
    NONE = "none"


class AssignmentStatus(StrEnum):
    """The one fate of each incident; the counts of all fates add up to the rows read."""

    INSIDE = "inside"
    BOUNDARY = "boundary"
    SNAPPED = "snapped"
    SHARED = "shared"
    OUTSIDE = "outside"
    UNLOCATED = "unlocated"
    UNKNOWN_RESIDENTS = "unknown_residents"


COUNTED = (AssignmentStatus.INSIDE, AssignmentStatus.BOUNDARY, AssignmentStatus.SNAPPED)
"""The fates that are included in counts and tests."""

LOCATED = (LocationStatus.GIVEN, LocationStatus.MATCHED)
"""The statuses with a reliable point."""


class Label(StrEnum):
    """The result of a test for a place. The significant tail decides, never the sign of z."""

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
    ABOVE = "above"
    NOT_ABOVE = "not above"
    EXTREME = "extreme"
    EXTREME_LOW = "extreme low"
    EXCESS = "excess"
    DEFICIT = "deficit"
    NOT_SIGNIFICANT = "not significant"
    ISOLATE = "isolate"
    NO_DATA = "no data"
    NO_EVIDENCE = "no evidence"
    NOT_TESTED = "not tested"


RAISED = (Label.HOT, Label.HIGH_HIGH, Label.ABOVE, Label.EXTREME, Label.EXCESS)
"""The labels that mean *higher than the test's null allows*."""

LOWERED = (Label.COLD, Label.LOW_LOW, Label.EXTREME_LOW, Label.DEFICIT)
"""The labels that mean *lower than the test's null allows*."""

LEVELS = {UNIT_ID: "units", POLYGON_ID: "polygons"}
"""Name of an index → the level of a test on it."""
