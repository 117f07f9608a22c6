"""Geometry that several stages share: weights, adjacency, coverages, networks, files."""
