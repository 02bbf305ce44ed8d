"""listed credentials: the places of what the VC-API signed, so that it can be withdrawn

Revision 0014, after 0013, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listed_credentials",
        sa.Column("list_id", sa.String(length=22), nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"], ["status_lists.id"], name=op.f("fk_listed_credentials_list_id_status_lists")
        ),
        sa.ForeignKeyConstraint(["kid"], ["signing_keys.kid"], name=op.f("fk_listed_credentials_kid_signing_keys")),
        sa.PrimaryKeyConstraint("list_id", "index", name=op.f("pk_listed_credentials")),
    )


def downgrade() -> None:
    op.drop_table("listed_credentials")
