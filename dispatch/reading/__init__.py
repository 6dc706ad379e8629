"""What one person may see, decided once for routes, the live connection, messages and links."""
