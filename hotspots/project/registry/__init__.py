"""What a project file can name: the table of tests and the table of layers."""
