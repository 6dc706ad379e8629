"""How people and devices reach the dispatch desk."""
