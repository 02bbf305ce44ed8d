"""sponsors of awards: who paid for what led to an award, and how it is paid for

Revision 0037, after 0036, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = ("awards", "scheduled_awards")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("sponsor", sa.String(length=200), nullable=True))
            batch_op.add_column(sa.Column("funding", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("funding")
            batch_op.drop_column("sponsor")
