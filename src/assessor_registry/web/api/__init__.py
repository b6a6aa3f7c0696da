"""The JSON API, `/api/v1`: the same acts as the pages."""
