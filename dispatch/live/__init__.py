"""Last positions and fan-out, in memory or through Redis."""
