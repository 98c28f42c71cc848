"""The rule set as such: what belongs to it, what it is called, and whether it is right."""
