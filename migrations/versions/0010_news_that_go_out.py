"""news that go out: endpoints and their attempts, queues of the outbox, mail per issuer

Revision 0010, after 0009, written 2026-11-28.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queue", sa.String(length=45), server_default="", nullable=False))
        batch_op.add_column(sa.Column("issuer_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("recipient_key", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("joined_into_id", sa.String(length=22), nullable=True))
        batch_op.create_index("ix_outbox_queue_due", ["queue", "state", "next_attempt_at"], unique=False)
        batch_op.create_index("ix_outbox_queue_leased", ["queue", "leased_until"], unique=False)
        batch_op.create_index("ix_outbox_queue_sent", ["queue", "sent_at"], unique=False)
        batch_op.create_index("ix_outbox_recipient", ["recipient_key", "sent_at"], unique=False)
        batch_op.create_index("ix_outbox_joined_into_id", ["joined_into_id"], unique=False)
    op.create_index("ix_awards_valid_until", "awards", ["valid_until", "id"], unique=False)
    _queues()
    _endpoints()
    _mail()


def _queues() -> None:
    queues = op.create_table(
        "outbox_queues",
        sa.Column("name", sa.String(length=45), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outbox_queues")),
    )
    # What waits already, and what a process of the version before still writes, waits in a queue without a name.
    op.bulk_insert(queues, [{"name": "", "is_closed": False, "failures": 0, "served": 0}])
    op.create_table(
        "news_marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("last_id", sa.String(length=22), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_news_marks")),
    )


def _endpoints() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=12), nullable=False),
        sa.Column("personal_data", sa.Boolean(), nullable=False),
        sa.Column("sealed_secrets", sa.Text(), nullable=False),
        sa.Column("public_key", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("disabled_reason", sa.String(length=200), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_endpoints_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
    )
    op.create_index(op.f("ix_endpoints_issuer_id"), "endpoints", ["issuer_id"], unique=False)
    op.create_table(
        "endpoint_attempts",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("endpoint_id", sa.String(length=22), nullable=False),
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("event_type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_endpoint_attempts_endpoint_id_endpoints")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_attempts")),
    )
    op.create_index("ix_endpoint_attempts_endpoint_id_at", "endpoint_attempts", ["endpoint_id", "at", "id"])
    op.create_index(op.f("ix_endpoint_attempts_message_id"), "endpoint_attempts", ["message_id"], unique=False)


def _mail() -> None:
    op.create_table(
        "mail_settings",
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=True),
        sa.Column("reply_to", sa.String(length=320), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=True),
        sa.Column("digest_minutes", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("quiet_zone", sa.String(length=60), nullable=True),
        sa.Column("quiet_for_notices", sa.Boolean(), nullable=False),
        sa.Column("most_per_hour", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_mail_settings_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("issuer_id", name=op.f("pk_mail_settings")),
    )
    op.create_table(
        "mail_templates",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_mail_templates_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_templates")),
        sa.UniqueConstraint("issuer_id", "purpose", "locale", name=op.f("uq_mail_templates_issuer_id_purpose_locale")),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("recipient_key", sa.String(length=32), nullable=False),
        sa.Column("covers", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_suppressions_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(
            "issuer_id", "recipient_key", "covers", name=op.f("uq_suppressions_issuer_id_recipient_key_covers")
        ),
    )
    op.create_table(
        "mail_reports",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("message_id", sa.String(length=22), nullable=True),
        sa.Column("recipient_key", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_mail_reports_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reports")),
        sa.UniqueConstraint("issuer_id", "message_id", "kind", name=op.f("uq_mail_reports_issuer_id_message_id_kind")),
    )
    op.create_index(op.f("ix_mail_reports_issuer_id"), "mail_reports", ["issuer_id"], unique=False)


def downgrade() -> None:
    for table in ("mail_reports", "suppressions", "mail_templates", "mail_settings", "endpoint_attempts", "endpoints"):
        op.drop_table(table)
    op.drop_table("news_marks")
    op.drop_table("outbox_queues")
    op.drop_index("ix_awards_valid_until", table_name="awards")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name in ("joined_into_id", "recipient", "queue_sent", "queue_leased", "queue_due"):
            batch_op.drop_index(f"ix_outbox_{name}")
        for name in ("joined_into_id", "recipient_key", "issuer_id", "queue"):
            batch_op.drop_column(name)
