"""A database of before the inbox had standings: every row goes on working after the migration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from app import migrating
from app.db import Database
from app.issuing import inbox, learners, sources
from app.issuing.inbox import Delivery
from app.issuing.learners import LearnerEmail
from app.issuing.office import Office
from app.issuing.sources import Source

BODY = b'{"items": []}'
AT = "2026-03-01 09:00:00+00:00"
BEFORE = (
    "INSERT INTO issuers (id, slug, name, url, created_at) VALUES ('i', 'st-anna', 'St. Anna', 'https://x.test', :at)",
    """
    INSERT INTO sources (id, issuer_id, name, type, settings, sealed_secrets, state, created_at, accepted_count,
      ignored_count, rejected_count) VALUES ('s', 'i', 'LMS', 'generic', '{}', '', 'active', :at, 0, 0, 0)
    """,
    "INSERT INTO learners (id, issuer_id, name_shown, created_at) VALUES ('l', 'i', false, :at)",
    """
    INSERT INTO learner_emails (issuer_id, learner_id, normalised, written)
    VALUES ('i', 'l', 'ana@x.example', 'Ana@x.example')
    """,
)
DELIVERY = """
INSERT INTO deliveries (id, source_id, delivery_key, body_sha256, method, key_id, headers, body, payload, received_at,
  state, attempts, next_attempt_at, last_error, answer)
VALUES (:id, 's', :id, 'x', 'bearer', '0', '{}', :body, :body, :at, :state, 0, :at, :error, '{}')
"""
PARKED = """
INSERT INTO completions (id, issuer_id, source_id, delivery_id, item_index, dedupe_key, kind, learning_kind,
  activity_id, occurred_at, state, reason, detail, outcome, created_at, decided_at)
VALUES (:id, 'i', 's', :id, 0, :id, 'completed', 'course', 'bls', :at, 'parked', :reason, '', '{}', :at, :at)
"""
STANDINGS = {
    "done": ("processed", None, None, "processed"),
    "waits": ("received", None, None, "waiting"),
    "failed": ("received", "Fault", None, "failed"),
    "broken": ("unreadable", None, None, "unparseable"),
    "nameless": ("processed", None, "unknown-person", "unknown-person"),
    "unmapped": ("processed", None, "unmapped-activity", "unmapped"),
    "unclear": ("processed", None, "learner-unclear", "needs-review"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that was filled at revision 0006, and is at the newest."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/old.sqlite3" if is_sqlite else request.getfixturevalue("bare_postgresql_url")
    opened = Database(url)
    with migrating._migrating(opened) as connection:
        command.upgrade(migrating._config(connection), "0006")
    with opened.write() as session:
        for statement in BEFORE:
            session.execute(text(statement), {"at": AT} if ":at" in statement else {})
        for name, (state, error, reason, _) in STANDINGS.items():
            session.execute(text(DELIVERY), {"id": name, "body": BODY, "at": AT, "state": state, "error": error})
            if reason is not None:
                session.execute(text(PARKED), {"id": name, "at": AT, "reason": reason})
    migrating.upgrade(url)
    yield opened
    opened.dispose()


def test_deliveries_stand_as_their_rows_say_and_belong_to_their_issuer(migrated: Database):
    with migrated.read() as session:
        found = {row.id: (row.standing, row.issuer_id) for row in session.scalars(select(Delivery))}

    assert found == {name: (standing, "i") for name, (_, _, _, standing) in STANDINGS.items()}


def test_what_came_unsealed_is_read_as_it_was_and_can_be_forgotten(migrated: Database, office: Office):
    with migrated.write() as session:
        assert inbox.read_raw(session, office, "done").body == BODY
        assert inbox.forget_old(session, office) == len(STANDINGS) - 2


def test_learners_are_known_and_found_by_the_hash_of_an_address_of_before(migrated: Database, office: Office):
    digest = hashlib.sha1(b"mailto:Ana@x.example", usedforsecurity=False).hexdigest()
    with migrated.read() as session:
        issuer = session.get_one(sources.Issuer, "i")
        facts = {"namespace": None, "source_id": None, "email": None, "display_name": None}
        found = learners.resolve(session, issuer, mbox_sha1sum=digest, sealer=office.sealer, **facts)
        email = session.scalars(select(LearnerEmail)).one()
        assert (found.id, found.state) == ("l", "known")
        assert (email.mbox_sha1sum, email.written_sha1sum) == (learner_hash("ana@x.example"), digest)


def learner_hash(address: str) -> str:
    return hashlib.sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()


def test_a_source_counts_its_refusals_from_now_on(migrated: Database):
    with migrated.write() as session:
        sources.count_rejected(session, "s", reason="webhook-timestamp is 301 s old")
        sources.count_rejected(session, "s", reason="webhook-timestamp is 999 s old")
    with migrated.read() as session:
        source = session.get_one(Source, "s")

    assert source.rejected_reasons == {"webhook-timestamp is … s old": 2}
    assert (source.rejected_count, source.last_rejected_reason) == (2, "webhook-timestamp is … s old")
