"""Reading: what one person may see of one thing, decided once, for HTTP, socket, messages and exports."""
