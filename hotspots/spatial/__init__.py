"""Geometry that several stages need; imports nothing of ours above the ground floor."""
