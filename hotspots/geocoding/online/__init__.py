"""Addresses asked of an online provider, with consent and never twice."""
