"""Makes what students get: the built lessons, their bundles, and how pages look."""
