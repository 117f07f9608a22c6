"""The tests and the kinds of layers that a project file can name, in one table each."""
