"""the list of achievements: columns that the catalogue is searched by, filled from what is published today

Revision 0018, after 0017, written 2026-11-28.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LONGEST_NAME = 200
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_achievements = sa.table(
    "achievements", *(sa.column(name) for name in ("id", "issuer_id", "state")), sa.column("current_version")
)
_versions = sa.table(
    "achievement_versions",
    *(sa.column(name) for name in ("id", "achievement_id", "number")),
    sa.column("facts", sa.JSON()),
)


def upgrade() -> None:
    achievements = _list("listed_achievements", _named(), "achievement_id", ["issuer_id", "version_id"])
    skills = _list("listed_skills", _skill(), "number")
    credits = _list("listed_credits", _credit(), "unit")
    op.create_index("ix_listed_achievements_sort_name", "listed_achievements", ["sort_name", "achievement_id"])
    columns = ["issuer_id", "sort_name", "achievement_id"]
    op.create_index("ix_listed_achievements_issuer_id", "listed_achievements", columns)
    # Who holds an achievement now is counted from the index alone.
    op.drop_index("ix_awards_achievement_id", table_name="awards")
    op.create_index("ix_awards_achievement_id", "awards", ["achievement_id", "learner_id", "state", "valid_until"])
    _fill(achievements, skills, credits)


def downgrade() -> None:
    for name in ("listed_credits", "listed_skills", "listed_achievements"):
        op.drop_table(name)
    op.drop_index("ix_awards_achievement_id", table_name="awards")
    op.create_index("ix_awards_achievement_id", "awards", ["achievement_id"])


def _list(name: str, columns: list[sa.Column[Any]], key: str, more: list[str] | None = None) -> sa.Table:
    parents = {"achievement_id": "achievements", "issuer_id": "issuers", "version_id": "achievement_versions"}
    keys = [sa.Column(each, sa.String(length=22), nullable=False) for each in ["achievement_id", *(more or [])]]
    foreign = [
        sa.ForeignKeyConstraint([each.name], [f"{parents[each.name]}.id"], name=f"fk_{name}_{each.name}_{table}")
        for each in keys
        for table in [parents[each.name]]
    ]
    primary = sa.PrimaryKeyConstraint(*dict.fromkeys(["achievement_id", key]), name=f"pk_{name}")
    return op.create_table(name, *keys, *columns, *foreign, primary)


def _named() -> list[sa.Column[Any]]:
    folded = sa.String(length=LONGEST_NAME)
    return [
        sa.Column(
            "sort_name",
            folded.with_variant(sa.String(length=LONGEST_NAME, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
    ]


def _skill() -> list[sa.Column[Any]]:
    return [
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_name", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
    ]


def _credit() -> list[sa.Column[Any]]:
    return [
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
    ]


def _fill(achievements: sa.Table, skills: sa.Table, credits: sa.Table) -> None:
    """What is published today, as `listing.put` writes it."""
    query = (
        sa.select(_versions.c.id, _versions.c.achievement_id, _versions.c.facts, _achievements.c.issuer_id)
        .join(_achievements, _achievements.c.id == _versions.c.achievement_id)
        .where(_achievements.c.state == "published", _achievements.c.current_version == _versions.c.number)
    )
    connection = op.get_bind()
    for row in connection.execute(query).all():
        facts = row.facts if isinstance(row.facts, dict) else json.loads(row.facts)
        key = {"achievement_id": row.achievement_id}
        connection.execute(achievements.insert().values(**key, **_row(row, facts)))
        for number, skill in enumerate(facts.get("skills", [])):
            named = {"name": skill["name"], "search_name": _fold(skill["name"]), "level": skill["level"]}
            connection.execute(skills.insert().values(**key, number=number, **named))
        for unit, name in _units(facts).items():
            connection.execute(credits.insert().values(**key, unit=unit, name=name))


def _row(row: Any, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "issuer_id": row.issuer_id,
        "version_id": row.id,
        "sort_name": _fold(facts["name"])[:LONGEST_NAME].rstrip(),
        "search_text": f"{_fold(facts['name'])} {_fold(facts['abbreviation'])}",
        "kind": facts.get("achievement_type", "MicroCredential"),
        "hours": None if facts.get("hours") is None else float(facts["hours"]),
    }


def _units(facts: dict[str, Any]) -> dict[str, str]:
    given = [each["unit"] for each in facts.get("continuing_education", []) if float(each["amount"])]
    found = {_fold(unit)[:80].rstrip(): unit for unit in given}
    academic = "academic credit"
    return found | ({academic: academic} if float(facts.get("academic_credits") or 0) else {})


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (_kept(character) for character in apart)
    return " ".join(unicodedata.normalize("NFC", "".join(kept).translate(_LETTERS)).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    return character if category[0] in "LNM" else " "
