"""Geometry that several stages share: weights, adjacency, coverages, networks, files."""

from hotspots.spatial.offline import forbid_network

# Whatever opens a file of places comes through here first.
forbid_network()
