"""rule documents: versions, what rules need of a completion, approvals, scheduled decisions, backfills, the brake

Revision 0007, after 0006, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("completions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("evidence", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("is_trusted", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("voided_by", sa.String(length=255), nullable=True))
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule_version_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("follows_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("unearned_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("issuers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awards_per_hour", sa.Integer(), nullable=True))
    _rule_versions()
    _approvals()
    _scheduled_decisions()
    _backfills()
    _award_hours()


def _rule_versions() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_rule_versions_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_rule_versions_achievement_id_achievements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("achievement_id", "number", name=op.f("uq_rule_versions_achievement_id_number")),
    )
    with op.batch_alter_table("rule_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_versions_issuer_id"), ["issuer_id"], unique=False)
    op.create_table(
        "rule_switches",
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("off_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awards_per_hour", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_rule_switches_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_rule_switches_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("achievement_id", name=op.f("pk_rule_switches")),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=True),
        sa.Column("completion_id", sa.String(length=22), nullable=True),
        sa.Column("rule_version_id", sa.String(length=22), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_approvals_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_approvals_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_approvals_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint(
            "learner_id", "achievement_id", "basis", name=op.f("uq_approvals_learner_id_achievement_id_basis")
        ),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index("ix_approvals_queue", ["issuer_id", "state", "created_at", "id"], unique=False)


def _scheduled_decisions() -> None:
    op.create_table(
        "scheduled_decisions",
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_scheduled_decisions_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_scheduled_decisions_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_scheduled_decisions_learner_id_learners")
        ),
        sa.PrimaryKeyConstraint("learner_id", "achievement_id", name=op.f("pk_scheduled_decisions")),
    )
    with op.batch_alter_table("scheduled_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheduled_decisions_due_at"), ["due_at"], unique=False)


def _backfills() -> None:
    op.create_table(
        "backfills",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=22), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_backfills_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_backfills_achievement_id_achievements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfills")),
    )
    with op.batch_alter_table("backfills", schema=None) as batch_op:
        batch_op.create_index("ix_backfills_issuer_id_created_at", ["issuer_id", "created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_backfills_state"), ["state"], unique=False)


def _award_hours() -> None:
    op.create_table(
        "award_hours",
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("alerted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_award_hours_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_award_hours_achievement_id_achievements")
        ),
        sa.PrimaryKeyConstraint("issuer_id", "hour", "achievement_id", name=op.f("pk_award_hours")),
    )


def downgrade() -> None:
    for table in ("award_hours", "backfills", "scheduled_decisions", "approvals", "rule_switches", "rule_versions"):
        op.drop_table(table)
    with op.batch_alter_table("issuers", schema=None) as batch_op:
        batch_op.drop_column("awards_per_hour")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        for column in ("unearned_at", "follows_id", "basis", "rule_version_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("completions", schema=None) as batch_op:
        for column in ("voided_by", "is_trusted", "evidence", "facts"):
            batch_op.drop_column(column)
