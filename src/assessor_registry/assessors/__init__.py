"""The people who assess: identity, registration numbers, employment."""
