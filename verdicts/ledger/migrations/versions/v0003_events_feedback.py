"""Events of rule sets, and what people say of verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ruleset", sa.Text, nullable=False),
        sa.Column("verdict", sa.LargeBinary(16), nullable=True),
        sa.Column("data", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_kind", "event", ["kind", "id"])
    op.create_index("ix_event_ruleset_kind", "event", ["ruleset", "kind", "id"])
    op.create_table(
        "feedback",
        sa.Column(
            "verdict",
            sa.LargeBinary(16),
            sa.ForeignKey("verdict.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("author", sa.Text, primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_time", "feedback", ["time"])
