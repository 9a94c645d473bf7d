"""Runs students' code locked in: the fork server, the session of one notebook, the protections."""
