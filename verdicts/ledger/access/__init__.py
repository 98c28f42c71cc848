"""Keys, sessions, idempotent requests and the audit."""
