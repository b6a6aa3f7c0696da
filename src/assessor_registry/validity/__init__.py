"""Whether an assessor may assess: certificates, technical certificates, appointments, extensions, sanctions.

Facts go in and are never overwritten; active periods and the status of eligibility (standing/status kelayakan) on a
day come out of them by pure functions in `rules`.
"""
