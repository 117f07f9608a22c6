"""An address as it was written becomes its parts."""
