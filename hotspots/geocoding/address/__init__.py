"""Parse addresses into their parts."""
