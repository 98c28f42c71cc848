"""More statistics; scopes of keys, the audit, sessions; what is sent out, and to whom."""

import sqlalchemy as sa
from alembic import op

from verdicts.ledger.migrations.first_counts import fill

revision = "0004"
down_revision = "0003"

COUNTED_BEFORE = ("action", "level", "channel", "direction", "detection", "unscanned")
ROLLUPS = {
    "action": ("action",),
    "level": ("level",),
    "channel": ("channel",),
    "direction": ("direction",),
    "detection": ("code", "name"),
    "unscanned": ("reason",),
    "code": ("code",),
    "name": ("name",),
    "type": ("true_type",),
    "client_ip": ("client_ip",),
    "user": ("user",),
}
COUNTED = ("transfers", "bytes", "blocked", "held", "unscanned")
LISTED_BY = ("true_type", "clause", "service", "enforced", "size")
BEGUN_BY = ("url", "file_name")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'rows of the audit are never changed'); END",
        "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'rows of the audit are never deleted'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'rows of the audit are never changed or deleted'; END $$",
        "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
        "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
    ),
}

BY_KEY = """
INSERT INTO feedback (verdict, credential, author, time, kind, reason)
SELECT
    verdict,
    CASE (SELECT count(*) FROM api_key WHERE name = author)
        WHEN 1 THEN (SELECT prefix FROM api_key WHERE name = author)
        ELSE 'name:' || author
    END,
    author, time, kind, reason
FROM feedback_by_name
"""
"""Of several keys with the name nobody knows any more which one it was."""


def upgrade() -> None:
    _add_filters()
    _add_rollups()
    _add_access()
    _add_delivery()
    _tell_voices_apart()
    op.create_index("ix_event_time", "event", ["time"])
    op.create_table(
        "progress",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _add_filters() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite's order is this one anyway
        for name in BEGUN_BY:
            op.execute(f'ALTER TABLE verdict ALTER COLUMN {name} TYPE text COLLATE "C"')
    op.create_index("ix_verdict_action_level_time", "verdict", ["action", "level", "time"])
    for name in LISTED_BY:
        op.create_index(f"ix_verdict_{name}_time", "verdict", [name, "time"])
    for name in BEGUN_BY:
        beginning = sa.text(f"substr({name}, 1, 200)")
        op.create_index(f"ix_verdict_{name}_time", "verdict", [beginning, "time"])


def _add_rollups() -> None:
    """Count anew, from verdicts of which none was ever deleted yet: more is counted of each."""
    for dimension in COUNTED_BEFORE:
        op.drop_table(f"rollup_{dimension}")
    for dimension, keys in ROLLUPS.items():
        op.create_table(
            f"rollup_{dimension}",
            sa.Column("granularity", sa.SmallInteger, autoincrement=False),
            sa.Column("bucket", sa.BigInteger, autoincrement=False),
            *(sa.Column(key, sa.Text) for key in keys),
            *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTED),
            sa.PrimaryKeyConstraint(
                "granularity", "bucket", *keys, postgresql_include=list(COUNTED)
            ),
            sqlite_with_rowid=False,
        )
        fill(op.get_bind(), dimension, keys)
    if op.get_bind().dialect.name == "postgresql":
        for dimension in ("client_ip", "user"):
            op.create_index(
                f"ix_rollup_{dimension}_key",
                f"rollup_{dimension}",
                ["granularity", dimension, "bucket"],
                postgresql_include=list(COUNTED),
                postgresql_where=sa.text("granularity IN (1, 2)"),
            )
    for found in ("detection", "unscanned"):
        op.create_index(f"ix_{found}_time", found, ["time"])


def _add_access() -> None:
    op.add_column("api_key", sa.Column("scopes", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("credential", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_audit_time", "audit", ["time"])
    for column in ("actor", "action", "about"):
        op.create_index(f"ix_audit_{column}", "audit", [column, "id"])
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "session",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_session_expires", "session", ["expires"])
    op.create_table(
        "request",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_request_time", "request", ["time"])


def _add_delivery() -> None:
    op.create_table(
        "sink",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.BigInteger, nullable=True),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("sink", sa.Text, primary_key=True),
        sa.Column("event", sa.BigInteger, primary_key=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("ix_outbox_sink_due", "outbox", ["sink", "due"])


def _tell_voices_apart() -> None:
    """Feedback was kept by the name of a key, and keys may have the same."""
    op.execute("CREATE TABLE feedback_by_name AS SELECT * FROM feedback")
    op.drop_table("feedback")
    op.create_table(
        "feedback",
        sa.Column(
            "verdict",
            sa.LargeBinary(16),
            sa.ForeignKey("verdict.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("credential", sa.Text, primary_key=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_time", "feedback", ["time"])
    op.execute(BY_KEY)
    op.drop_table("feedback_by_name")
