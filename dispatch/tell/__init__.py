"""Telling people: an outbox fed by the journal, and the gateways that carry its messages."""
