"""Counts by time and key: kept with the verdicts, read for any range."""
