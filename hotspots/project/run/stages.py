"""The names of the stages of a run, in order."""

STAGES = (
    "read",
    "geocode",
    "polygons",
    "assign",
    "count",
    "test",
    "layers",
    "rank",
    "robustness",
    "write",
    "draw",
    "print",
)
