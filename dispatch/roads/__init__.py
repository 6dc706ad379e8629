"""Travel times and areas for the desk."""
