"""What grows old: verdicts and counts go, people in them earlier, or when they are forgotten."""
