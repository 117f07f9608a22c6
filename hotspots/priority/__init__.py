"""Priorities: the ranking of polygons and the allocation of a budget."""
