"""What students get right, each in a different style: every check must accept all of these."""
