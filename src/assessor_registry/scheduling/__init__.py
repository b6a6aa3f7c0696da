"""Schedules, candidates, assignments of assessors to days; load and clash."""
