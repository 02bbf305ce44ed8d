"""Open Badges 2.0 beside 3.0: a switch per achievement, what it has published, and signed assertions

Revision 0003, after 0002, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# With a default, so that the code of before, which does not know the column, can go on adding rows.
SWITCHED = ("achievements", "achievement_versions", "awards")


def upgrade() -> None:
    for table in SWITCHED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("open_badges_2", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.create_table(
        "signed_assertions",
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("urn", sa.String(length=60), nullable=False),
        sa.Column("jws", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_signed_assertions_award_id_awards")),
        sa.PrimaryKeyConstraint("award_id", "revision", name=op.f("pk_signed_assertions")),
    )


def downgrade() -> None:
    op.drop_table("signed_assertions")
    for table in reversed(SWITCHED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("open_badges_2")
