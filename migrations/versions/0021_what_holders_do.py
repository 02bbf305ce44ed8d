"""what holders do: links that end, evidence, portfolios, other names, prior learning

Revision 0021, after 0020, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolios",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_portfolios_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolios")),
        sa.UniqueConstraint("slug", name=op.f("uq_portfolios_slug")),
        sa.UniqueConstraint("token", name=op.f("uq_portfolios_token")),
    )
    with op.batch_alter_table("portfolios", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolios_account_id"), ["account_id"], unique=False)

    op.create_table(
        "name_requests",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("slot", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_name_requests_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_name_requests_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_requests")),
        sa.UniqueConstraint("learner_id", "slot", name=op.f("uq_name_requests_learner_id_slot")),
    )
    with op.batch_alter_table("name_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_requests_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("slot", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_applications_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_applications_award_id_awards")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_applications_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_applications_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "learner_id", "achievement_id", "slot", name=op.f("uq_applications_learner_id_achievement_id_slot")
        ),
    )
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.create_index("ix_applications_queue", ["issuer_id", "state", "created_at", "id"], unique=False)

    op.create_table(
        "holder_evidence",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_holder_evidence_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_evidence")),
    )
    with op.batch_alter_table("holder_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holder_evidence_award_id"), ["award_id"], unique=False)

    op.create_table(
        "portfolio_badges",
        sa.Column("portfolio_id", sa.String(length=22), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_portfolio_badges_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_portfolio_badges_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("portfolio_id", "award_id", name=op.f("pk_portfolio_badges")),
    )
    with op.batch_alter_table("portfolio_badges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_badges_award_id"), ["award_id"], unique=False)

    op.create_table(
        "share_links",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_share_links_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_share_links_token_sha256")),
    )
    with op.batch_alter_table("share_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_links_award_id"), ["award_id"], unique=False)

    op.create_table(
        "application_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("application_id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("is_by_applicant", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_events_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_events")),
    )
    with op.batch_alter_table("application_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_events_application_id"), ["application_id"], unique=False)

    op.create_table(
        "application_evidence",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("application_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("may_be_signed", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_evidence_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_evidence")),
    )
    with op.batch_alter_table("application_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_evidence_application_id"), ["application_id"], unique=False)

    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("takes_applications", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("page_revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("results_shown", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_settled", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.drop_column("name_settled")

    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_column("results_shown")
        batch_op.drop_column("page_revision")

    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.drop_column("takes_applications")

    with op.batch_alter_table("application_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_evidence_application_id"))

    op.drop_table("application_evidence")
    with op.batch_alter_table("application_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_events_application_id"))

    op.drop_table("application_events")
    with op.batch_alter_table("share_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_share_links_award_id"))

    op.drop_table("share_links")
    with op.batch_alter_table("portfolio_badges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_badges_award_id"))

    op.drop_table("portfolio_badges")
    with op.batch_alter_table("holder_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holder_evidence_award_id"))

    op.drop_table("holder_evidence")
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.drop_index("ix_applications_queue")

    op.drop_table("applications")
    with op.batch_alter_table("name_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_requests_issuer_id"))

    op.drop_table("name_requests")
    with op.batch_alter_table("portfolios", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolios_account_id"))

    op.drop_table("portfolios")
