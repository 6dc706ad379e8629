"""The project's own map: vector tiles and their style."""
