"""Did it work, did it move: change, displacement."""
