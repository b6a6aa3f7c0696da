"""assessor_registry."""
