"""The search for polygons within bounds: cut, repair, improve, leave out."""
