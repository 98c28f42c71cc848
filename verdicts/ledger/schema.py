"""The tables of the verdict log.  Times are integer microseconds since 1970 UTC.

A change here needs a migration in `migrations/versions/`; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql

from verdicts.ledger.access.guard import guard

METADATA = MetaData()
LISTED_BY = (
    *("action", "level", "channel", "direction", "user", "client_ip", "sha256"),
    *("true_type", "clause", "service", "enforced", "size"),
)
"""What the list is filtered or sorted by; each has an index with the time behind it."""
BEGUN_BY = ("url", "file_name")
"""What the list is also filtered by the beginning of."""
BEGINNING = 200
"""Characters of such a text in its index: with four bytes each it fits a row of PostgreSQL's."""
# The order of code points, as in SQLite: in that of a language, a beginning is no range
_CODE_POINTS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def beginning(column: Column[str]) -> ColumnElement[str]:
    """Return what is indexed of a long text; numbers stand in it as the index has them."""
    return func.substr(column, literal_column("1"), literal_column(str(BEGINNING)))


VERDICT = Table(
    "verdict",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("node", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("enforced", Boolean, nullable=False),
    Column("level", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("client_ip", Text, nullable=False),
    Column("url", _CODE_POINTS, nullable=False),
    Column("file_name", _CODE_POINTS, nullable=False),
    Column("declared_type", Text, nullable=False),
    Column("true_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("clamav", Text, nullable=False),
    Column("scan_ms", Float, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("types", Text, nullable=False),  # JSON of the type tree; empty if no worker could say
    # JSON arrays, of [source, name] and of types; empty, as mostly, if there are none
    Column("other_names", Text, nullable=False, server_default=""),
    Column("other_types", Text, nullable=False, server_default=""),
    Index("ix_verdict_time", "time"),
    # What is malicious and yet was allowed is asked for often; both are common, they hardly meet
    Index("ix_verdict_action_level_time", "action", "level", "time"),
    *(Index(f"ix_verdict_{name}_time", name, "time") for name in LISTED_BY),
)
for _name in BEGUN_BY:
    Index(f"ix_verdict_{_name}_time", beginning(VERDICT.c[_name]), VERDICT.c.time)


def _found_in_verdict() -> tuple[Column[bytes], Column[int], Column[int]]:
    """Columns that tie a row to its verdict; `position` keeps the scanners' order."""
    return (
        Column(
            "verdict",
            LargeBinary(16),
            ForeignKey("verdict.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        Column("position", SmallInteger, primary_key=True, autoincrement=False),
        Column("time", BigInteger, nullable=False),
    )


DETECTION = Table(
    "detection",
    METADATA,
    *_found_in_verdict(),
    Column("code", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("path", Text, nullable=False),  # JSON array
    Column("detail", Text, nullable=False),
    Index("ix_detection_time", "time"),
    Index("ix_detection_code_time", "code", "time"),
    Index("ix_detection_name_time", "name", "time"),
)

UNSCANNED = Table(
    "unscanned",
    METADATA,
    *_found_in_verdict(),
    Column("scanner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("path", Text, nullable=False),  # JSON array
    Index("ix_unscanned_time", "time"),
    Index("ix_unscanned_reason_time", "reason", "time"),
)


COUNTED = ("transfers", "bytes", "blocked", "held", "unscanned")


def _rollup(dimension: str, *keys: str) -> Table:
    """One dimension of the statistics, counted per minute, hour, day, week and month.

    `transfers` are counted once for a key, however often it occurs in the transfer.  Behind the
    keys stands what is COUNTED: the fields of `verdicts.ledger.stats.sums.Sum`.
    """
    return Table(
        f"rollup_{dimension}",
        METADATA,
        Column("granularity", SmallInteger, autoincrement=False),
        Column("bucket", BigInteger, autoincrement=False),
        *(Column(key, Text) for key in keys),
        *(Column(name, BigInteger, nullable=False) for name in COUNTED),
        # A range is read from the index alone: a third of the time
        PrimaryKeyConstraint("granularity", "bucket", *keys, postgresql_include=list(COUNTED)),
        sqlite_with_rowid=False,
    )


ROLLUPS = {
    **{name: _rollup(name, name) for name in ("action", "level", "channel", "direction")},
    "detection": _rollup("detection", "code", "name"),
    "unscanned": _rollup("unscanned", "reason"),
    "code": _rollup("code", "code"),
    "name": _rollup("name", "name"),
    "type": _rollup("type", "true_type"),
    "client_ip": _rollup("client_ip", "client_ip"),
    "user": _rollup("user", "user"),
}

MANY_KEYS = ("client_ip", "user")
"""Dimensions in which a bucket mostly has as many keys as it may."""
for _name in MANY_KEYS:
    # A series of hours or days is so read key by key.  SQLite looks each row up as fast
    Index(
        f"ix_rollup_{_name}_key",
        *(ROLLUPS[_name].c[column] for column in ("granularity", _name, "bucket")),
        postgresql_include=list(COUNTED),
        postgresql_where=text("granularity IN (1, 2)"),
    ).ddl_if(dialect="postgresql")

API_KEY = Table(
    "api_key",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of the whole key
    Column("prefix", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=True),
    Column("revoked", BigInteger, nullable=True),
    Column("last_used", BigInteger, nullable=True),
    # Words with spaces between; empty: all that the role may do
    Column("scopes", Text, nullable=False, server_default=""),
)

EVENT = Table(
    "event",
    METADATA,
    # Grows with every event and is never used again: what clients resume from
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("verdict", LargeBinary(16), nullable=True),
    Column("data", Text, nullable=False),  # JSON
    Index("ix_event_kind", "kind", "id"),
    Index("ix_event_time", "time"),
    Index("ix_event_ruleset_kind", "ruleset", "kind", "id"),
    sqlite_autoincrement=True,
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column(
        "verdict",
        LargeBinary(16),
        ForeignKey("verdict.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # Prefix of the key, or "oidc:" and the subject; of old rows perhaps "name:" and the author
    Column("credential", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_feedback_time", "time"),
)

AUDIT = Table(
    "audit",
    METADATA,
    # Changes and reveals, never updated and never deleted; each hash covers the one before.
    # Ids have no gaps: `verdicts.ledger.access.audit` gives them.
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("time", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("actor", "credential", "address")),
    *(Column(name, Text, nullable=False) for name in ("action", "about")),
    Column("before", Text, nullable=False),  # JSON; empty if there was nothing
    Column("after", Text, nullable=False),  # JSON; empty if there is nothing
    Column("request", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_audit_time", "time"),
    Index("ix_audit_actor", "actor", "id"),
    Index("ix_audit_action", "action", "id"),
    Index("ix_audit_about", "about", "id"),
)
guard(AUDIT)

SESSION = Table(
    "session",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of what the browser holds
    Column("key", Text, nullable=False),  # prefix of the key that signed in
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_session_expires", "expires"),
)

REQUEST = Table(
    "request",
    METADATA,
    # Answers to requests with an Idempotency-Key, for those who ask again
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", Text, nullable=False),  # JSON
    Column("body", LargeBinary, nullable=False),
    Index("ix_request_time", "time"),
)

SINK = Table(
    "sink",
    METADATA,
    # Where events go; `position` is the last event that was taken out for it
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("disabled", BigInteger, nullable=True),
    Column("error", Text, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    # What could not be delivered at once
    Column("sink", Text, primary_key=True),
    Column("event", BigInteger, primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_outbox_sink_due", "sink", "due"),
)

PROGRESS = Table(
    "progress",
    METADATA,
    # How far work that is done little by little has come
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
