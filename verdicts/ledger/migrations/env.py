"""Runs the migrations on the connection that `database.migrate` opened."""

from alembic import context

from verdicts.ledger.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
