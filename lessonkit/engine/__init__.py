"""The engine of the checks: it runs them on an implementation, compares, and says what it sees."""
