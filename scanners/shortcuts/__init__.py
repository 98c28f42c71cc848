"""Shortcuts and launchers: small files that start something else when they are opened."""
