"""names to sort by: what lists of achievements sort by and search in, and when each was changed

Revision 0022, after 0021, written 2026-11-28.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LONGEST_KEY = 600
_KEY = sa.String(length=LONGEST_KEY).with_variant(sa.String(length=LONGEST_KEY, collation="C"), "postgresql")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_MOMENT = sa.DateTime(timezone=True)
ACHIEVEMENTS = sa.table(
    "achievements",
    sa.column("id", sa.String()),
    sa.column("slug", sa.String()),
    sa.column("name_key", sa.String()),
    sa.column("draft", sa.JSON(none_as_null=True)),
    sa.column("current_version", sa.Integer()),
    sa.column("archived_at", _MOMENT),
    sa.column("changed_at", _MOMENT),
)
VERSIONS = sa.table(
    "achievement_versions",
    sa.column("achievement_id", sa.String()),
    sa.column("number", sa.Integer()),
    sa.column("facts", sa.JSON()),
    sa.column("published_at", _MOMENT),
)


def upgrade() -> None:
    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", _KEY, server_default="", nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_achievements_issuer_id_name_key", ["issuer_id", "name_key", "id"], unique=False)
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """Give every achievement that is there its key, as `achievements.name_key` makes it, and its last change."""
    table, versions = ACHIEVEMENTS.c, VERSIONS.c
    for row in connection.execute(sa.select(ACHIEVEMENTS)).all():
        newest = connection.execute(
            sa.select(VERSIONS).where(versions.achievement_id == row.id, versions.number == row.current_version)
        ).one_or_none()
        facts = row.draft or (newest.facts if newest is not None else {})
        names = (_fold(facts.get("name", "")), _fold(facts.get("abbreviation", "")), row.slug)
        changed_at = row.archived_at or (newest.published_at if newest is not None else None)
        values = {"name_key": "\n".join(names)[:LONGEST_KEY], "changed_at": changed_at}
        connection.execute(sa.update(ACHIEVEMENTS).where(table.id == row.id).values(values))


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (_kept(character) for character in apart)
    return " ".join(unicodedata.normalize("NFC", "".join(kept).translate(_LETTERS)).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    return character if category[0] in "LNM" else " "


def downgrade() -> None:
    with op.batch_alter_table("achievements", schema=None) as batch_op:
        batch_op.drop_index("ix_achievements_issuer_id_name_key")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("name_key")
