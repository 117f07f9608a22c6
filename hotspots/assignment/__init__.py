"""Points become counts: each incident in one area, each area in its periods."""
