"""watched keys: what other issuers published as their keys, and since when

Revision 0015, after 0014, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watched_issuers",
        sa.Column("issuer_id", sa.String(length=500), nullable=False),
        sa.Column("first_looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", name=op.f("pk_watched_issuers")),
    )
    with op.batch_alter_table("watched_issuers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watched_issuers_looked_at"), ["looked_at"], unique=False)
    op.create_table(
        "watched_keys",
        sa.Column("issuer_id", sa.String(length=500), nullable=False),
        sa.Column("thumbprint", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("absent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "thumbprint", name=op.f("pk_watched_keys")),
    )


def downgrade() -> None:
    op.drop_table("watched_keys")
    op.drop_table("watched_issuers")
