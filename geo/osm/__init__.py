"""OpenStreetMap extracts: what their tags mean, and what they hold of roads and of all that a map shows."""
