"""Use cases of the dispatch desk, written over ports only."""
