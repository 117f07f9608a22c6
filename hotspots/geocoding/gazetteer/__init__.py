"""Reference layers of a city, made ready for finding addresses in them."""
