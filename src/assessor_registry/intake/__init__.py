"""Workbooks in: parse in a guarded child process → preview → apply, one module per kind of file."""
