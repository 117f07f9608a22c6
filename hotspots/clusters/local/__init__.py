"""Local statistics, a file each: Getis-Ord, Moran, Geary, join counts."""
