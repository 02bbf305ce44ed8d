"""audits and mass enrolments: what samples of continuing education came to, and many people put on a pathway at once

Revision 0039, after 0038, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_verdicts",
        sa.Column("sample_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("consequence", sa.String(length=8), nullable=False),
        sa.Column("judged_by", sa.String(length=80), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_ce_verdicts_award_id_awards")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_ce_verdicts_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("sample_number", "award_id", name=op.f("pk_ce_verdicts")),
    )
    op.create_index(op.f("ix_ce_verdicts_award_id"), "ce_verdicts", ["award_id"], unique=False)
    op.create_table(
        "mass_enrolments",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("pathway_id", sa.String(length=22), nullable=False),
        sa.Column("sponsor", sa.String(length=200), nullable=True),
        sa.Column("despite_entry", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("awarded", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_mass_enrolments_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["pathway_id"], ["pathways.id"], name=op.f("fk_mass_enrolments_pathway_id_pathways")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_enrolments")),
    )
    op.create_index(
        "ix_mass_enrolments_pathway_id", "mass_enrolments", ["pathway_id", "created_at", "id"], unique=False
    )
    op.create_index(op.f("ix_mass_enrolments_state"), "mass_enrolments", ["state"], unique=False)
    op.create_table(
        "mass_enrolment_people",
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_mass_enrolment_people_learner_id_learners")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mass_enrolments.id"], name=op.f("fk_mass_enrolment_people_run_id_mass_enrolments")
        ),
        sa.PrimaryKeyConstraint("run_id", "learner_id", name=op.f("pk_mass_enrolment_people")),
    )
    op.create_index(
        op.f("ix_mass_enrolment_people_learner_id"), "mass_enrolment_people", ["learner_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("mass_enrolment_people")
    op.drop_table("mass_enrolments")
    op.drop_table("ce_verdicts")
