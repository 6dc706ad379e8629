"""The demo: a made-up fleet with drivers and callers that are real clients."""
