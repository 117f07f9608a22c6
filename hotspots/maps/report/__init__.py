"""The report, a file a section."""
