"""Read-only SQL across rooms: what the first pages show."""
