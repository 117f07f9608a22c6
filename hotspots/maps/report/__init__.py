"""The report, one module per section."""
