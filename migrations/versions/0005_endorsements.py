"""endorsements: what one issuer says of another's badge, achievement or organisation

Revision 0005, after 0004, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endorsements",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("about_issuer_id", sa.String(length=22), nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=220), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("list_id", sa.String(length=22), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=False),
        sa.Column("jwt", sa.LargeBinary(), nullable=False),
        sa.Column("embedded_kid", sa.String(length=80), nullable=False),
        sa.Column("token_kid", sa.String(length=80), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_endorsements_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["about_issuer_id"], ["issuers.id"], name=op.f("fk_endorsements_about_issuer_id_issuers")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["status_lists.id"], name=op.f("fk_endorsements_list_id_status_lists")),
        sa.ForeignKeyConstraint(
            ["embedded_kid"], ["signing_keys.kid"], name=op.f("fk_endorsements_embedded_kid_signing_keys")
        ),
        sa.ForeignKeyConstraint(
            ["token_kid"], ["signing_keys.kid"], name=op.f("fk_endorsements_token_kid_signing_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsements")),
        sa.UniqueConstraint("issuer_id", "about", "slot", name=op.f("uq_endorsements_issuer_id_about_slot")),
        sa.UniqueConstraint("list_id", "status_index", name=op.f("uq_endorsements_list_id_status_index")),
    )
    with op.batch_alter_table("endorsements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_endorsements_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_endorsements_about_issuer_id"), ["about_issuer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("endorsements")
