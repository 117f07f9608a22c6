"""Why a polygon is out of bounds, and for how many residents that is proven."""
