"""The names of a run's stages, in the order in which data passes them."""

STAGES = (
    "read",
    "geocode",
    "polygons",
    "assign",
    "count",
    "test",
    "layers",
    "rank",
    "doubt",
    "write",
    "draw",
    "print",
)
