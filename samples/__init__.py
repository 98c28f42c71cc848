"""Inert specimens, built by code at run time; nothing here was ever malware."""
