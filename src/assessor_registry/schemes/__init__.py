"""Certification schemes: scheme, pinned version, cluster, unit of competency; aliases."""
