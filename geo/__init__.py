"""Where things are and how long the way is; knows nothing of dispatch."""
