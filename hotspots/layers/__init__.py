"""Layers: areal interpolation, zonal statistics and access to services, per polygon."""
