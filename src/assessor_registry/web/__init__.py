"""Pages, JSON API, guards and error mapping; all acts are those of the rooms below."""
