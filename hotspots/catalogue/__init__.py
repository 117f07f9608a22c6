"""Everything a person reads, in Spanish and English; one file per language."""
