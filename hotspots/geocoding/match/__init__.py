"""Match parsed addresses against a gazetteer."""
