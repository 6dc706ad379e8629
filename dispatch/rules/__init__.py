"""What the SOP says of a vehicle and a request."""
