"""Passwords of encrypted containers: which are tried, in which order, at what price."""
