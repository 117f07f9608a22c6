"""The run in memory: inputs, tests, layers, ranking."""
