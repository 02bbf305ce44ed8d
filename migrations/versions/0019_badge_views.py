"""badge views: how often each badge was looked at, by day and kind

Revision 0019, after 0018, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badge_views",
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_badge_views_award_id_awards")),
        sa.PrimaryKeyConstraint("award_id", "day", "kind", name=op.f("pk_badge_views")),
    )


def downgrade() -> None:
    op.drop_table("badge_views")
