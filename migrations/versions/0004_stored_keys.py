"""signing keys that wait and that were revoked with a reason; sealed keys in the database

Revision 0004, after 0003, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revocation_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reissued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "uq_signing_keys_one_pending",
            ["issuer_id", "algorithm"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
    # Until now a key signed from the moment in which it was made.
    op.execute("UPDATE signing_keys SET activated_at = created_at")
    op.create_table(
        "stored_keys",
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_stored_keys_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["kid"], ["signing_keys.kid"], name=op.f("fk_stored_keys_kid_signing_keys")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_stored_keys")),
    )


def downgrade() -> None:
    op.drop_table("stored_keys")
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.drop_index("uq_signing_keys_one_pending")
        batch_op.drop_column("reissued_at")
        batch_op.drop_column("revocation_reason")
        batch_op.drop_column("activated_at")
