"""Statistics of a whole map: does it have a pattern at all."""
