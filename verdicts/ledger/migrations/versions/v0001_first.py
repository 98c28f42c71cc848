"""The first tables: verdicts, what was found in them, roll-ups, API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

VERDICT_TEXTS_1 = ("node", "service", "direction", "action", "wanted", "clause")
VERDICT_TEXTS_2 = ("level", "channel", "user", "client_ip", "url", "file_name", "declared_type")
LISTED_BY = ("action", "level", "channel", "direction", "user", "client_ip", "sha256")
ROLLUPS = {
    "action": ("action",),
    "level": ("level",),
    "channel": ("channel",),
    "direction": ("direction",),
    "detection": ("code", "name"),
    "unscanned": ("reason",),
}


def upgrade() -> None:
    _create_verdict()
    _create_found("detection", "code", "scanner", "name", "level", "path", "detail")
    op.create_index("ix_detection_code_time", "detection", ["code", "time"])
    op.create_index("ix_detection_name_time", "detection", ["name", "time"])
    _create_found("unscanned", "scanner", "reason", "path")
    op.create_index("ix_unscanned_reason_time", "unscanned", ["reason", "time"])
    for dimension, keys in ROLLUPS.items():
        _create_rollup(dimension, keys)
    op.create_table(
        "api_key",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("prefix", sa.Text, nullable=False, unique=True),
        *_texts("name", "role"),
        _number("created"),
        *(sa.Column(name, sa.BigInteger) for name in ("expires", "revoked", "last_used")),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _create_verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        _number("time"),
        *_texts(*VERDICT_TEXTS_1),
        sa.Column("enforced", sa.Boolean, nullable=False),
        *_texts(*VERDICT_TEXTS_2, "true_type"),
        _number("size"),
        *_texts("sha256", "ruleset", "clamav"),
        sa.Column("scan_ms", sa.Float, nullable=False),
        sa.Column("cached", sa.Boolean, nullable=False),
        *_texts("types"),
    )
    op.create_index("ix_verdict_time", "verdict", ["time"])
    for name in LISTED_BY:
        op.create_index(f"ix_verdict_{name}_time", "verdict", [name, "time"])


def _create_found(table: str, *texts: str) -> None:
    op.create_table(
        table,
        sa.Column(
            "verdict",
            sa.LargeBinary(16),
            sa.ForeignKey("verdict.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        _number("time"),
        *_texts(*texts),
    )


def _create_rollup(dimension: str, keys: tuple[str, ...]) -> None:
    op.create_table(
        f"rollup_{dimension}",
        sa.Column("granularity", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(key, sa.Text, primary_key=True) for key in keys),
        _number("transfers"),
        _number("bytes"),
        sqlite_with_rowid=False,
    )
