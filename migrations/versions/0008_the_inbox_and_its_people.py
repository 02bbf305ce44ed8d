"""the inbox and its people: how deliveries stand, sealed bytes that are forgotten, pending learners, merges, erasure

Revision 0008, after 0007, written 2026-11-28.
"""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MANY = 500  # addresses of one statement

_deliveries = sa.table(
    "deliveries",
    sa.column("id", sa.String),
    sa.column("issuer_id", sa.String),
    sa.column("source_id", sa.String),
    sa.column("state", sa.String),
    sa.column("standing", sa.String),
    sa.column("last_error", sa.Text),
)
_sources = sa.table("sources", sa.column("id", sa.String), sa.column("issuer_id", sa.String))
_completions = sa.table(
    "completions",
    sa.column("delivery_id", sa.String),
    sa.column("state", sa.String),
    sa.column("reason", sa.String),
)
_emails = sa.table(
    "learner_emails",
    sa.column("id", sa.Integer),
    sa.column("normalised", sa.String),
    sa.column("written", sa.String),
    sa.column("mbox_sha1sum", sa.String),
    sa.column("written_sha1sum", sa.String),
)


def upgrade() -> None:
    _learners()
    _people_of_today()
    _sources_and_awards()
    _inbox()


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        for name in ("ix_deliveries_issuer_id", "ix_deliveries_standing", "ix_deliveries_raw"):
            batch_op.drop_index(name)
        batch_op.drop_constraint(op.f("fk_deliveries_issuer_id_issuers"), type_="foreignkey")
        for name in (
            "issuer_id",
            "is_sealed",
            "raw_forgotten_at",
            "forget_raw",
            "standing",
            "repeat_count",
            "conflict_count",
            "last_repeat_at",
        ):
            batch_op.drop_column(name)
    op.drop_index("ix_completions_delivery_id", table_name="completions")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        for name in ("last_rejected_reason", "rejected_reasons", "raw_kept_days"):
            batch_op.drop_column(name)
    for name in ("claim_links", "learner_merges", "tombstones"):
        op.drop_table(name)
    with op.batch_alter_table("learner_emails", schema=None) as batch_op:
        for name in ("mbox_sha1sum", "written_sha1sum"):
            batch_op.drop_index(op.f(f"ix_learner_emails_{name}"))
            batch_op.drop_column(name)
    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.drop_index("ix_learners_issuer_id_state")
        batch_op.drop_index(op.f("ix_learners_merged_into_id"))
        batch_op.drop_constraint(op.f("fk_learners_merged_into_id_learners"), type_="foreignkey")
        for name in ("state", "merged_into_id", "asked_at"):
            batch_op.drop_column(name)


def _learners() -> None:
    with op.batch_alter_table("learners", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="known"))
        batch_op.add_column(sa.Column("merged_into_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_learners_merged_into_id_learners"), "learners", ["merged_into_id"], ["id"])
        batch_op.create_index("ix_learners_issuer_id_state", ["issuer_id", "state", "created_at", "id"], unique=False)
        batch_op.create_index(op.f("ix_learners_merged_into_id"), ["merged_into_id"], unique=False)
    with op.batch_alter_table("learner_emails", schema=None) as batch_op:
        for name in ("mbox_sha1sum", "written_sha1sum"):
            batch_op.add_column(sa.Column(name, sa.String(length=40), nullable=True))
            batch_op.create_index(op.f(f"ix_learner_emails_{name}"), [name], unique=False)
    op.create_table(
        "tombstones",
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_tombstones_issuer_id_issuers")),
        sa.PrimaryKeyConstraint("issuer_id", "digest", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "learner_merges",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("issuer_id", sa.String(length=22), nullable=False),
        sa.Column("kept_id", sa.String(length=22), nullable=False),
        sa.Column("gone_id", sa.String(length=22), nullable=False),
        sa.Column("kept_state", sa.String(length=10), nullable=False),
        sa.Column("gone_state", sa.String(length=10), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers.id"], name=op.f("fk_learner_merges_issuer_id_issuers")),
        sa.ForeignKeyConstraint(["kept_id"], ["learners.id"], name=op.f("fk_learner_merges_kept_id_learners")),
        sa.ForeignKeyConstraint(["gone_id"], ["learners.id"], name=op.f("fk_learner_merges_gone_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_merges")),
    )
    op.create_index("ix_learner_merges_issuer_id", "learner_merges", ["issuer_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_learner_merges_kept_id"), "learner_merges", ["kept_id"], unique=False)
    op.create_index(op.f("ix_learner_merges_gone_id"), "learner_merges", ["gone_id"], unique=False)
    op.create_table(
        "claim_links",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("learner_id", sa.String(length=22), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("confirm_sha256", sa.String(length=64), nullable=True),
        sa.Column("sealed_email", sa.String(length=1000), nullable=True),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_claim_links_learner_id_learners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_claim_links_token_sha256")),
        sa.UniqueConstraint("confirm_sha256", name=op.f("uq_claim_links_confirm_sha256")),
    )
    op.create_index(op.f("ix_claim_links_learner_id"), "claim_links", ["learner_id"], unique=False)


def _people_of_today() -> None:
    """The hashes of addresses that are here already, as `learners.addresses` makes them."""
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.select(_emails).where(_emails.c.id > last).order_by(_emails.c.id).limit(MANY)
        rows = connection.execute(query).all()
        for row in rows:
            hashes = {"mbox_sha1sum": _sha1(row.normalised), "written_sha1sum": _sha1(row.written)}
            connection.execute(_emails.update().where(_emails.c.id == row.id).values(**hashes))
        if not rows:
            return
        last = rows[-1].id


def _sha1(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return hashlib.sha1(f"mailto:{local}{at}{domain.lower()}".encode(), usedforsecurity=False).hexdigest()


def _sources_and_awards() -> None:
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_rejected_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("rejected_reasons", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("raw_kept_days", sa.Integer(), nullable=True))
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def _inbox() -> None:
    op.create_index("ix_completions_delivery_id", "completions", ["delivery_id"], unique=False)
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issuer_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("is_sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("raw_forgotten_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("forget_raw", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("standing", sa.String(length=16), nullable=False, server_default="processed"))
        batch_op.add_column(sa.Column("repeat_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("conflict_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("last_repeat_at", sa.DateTime(timezone=True), nullable=True))
    issuer = sa.select(_sources.c.issuer_id).where(_sources.c.id == _deliveries.c.source_id).scalar_subquery()
    op.execute(_deliveries.update().values(issuer_id=issuer))
    _stand()
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.alter_column("issuer_id", existing_type=sa.String(length=22), nullable=False)
        batch_op.create_foreign_key(op.f("fk_deliveries_issuer_id_issuers"), "issuers", ["issuer_id"], ["id"])
        batch_op.create_index("ix_deliveries_issuer_id", ["issuer_id", "received_at", "id"], unique=False)
        batch_op.create_index("ix_deliveries_standing", ["issuer_id", "standing", "received_at", "id"], unique=False)
        batch_op.create_index("ix_deliveries_raw", ["source_id", "raw_forgotten_at", "received_at"], unique=False)


def _stand() -> None:
    """How the deliveries of today stand: what their rows say, then what waits, the more urgent later."""
    waiting = _deliveries.c.state.in_(["received", "replaying"])
    _set("waiting", waiting)
    _set("failed", waiting, _deliveries.c.last_error.is_not(None))
    _set("unmapped", _deliveries.c.id.in_(_parked(_completions.c.reason == "unmapped-activity")), ~waiting)
    _set("unknown-person", _deliveries.c.id.in_(_parked(_completions.c.reason == "unknown-person")), ~waiting)
    others = _completions.c.reason.not_in(["unmapped-activity", "unknown-person"])
    _set("needs-review", _deliveries.c.id.in_(_parked(others)), ~waiting)
    _set("unparseable", _deliveries.c.state == "unreadable")


def _parked(condition: Any) -> Any:
    return sa.select(_completions.c.delivery_id).where(_completions.c.state == "parked", condition)


def _set(standing: str, *conditions: Any) -> None:
    op.execute(_deliveries.update().where(*conditions).values(standing=standing))
