"""Benchmarks with their rivals, in one run each."""
