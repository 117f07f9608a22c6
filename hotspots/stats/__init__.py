"""What several stages compute alike: corrections for many tests, sums that no order changes."""
