"""Who is chosen, in which order, and what is done next."""
