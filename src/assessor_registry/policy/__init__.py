"""Dated rules with a source: shipped defaults, overridden by dated rows, the nearest scope winning."""
