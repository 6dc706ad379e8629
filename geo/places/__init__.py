"""Finding a place by its name, and naming a position."""
