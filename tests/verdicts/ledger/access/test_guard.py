"""The triggers that migrations make are those of the schema."""

import importlib

from verdicts.ledger.access.guard import POSTGRESQL, SQLITE


def test_migration_and_schema_agree() -> None:
    migration = importlib.import_module("verdicts.ledger.migrations.versions.v0004_ledger")
    assert migration.GUARDS == {"sqlite": SQLITE, "postgresql": POSTGRESQL}
