"""Census units become polygons of 10,000–15,000 residents: units, build, assign, quality."""
