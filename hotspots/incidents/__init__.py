"""Police tables become one clean point table: read, clean, taxonomy."""
