"""The database: engine and transactions, and the private PostgreSQL in `embedded`."""
