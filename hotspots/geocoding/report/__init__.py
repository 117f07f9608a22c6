"""How good the places of incidents are, and where they are missing."""
