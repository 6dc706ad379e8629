"""The road table, the network made from it, and what changes its travel times."""
