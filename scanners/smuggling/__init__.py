"""Smuggling: files that are two things at once, and programs carried in other files or in texts."""
