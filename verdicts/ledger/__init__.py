"""The verdict log: the only place that speaks SQL, and the process that writes it."""
