"""The parts of the generator of the invented sample cities; see ``../make_cities.py``."""
