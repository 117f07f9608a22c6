"""Where a city's violence is higher than chance allows, and who should be funded first.

The data's way: incidents → geocoding → polygons → clusters → layers → priority → maps.
The names are listed in ``__init__.pyi`` and loaded when they are first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
