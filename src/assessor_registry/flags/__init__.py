"""What needs doing (perlu tindak lanjut), and that a job has been done for a period."""
