"""What a suspension, a revocation, a circular taken back or a correction touches: shown first, then applied whole."""
