"""The supervisor's part in the life of rule sets: take orders, check, stage, switch, look back."""
