"""A plan of polygons: built, kept from last year, measured, compared with other plans."""
