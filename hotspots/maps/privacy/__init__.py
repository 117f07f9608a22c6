"""What a public page must not show."""
