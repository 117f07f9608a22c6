"""Measurements of the library: its speed and its honesty. Run by `make`, never by a test."""
