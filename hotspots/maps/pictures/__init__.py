"""Pictures of a map's views, drawn by matplotlib."""
