"""Results per unit of competency: the draft on the phone, the signed record, and what became of it."""
