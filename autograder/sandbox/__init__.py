"""Runs students' code in a sandbox: the fork server, the session of one notebook, the protections."""
