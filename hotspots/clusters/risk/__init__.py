"""Risk: rates, excess risk and its nulls, the funnel."""
