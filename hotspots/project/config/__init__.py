"""The project file: its keys, their checks, and the starter that writes one."""
