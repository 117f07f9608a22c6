"""Report how well incidents are located, and where locations are missing."""
