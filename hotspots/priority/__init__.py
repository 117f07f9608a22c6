"""Who first, and how much: ranking, allocation."""
