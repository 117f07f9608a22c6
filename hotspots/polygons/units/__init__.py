"""Census units with residents, read and checked: where a plan begins."""
