"""What nbgrader is configured with: autograding, collectors, exporters, the exchange."""
