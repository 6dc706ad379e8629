"""What a use case does inside its transaction."""
