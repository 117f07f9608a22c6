"""Pictures of a map's layers, drawn by matplotlib."""
