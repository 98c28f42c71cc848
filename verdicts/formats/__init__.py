"""Verdicts in the formats of other tools: pure functions of a row as the API shows it."""
