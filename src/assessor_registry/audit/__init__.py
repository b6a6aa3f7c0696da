"""Who changed what, when, in which role; append-only, personal data masked."""
