"""What students get right, each in a style of their own: every check must accept every one of these."""
