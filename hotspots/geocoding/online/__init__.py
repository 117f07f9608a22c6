"""Look addresses up online, with consent, and each only once."""
