"""The permutation engine: what chance alone gives, for every place."""
