"""Honesty, measured: false alarms on maps without a pattern, and what is found of planted ones."""
