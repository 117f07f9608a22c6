"""Where it is really high: rates, inference, Getis-Ord, Moran, excess risk, roll-up."""
