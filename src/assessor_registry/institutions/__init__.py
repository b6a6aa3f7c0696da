"""Regions, schools, LSPs and their licences, networks of schools, venues, seasons."""
