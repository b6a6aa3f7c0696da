"""The outbox of mail and its delivery."""
