"""The dashboard: pages made here, one style sheet, small scripts, and nothing from elsewhere."""
