"""whose badge it was when it was offered to a wallet

Offers of before name nobody and are good for nobody: they last for minutes, and their holders make new ones.

Revision 0042, after 0041, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("wallet_offers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("learner_id", sa.String(length=22), nullable=True))
        batch_op.create_index(batch_op.f("ix_wallet_offers_learner_id"), ["learner_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_wallet_offers_learner_id_learners"), "learners", ["learner_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("wallet_offers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_wallet_offers_learner_id_learners"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_wallet_offers_learner_id"))
        batch_op.drop_column("learner_id")
