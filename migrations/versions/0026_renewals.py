"""renewals and continuing education

Revision 0026, after 0025, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("scope", sa.String(length=22), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_feeds_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "scope", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_calendar_feeds_token_sha256")),
    )
    op.create_table(
        "ce_activities",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("source_activity_id", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=80), nullable=True),
        sa.Column("activity_type", sa.String(length=80), nullable=True),
        sa.Column("again_after_days", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_ce_activities_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_ce_activities_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_activities")),
        sa.UniqueConstraint(
            "source_id", "source_activity_id", name=op.f("uq_ce_activities_source_id_source_activity_id")
        ),
    )
    with op.batch_alter_table("ce_activities", schema=None) as batch_op:
        batch_op.create_index("ix_ce_activities_issuer_id", ["issuer_id", "created_at", "id"], unique=False)

    op.create_table(
        "ce_entries",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=80), nullable=True),
        sa.Column("activity_date", sa.Date(), nullable=False),
        sa.Column("activity_type", sa.String(length=80), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("evidence_url", sa.String(length=2000), nullable=True),
        sa.Column("evidence_text", sa.Text(), nullable=True),
        sa.Column("completion_id", sa.String(length=22), nullable=True),
        sa.Column("activity_id", sa.String(length=22), nullable=True),
        sa.Column("counted_for_id", sa.String(length=22), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["ce_activities.id"], name=op.f("fk_ce_entries_activity_id_ce_activities")
        ),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completions.id"], name=op.f("fk_ce_entries_completion_id_completions")
        ),
        sa.ForeignKeyConstraint(["counted_for_id"], ["awards.id"], name=op.f("fk_ce_entries_counted_for_id_awards")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_ce_entries_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_ce_entries_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_entries")),
        sa.UniqueConstraint("completion_id", name=op.f("uq_ce_entries_completion_id")),
    )
    with op.batch_alter_table("ce_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_entries_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ce_entries_counted_for_id"), ["counted_for_id"], unique=False)
        batch_op.create_index("ix_ce_entries_issuer_id", ["issuer_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_ce_entries_learner_id", ["learner_id", "activity_date"], unique=False)

    op.create_table(
        "renewal_reminders",
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("offset_days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_renewal_reminders_award_id_awards")),
        sa.PrimaryKeyConstraint("award_id", "offset_days", name=op.f("pk_renewal_reminders")),
    )


def downgrade() -> None:
    op.drop_table("renewal_reminders")
    with op.batch_alter_table("ce_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_entries_learner_id")
        batch_op.drop_index("ix_ce_entries_issuer_id")
        batch_op.drop_index(batch_op.f("ix_ce_entries_counted_for_id"))
        batch_op.drop_index(batch_op.f("ix_ce_entries_activity_id"))

    op.drop_table("ce_entries")
    with op.batch_alter_table("ce_activities", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_activities_issuer_id")

    op.drop_table("ce_activities")
    op.drop_table("calendar_feeds")
