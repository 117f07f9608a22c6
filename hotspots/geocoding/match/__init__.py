"""Parsed addresses find their places in the gazetteer."""
