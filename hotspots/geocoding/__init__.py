"""Addresses become points: address, gazetteer, quality."""
