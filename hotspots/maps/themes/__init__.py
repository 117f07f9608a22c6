"""Themes: ways of coloring the map, with their classes and text."""
