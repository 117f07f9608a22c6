"""Files of areas and points: what they are, and how they are read."""
