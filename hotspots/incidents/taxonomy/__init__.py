"""Local labels of crimes become classes: taxonomies, the ICCS, and how well labels fit."""
