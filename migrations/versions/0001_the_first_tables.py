"""the first tables

Revision 0001, after nothing, written 2026-11-25.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "images",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_images")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=22), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("subject_id", "event", "channel", name=op.f("uq_outbox_subject_id_event_channel")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "issuers",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image_sha256", sa.String(length=64), nullable=True),
        sa.Column("parent_name", sa.String(length=200), nullable=True),
        sa.Column("parent_url", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name=op.f("fk_issuers_image_sha256_images")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuers")),
        sa.UniqueConstraint("slug", name=op.f("uq_issuers_slug")),
    )
    op.create_table(
        "achievements",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("draft_image_sha256", sa.String(length=64), nullable=True),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_image_sha256"], ["images.sha256"], name=op.f("fk_achievements_draft_image_sha256_images")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_achievements_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievements")),
        sa.UniqueConstraint("issuer_id", "slug", name=op.f("uq_achievements_issuer_id_slug")),
    )
    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_achievements_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_api_keys_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "audit_checkpoints",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_audit_checkpoints_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
        sa.UniqueConstraint("issuer_id", "sequence", name=op.f("uq_audit_checkpoints_issuer_id_sequence")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_audit_entries_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("issuer_id", "sequence", name=op.f("uq_audit_entries_issuer_id_sequence")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_issuer_id"), ["issuer_id"], unique=False)
        batch_op.create_index("ix_audit_entries_object_id", ["object_id"], unique=False)

    op.create_table(
        "learners",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=True),
        sa.Column("name_shown", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_learners_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learners")),
    )
    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learners_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_signing_keys_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_keys_issuer_id"), ["issuer_id"], unique=False)
        batch_op.create_index(
            "uq_signing_keys_one_active",
            ["issuer_id", "algorithm"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "sources",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("sealed_secrets", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("ignored_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("last_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_sources_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sources_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "status_lists",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size_bits", sa.Integer(), nullable=False),
        sa.Column("next_counter", sa.Integer(), nullable=False),
        sa.Column("permutation_key", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=True),
        sa.Column("jwt", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_status_lists_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
        sa.UniqueConstraint("issuer_id", "purpose", "number", name=op.f("uq_status_lists_issuer_id_purpose_number")),
    )
    op.create_table(
        "achievement_versions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("creator", sa.JSON(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_achievement_versions_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_achievement_versions_image_sha256_images")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_versions")),
        sa.UniqueConstraint("achievement_id", "number", name=op.f("uq_achievement_versions_achievement_id_number")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("delivery_key", sa.String(length=255), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_deliveries_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("source_id", "delivery_key", name=op.f("uq_deliveries_source_id_delivery_key")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "idempotent_requests",
        sa.Column("api_key_id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("fk_idempotent_requests_api_key_id_api_keys")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk_idempotent_requests")),
    )
    op.create_table(
        "learner_emails",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("normalised", sa.String(length=320), nullable=False),
        sa.Column("written", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_learner_emails_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_learner_emails_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_emails")),
        sa.UniqueConstraint("issuer_id", "normalised", name=op.f("uq_learner_emails_issuer_id_normalised")),
    )
    with op.batch_alter_table("learner_emails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learner_emails_learner_id"), ["learner_id"], unique=False)

    op.create_table(
        "learner_identities",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("namespace", sa.String(length=255), nullable=False),
        sa.Column("source_id", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_learner_identities_issuer_id_issuers")),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_learner_identities_learner_id_learners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_identities")),
        sa.UniqueConstraint(
            "issuer_id", "namespace", "source_id", name=op.f("uq_learner_identities_issuer_id_namespace_source_id")
        ),
    )
    with op.batch_alter_table("learner_identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learner_identities_learner_id"), ["learner_id"], unique=False)

    op.create_table(
        "rules",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("activity_id", sa.String(length=500), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("minimum_score", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_rules_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_rules_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint(
            "source_id", "activity_id", "achievement_id", name=op.f("uq_rules_source_id_activity_id_achievement_id")
        ),
    )
    op.create_table(
        "source_allowances",
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_source_allowances_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_source_allowances_source_id_sources")),
        sa.PrimaryKeyConstraint("source_id", "achievement_id", name=op.f("pk_source_allowances")),
    )
    op.create_table(
        "awards",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("achievement_id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("completion_id", sa.String(length=22), nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes_id", sa.String(length=22), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_awards_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_awards_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_awards_learner_id_learners")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["awards.id"], name=op.f("fk_awards_superseded_by_id_awards")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["awards.id"], name=op.f("fk_awards_supersedes_id_awards")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["achievement_versions.id"], name=op.f("fk_awards_version_id_achievement_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint(
            "learner_id", "achievement_id", "slot", name=op.f("uq_awards_learner_id_achievement_id_slot")
        ),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_achievement_id"), ["achievement_id"], unique=False)
        batch_op.create_index("ix_awards_issuer_id_created_at", ["issuer_id", "created_at", "id"], unique=False)

    op.create_table(
        "completions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=False),
        sa.Column("delivery_id", sa.String(length=22), nullable=False),
        sa.Column("item_index", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("learning_kind", sa.String(length=20), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=True),
        sa.Column("activity_id", sa.String(length=500), nullable=False),
        sa.Column("activity_name", sa.String(length=500), nullable=True),
        sa.Column("score", sa.String(length=64), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_completions_delivery_id_deliveries")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_completions_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_completions_learner_id_learners")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_completions_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
        sa.UniqueConstraint("source_id", "dedupe_key", name=op.f("uq_completions_source_id_dedupe_key")),
    )
    with op.batch_alter_table("completions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completions_learner_id"), ["learner_id"], unique=False)
        batch_op.create_index("ix_completions_state", ["issuer_id", "state"], unique=False)

    op.create_table(
        "credentials",
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=False),
        sa.Column("jwt", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("embedded_kid", sa.String(length=80), nullable=False),
        sa.Column("token_kid", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_credentials_award_id_awards")),
        sa.PrimaryKeyConstraint("award_id", "revision", name=op.f("pk_credentials")),
    )
    op.create_table(
        "status_entries",
        sa.Column("list_id", sa.String(length=22), nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_status_entries_award_id_awards")),
        sa.ForeignKeyConstraint(["list_id"], ["status_lists.id"], name=op.f("fk_status_entries_list_id_status_lists")),
        sa.PrimaryKeyConstraint("list_id", "index", name=op.f("pk_status_entries")),
        sa.UniqueConstraint("award_id", "purpose", name=op.f("uq_status_entries_award_id_purpose")),
    )


def downgrade() -> None:
    op.drop_table("status_entries")
    op.drop_table("credentials")
    with op.batch_alter_table("completions", schema=None) as batch_op:
        batch_op.drop_index("ix_completions_state")
        batch_op.drop_index(batch_op.f("ix_completions_learner_id"))

    op.drop_table("completions")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index("ix_awards_issuer_id_created_at")
        batch_op.drop_index(batch_op.f("ix_awards_achievement_id"))

    op.drop_table("awards")
    op.drop_table("source_allowances")
    op.drop_table("rules")
    with op.batch_alter_table("learner_identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_learner_identities_learner_id"))

    op.drop_table("learner_identities")
    with op.batch_alter_table("learner_emails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_learner_emails_learner_id"))

    op.drop_table("learner_emails")
    op.drop_table("idempotent_requests")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_due")

    op.drop_table("deliveries")
    op.drop_table("achievement_versions")
    op.drop_table("status_lists")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sources_issuer_id"))

    op.drop_table("sources")
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_signing_keys_one_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(batch_op.f("ix_signing_keys_issuer_id"))

    op.drop_table("signing_keys")
    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_learners_issuer_id"))

    op.drop_table("learners")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_object_id")
        batch_op.drop_index(batch_op.f("ix_audit_entries_issuer_id"))

    op.drop_table("audit_entries")
    op.drop_table("audit_checkpoints")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_issuer_id"))

    op.drop_table("api_keys")
    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_achievements_issuer_id"))

    op.drop_table("achievements")
    op.drop_table("issuers")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    op.drop_table("images")
    op.drop_table("heartbeats")
