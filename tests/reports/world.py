"""A small world whose figures can be counted by hand: rows as the office writes them, each at the moment that is said.

Rows are written together, in one transaction, as soon as somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from app import reports
from app.db import Base, Database
from app.issuing import audit, views
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.deliveries import Delivery
from app.issuing.images import Image
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerGroup
from app.issuing.sources import Source
from app.issuing.views import ViewKind
from app.reports import Answer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SKILL = {"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}


def at(text: str) -> datetime:
    """A moment in UTC: `2026-03-01` or `2026-03-01 09:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class World:
    """One issuer, and a builder for each thing that a report counts."""

    database: Database
    slug: str = "northfield"
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    pending: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.issuer = self._put(
            Issuer(id=f"issuer-{self.slug}", slug=self.slug, name=self.slug.title(), url="https://x.example",
                   created_at=LONG_AGO)
        )  # fmt: skip
        self.write()

    def achievement(self, name: str = "Phlebotomy", abbreviation: str = "PHLB", **facts: Any) -> Achievement:
        """A published achievement."""
        made = self._id("achievement")
        sha256 = made.rjust(64, "0")
        self._put(Image(sha256=sha256, content=b"", width=1, height=1, created_at=LONG_AGO))
        achievement = self._put(
            Achievement(id=made, issuer_id=self.issuer.id, slug=made.lower(), state="published", current_version=1,
                        created_at=LONG_AGO)
        )  # fmt: skip
        said = {"name": name, "abbreviation": abbreviation, "achievement_type": "MicroCredential", "skills": [SKILL]}
        self._put(
            AchievementVersion(id=f"v-{made}", achievement_id=made, number=1, facts={**said, **facts}, creator={},
                               document=b"", image_sha256=sha256, published_at=LONG_AGO)
        )  # fmt: skip
        return achievement

    def learner(self, name: str | None = "Ana Ortiz", *, groups: tuple[str, ...] = ()) -> Learner:
        """A learner, in these groups."""
        made = self._put(
            Learner(id=self._id("learner"), issuer_id=self.issuer.id, display_name=name, created_at=LONG_AGO)
        )
        for group in groups:
            self._put(LearnerGroup(issuer_id=self.issuer.id, name=group, learner_id=made.id, added_at=LONG_AGO))
        return made

    def award(self, achievement: Achievement, learner: Learner | None = None, **columns: Any) -> Award:
        """An award; `on` is when it was earned and issued, unless `created_at` says otherwise."""
        made, on = self._id("award"), columns.pop("on", at("2026-03-10"))
        usual = {
            "version_id": f"v-{achievement.id}", "slot": made, "state": "issued", "visibility": "unlisted",
            "basis": [], "awarded_at": on, "created_at": on, "subject_id": made, "evidence": [],
        }  # fmt: skip
        holder = learner or self.learner()
        return self._put(
            Award(id=made, issuer_id=self.issuer.id, achievement_id=achievement.id, learner_id=holder.id,
                  **{**usual, **columns})
        )  # fmt: skip

    def source(self, name: str = "Moodle", **columns: Any) -> Source:
        """A source."""
        usual = {"type": "moodle", "settings": {}, "sealed_secrets": "", "state": "active", "created_at": LONG_AGO}
        return self._put(
            Source(id=self._id("source"), issuer_id=self.issuer.id, name=name, rejected_reasons={},
                   **{**usual, **columns})
        )  # fmt: skip

    def delivery(self, source: Source, on: datetime, **columns: Any) -> Delivery:
        """A delivery."""
        made = self._id("delivery")
        usual = {
            "body_sha256": "", "method": "bearer", "key_id": "0", "headers": {}, "body": b"", "payload": b"",
            "state": "processed", "standing": "processed", "next_attempt_at": on, "answer": {},
        }  # fmt: skip
        return self._put(
            Delivery(id=made, issuer_id=self.issuer.id, source_id=source.id, delivery_key=made, received_at=on,
                     **{**usual, **columns})
        )  # fmt: skip

    def fact(
        self, source: Source, learner: Learner | None, activity: str, kind: str, on: datetime, **columns: Any
    ) -> Completion:
        """A fact that a source stated; it came when it happened, unless `created_at` says otherwise."""
        came = columns.pop("created_at", on)
        usual = {
            "item_index": 0, "learning_kind": "course", "activity_name": None, "state": "recorded", "reason": "known",
            "detail": "", "outcome": {}, "facts": {}, "evidence": [], "is_trusted": True,
        }  # fmt: skip
        made = self._id("completion")
        delivery = columns.pop("delivery", None) or self.delivery(source, came)
        return self._put(
            Completion(id=made, issuer_id=self.issuer.id, source_id=source.id, delivery_id=delivery.id, dedupe_key=made,
                       learner_id=None if learner is None else learner.id, activity_id=activity, kind=kind,
                       occurred_at=on, created_at=came, decided_at=came, **{**usual, **columns})
        )  # fmt: skip

    def looked_at(self, award: Award, kind: ViewKind, number: int, day: str = "2026-03-20") -> None:
        """That people looked at a badge."""
        self.write()
        with self.database.write() as session:
            views.add(session, {(award.id, at(day).date(), kind): number})

    def made_public_once(self, award: Award) -> None:
        """That the holder made a badge public; what it is now, the row says."""
        with self.database.write() as session:
            told = {"actor": "holder", "action": "award.visibility", "object_id": award.id, "visibility": "public"}
            audit.record(session, self.issuer.id, **told)

    def ask(self, slug: str, **parameters: Any) -> Answer:
        """A report's answer for 2026, unless other days are asked for."""
        days = {"first": "2026-01-01", "last": "2026-12-31"}
        self.write()
        with self.database.read() as session:
            return reports.answer(session, self.issuer, slug, **{**days, **parameters})

    def rows(self, slug: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a report, by the names of its columns."""
        table = self.ask(slug, **parameters).table
        return [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows]

    def _id(self, kind: str) -> str:
        return f"{kind}-{self.slug[:4]}-{next(self.numbers)}"

    def _put(self, row: Any) -> Any:
        assert isinstance(row, Base)
        self.pending.append(row)
        return row

    def write(self) -> None:
        """Write what was built."""
        with self.database.write() as session:
            for table in Base.metadata.sorted_tables:  # what others refer to comes first
                session.add_all([row for row in self.pending if row.__table__ is table])
                session.flush()
        self.pending.clear()


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """These columns of each row."""
    return [tuple(row[name] for name in names) for row in rows]
