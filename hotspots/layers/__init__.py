"""Poverty and service access per polygon: areal, raster, access."""
