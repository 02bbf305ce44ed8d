"""What was published before there was a list is in it after the migration, as publishing it now would list it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import migrating
from app.db import Base, Database
from app.issuing import achievement_facts, listing
from app.issuing.listing import ListedAchievement, ListedCredit, ListedSkill

BEFORE = "0016"
AT = "2026-03-01 09:00:00+00:00"
FACTS: dict[str, Any] = {
    "name": "Énfermería: Straße & İstanbul ø",
    "abbreviation": "ÉN-1",
    "description": "x",
    "achievement_type": "Certificate",
    "hours": "4.50",
    "academic_credits": "1",
    "continuing_education": [{"amount": "2", "unit": "ANCC Hours"}, {"amount": "0", "unit": "CEU"}],
    "skills": [{"name": "Curación", "url": "https://s.example/1", "level": 3}],
}
LISTS = (ListedAchievement, ListedSkill, ListedCredit)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with a published, an archived and a drafted achievement from before, at the newest revision."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/old.sqlite3" if is_sqlite else request.getfixturevalue("bare_postgresql_url")
    opened = Database(url)
    with migrating._migrating(opened) as connection:
        command.upgrade(migrating._config(connection), BEFORE)
    with opened.write() as session:
        fill(session)
    migrating.upgrade(url)
    yield opened
    opened.dispose()


def fill(session: Session) -> None:
    old = json.dumps(FACTS | {"name": "Old version"})
    run(session, "INSERT INTO issuers (id, slug, name, url, created_at) VALUES ('i', 'a', 'A', 'https://x.test', :at)")
    run(session, "INSERT INTO images (sha256, content, width, height, created_at) VALUES ('p', :b, 1, 1, :at)", b=b"")
    for name, state, newest in (("now", "published", 2), ("gone", "archived", 1), ("idea", "draft", None)):
        run(
            session,
            "INSERT INTO achievements (id, issuer_id, slug, state, current_version, open_badges_2, created_at) "
            "VALUES (:id, 'i', :id, :state, :newest, false, :at)",
            id=name,
            state=state,
            newest=newest,
        )
    for owner, number, facts in (("now", 1, old), ("now", 2, json.dumps(FACTS)), ("gone", 1, old)):
        run(
            session,
            "INSERT INTO achievement_versions (id, achievement_id, number, facts, creator, document, image_sha256, "
            "open_badges_2, published_at) VALUES (:id, :owner, :number, :facts, '{}', :b, 'p', false, :at)",
            id=f"{owner}{number}",
            owner=owner,
            number=number,
            facts=facts,
            b=b"",
        )


def run(session: Session, statement: str, **values: Any) -> None:
    session.execute(text(statement), {"at": AT, **values} if ":at" in statement else values)


def listed(session: Session) -> list[dict[str, Any]]:
    """Every row of the list."""
    return [columns(row) for table in LISTS for row in session.scalars(select(table))]


def columns(row: Base) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def test_what_is_published_is_listed_just_as_publishing_lists_it(migrated: Database):
    with migrated.write() as session:
        filled = listed(session)
        facts = achievement_facts.parse(FACTS)
        listing.put(session, issuer_id="i", achievement_id="now", version_id="now2", facts=facts)
        session.expire_all()

        assert filled == listed(session)
    assert [row["achievement_id"] for row in filled] == ["now"] * 4
    assert filled[0]["search_text"] == "enfermeria strasse istanbul o en 1"
    assert {row["unit"] for row in filled if "unit" in row} == {"ancc hours", "academic credit"}
