"""Posterior: what is known of every place's risk, exchangeable or with neighbors."""
