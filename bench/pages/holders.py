"""A hospital of which many people hold one badge: one is issued, the others' rows are copies of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from app import clock, main
from app.issuing import awards, issuers, learners
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.learners import Learner
from app.issuing.status_lists import StatusEntry
from bench.academy import furnish, settings_for


@dataclass(frozen=True, slots=True)
class Hospital:
    """Where it is, and what to look at."""

    folder: Path
    url: str
    holders: int
    award_id: str
    achievement_id: str
    status_path: str
    issuer_path: str
    tags: dict[tuple[str, str], str]

    def tag_of(self, path: str, headers: dict[str, str]) -> str:
        """The ETag that an address answers with."""
        return self.tags[path, headers.get("Accept", "")]


def build(folder: Path, holders: int) -> Hospital:
    """Set it up on a fresh SQLite file. Copies have rows of their own, and no credential: nobody looks at them."""
    folder.mkdir()
    url = f"sqlite:///{folder}/pages.sqlite3"
    academy = furnish(settings_for(folder, url))
    service = academy.service
    with service.database.write() as session:
        issuer = issuers.by_slug(session, academy.issuer_slug)
        achievement = session.scalars(select(Achievement)).one()
        facts = {"namespace": None, "source_id": None, "email": "ana.ortiz@example.org", "display_name": "Ana Ortiz"}
        learner = learners.resolve(session, issuer, **facts)
        assert learner is not None
        earned = Earned(achievement, learner, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
        award = awards.award(session, service.office, earned, actor="bench").award
        session.flush()
        _copy(session, award, holders - 1)
        place = session.scalars(select(StatusEntry).where(StatusEntry.award_id == award.id)).first()
        assert place is not None
        found = Hospital(
            folder,
            url,
            holders,
            award.id,
            award.achievement_id,
            f"/status/{place.list_id}",
            f"/issuers/{issuer.slug}",
            {},
        )
    client = TestClient(main.application(service), base_url="http://localhost")
    for path, accept in (
        (f"/b/{found.award_id}", "text/html,application/xhtml+xml"),
        (f"/b/{found.award_id}.json", ""),
    ):
        found.tags[path, accept] = client.get(path, headers={"Accept": accept} if accept else {}).headers["etag"]
    service.close()
    return found


def _copy(session: object, award: Award, number: int) -> None:
    rows = {column.name: getattr(award, column.key) for column in Award.__table__.columns}
    people, copies = [], []
    for _ in range(number):
        learner_id = clock.new_id()
        people.append(
            {
                "id": learner_id,
                "issuer_id": award.issuer_id,
                "name_shown": False,
                "state": "known",
                "created_at": clock.now(),
            }
        )
        copies.append(rows | {"id": clock.new_id(), "learner_id": learner_id})
    for start in range(0, number, 500):
        session.execute(insert(Learner), people[start : start + 500])  # type: ignore[attr-defined]
        session.execute(insert(Award), copies[start : start + 500])  # type: ignore[attr-defined]
