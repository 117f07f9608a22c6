"""Index the reference layers of a city, so that addresses can be looked up in them."""
