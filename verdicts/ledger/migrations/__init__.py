"""Alembic migrations of the verdict log; the ledger runs them at start."""
