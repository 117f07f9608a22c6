"""Themes: ways of coloring the places, with their classes and words."""
