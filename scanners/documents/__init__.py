"""Documents: what they run, fetch or carry, whatever format they have."""
