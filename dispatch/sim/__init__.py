"""Simulated drivers and callers that use the running server as anybody does."""
