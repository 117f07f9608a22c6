"""The spatial scan statistic."""
