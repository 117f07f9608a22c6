"""The project file: its sections, their validation, and the starter that writes one."""
