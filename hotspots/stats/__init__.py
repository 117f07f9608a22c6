"""What several stages compute alike: corrections, p-values, Poisson intervals and tests, sums."""
