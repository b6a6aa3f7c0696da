"""Pages: one module per thing that someone comes for."""
