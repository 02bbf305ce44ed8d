"""outcomes of employments: change of role and pay band, of those who agreed

Revision 0041, after 0040, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcomes_agreed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("role_changed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("pay_band_first", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pay_band_after_year", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.drop_column("pay_band_after_year")
        batch_op.drop_column("pay_band_first")
        batch_op.drop_column("role_changed_on")
        batch_op.drop_column("outcomes_agreed")
