"""The trade's vocabulary: pure tables, one row a thing."""
