"""learner groups: who is in which group, as rules ask with learner_in

Revision 0016, after 0015, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learner_groups",
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_learner_groups_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_learner_groups_learner_id_learners")),
        sa.PrimaryKeyConstraint("issuer_id", "name", "learner_id", name=op.f("pk_learner_groups")),
    )
    with op.batch_alter_table("learner_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learner_groups_learner_id"), ["learner_id"], unique=False)


def downgrade() -> None:
    op.drop_table("learner_groups")
