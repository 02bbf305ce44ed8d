"""an index of the status entries that are set: a list is published from them alone

Revision 0006, after 0005, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_status_entries_set",
        "status_entries",
        ["list_id", "index"],
        unique=False,
        sqlite_where=sa.text("is_set = 1"),
        postgresql_where=sa.text("is_set"),
    )


def downgrade() -> None:
    op.drop_index("ix_status_entries_set", table_name="status_entries")
