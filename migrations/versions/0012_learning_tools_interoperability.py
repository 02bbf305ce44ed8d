"""learning tools interoperability: platforms, invitations, launches, courses and their columns, our keys

Revision 0012, after 0011, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lti_platforms",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("iss", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("login_url", sa.String(length=2000), nullable=False),
        sa.Column("token_url", sa.String(length=2000), nullable=False),
        sa.Column("jwks_url", sa.String(length=500), nullable=False),
        sa.Column("deployments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_lti_platforms_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_lti_platforms_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_platforms")),
        sa.UniqueConstraint(
            "issuer_id", "iss", "client_id", name=op.f("uq_lti_platforms_issuer_id_iss_client_id")
        ),
    )
    with op.batch_alter_table("lti_platforms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lti_platforms_ask_at"), ["ask_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_lti_platforms_issuer_id"), ["issuer_id"], unique=False)
    op.create_table(
        "lti_invitations",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("platform_id", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_lti_invitations_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_invitations_platform_id_lti_platforms")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_lti_invitations")),
    )
    op.create_table(
        "lti_logins",
        sa.Column("state_sha256", sa.String(length=64), nullable=False),
        sa.Column("platform_id", sa.String(length=22), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_logins_platform_id_lti_platforms")
        ),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_lti_logins")),
    )
    with op.batch_alter_table("lti_logins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lti_logins_created_at"), ["created_at"], unique=False)
    op.create_table(
        "lti_courses",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("platform_id", sa.String(length=22), nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("members_url", sa.String(length=2000), nullable=True),
        sa.Column("line_items_url", sa.String(length=2000), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_courses_platform_id_lti_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_courses")),
        sa.UniqueConstraint("platform_id", "context_id", name=op.f("uq_lti_courses_platform_id_context_id")),
    )
    op.create_table(
        "lti_line_items",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["lti_courses.id"], name=op.f("fk_lti_line_items_course_id_lti_courses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_line_items")),
        sa.UniqueConstraint("course_id", "resource_id", name=op.f("uq_lti_line_items_course_id_resource_id")),
    )
    op.create_table(
        "lti_keys",
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_lti_keys")),
    )


def downgrade() -> None:
    for name in ("lti_keys", "lti_line_items", "lti_courses", "lti_logins", "lti_invitations", "lti_platforms"):
        op.drop_table(name)
