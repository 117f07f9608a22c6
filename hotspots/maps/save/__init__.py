"""Files that a person opens: a page without a network, PDF, CSV, a workbook."""
