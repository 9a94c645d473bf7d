"""The engine of the checks: runs them on an implementation, compares, and says what it sees."""
