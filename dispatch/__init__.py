"""What is decided about vehicles and requests, and keeping it."""
