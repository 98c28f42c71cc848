"""The rule sets that a service keeps: taken in, checked, staged, active, retired; and orders."""
