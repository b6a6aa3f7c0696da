"""The students who are assessed."""
