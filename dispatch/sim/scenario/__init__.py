"""Scenario files, played through the real desk under a virtual clock."""
