"""Further names and declared types of a transfer: JSON arrays, empty if there are none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("other_names", "other_types"):
        op.add_column("verdict", sa.Column(name, sa.Text, nullable=False, server_default=""))
