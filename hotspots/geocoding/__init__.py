"""Geocoding: addresses to points."""
