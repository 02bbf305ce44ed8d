"""what staff do to many awards, and later

Revision 0023, after 0022, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_bulk_acts_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_acts")),
    )
    with op.batch_alter_table("bulk_acts", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_acts_asked_by", ["asked_by", "asked_at"], unique=False)
        batch_op.create_index("ix_bulk_acts_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_bulk_acts_issuer_id", ["issuer_id", "created_at", "id"], unique=False)

    op.create_table(
        "scheduled_awards",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("award_id", sa.String(length=22), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_scheduled_awards_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_scheduled_awards_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_scheduled_awards_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_awards")),
    )
    with op.batch_alter_table("scheduled_awards", schema=None) as batch_op:
        batch_op.create_index("ix_scheduled_awards_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_scheduled_awards_issuer_id", ["issuer_id", "due_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scheduled_awards_learner_id"), ["learner_id"], unique=False)

    op.create_table(
        "bulk_act_awards",
        sa.Column("act_id", sa.String(length=22), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["bulk_acts.id"], name=op.f("fk_bulk_act_awards_act_id_bulk_acts")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_bulk_act_awards_award_id_awards")),
        sa.PrimaryKeyConstraint("act_id", "award_id", name=op.f("pk_bulk_act_awards")),
    )
    with op.batch_alter_table("bulk_act_awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_act_awards_award_id"), ["award_id"], unique=False)

    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("award_id", sa.String(length=22), nullable=True))
        batch_op.create_index(batch_op.f("ix_import_rows_award_id"), ["award_id"], unique=False)

    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("achievement_id", sa.String(length=22), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_column("achievement_id")

    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_rows_award_id"))
        batch_op.drop_column("award_id")

    with op.batch_alter_table("bulk_act_awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_act_awards_award_id"))

    op.drop_table("bulk_act_awards")
    with op.batch_alter_table("scheduled_awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scheduled_awards_learner_id"))
        batch_op.drop_index("ix_scheduled_awards_issuer_id")
        batch_op.drop_index("ix_scheduled_awards_due")

    op.drop_table("scheduled_awards")
    with op.batch_alter_table("bulk_acts", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_acts_issuer_id")
        batch_op.drop_index("ix_bulk_acts_due")
        batch_op.drop_index("ix_bulk_acts_asked_by")

    op.drop_table("bulk_acts")
