"""Areas on the map: what is reached in time, and whose area a point lies in."""
