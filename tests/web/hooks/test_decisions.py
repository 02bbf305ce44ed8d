"""What a source may not cause (T28), and what waits for a member of staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, text

from app import clock
from app.errors import NotFound
from app.issuing import issuers, learners, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.audit import AuditEntry
from app.issuing.issuers import Issuer
from app.issuing.rules import Rule
from app.issuing.sources import SourceAllowance, SourceState
from app.outbound import email
from app.service import Service
from app.worker import Worker

from .sending import ACTOR, Lms, completion, only_item, replay_all, restarted, rows, source_of

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


# -- what a source may not cause -----------------------------------------------------------------------------


def refused_in_audit_log(service: Service) -> list[str]:
    """The achievements that were not awarded because the source may not cause them."""
    with service.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "award.refused"))
        return [entry.facts["achievement_id"] for entry in entries]


def test_an_achievement_that_the_source_may_not_cause_is_not_awarded_and_leaves_an_audit_entry(
    make_lms: Callable[..., Lms], map_activity: Callable[..., None], phlebotomy: Achievement, service: Service
):
    lms = make_lms()
    map_activity(lms, phlebotomy, allowed=False)

    item = only_item(lms.post(completion()))

    assert (item["outcome"], item["reason"]) == ("parked", "not-allowed")
    assert rows(service)["awards"] == 0
    assert refused_in_audit_log(service) == [phlebotomy.id]


def test_another_issuers_achievement_cannot_be_mapped_and_is_not_awarded_even_if_it_is(
    lms: Lms, make_issuer: Callable[..., Issuer], make_achievement: Callable[..., Achievement], service: Service
):
    foreign = make_achievement("foreign", by=make_issuer("southfield", "Southfield"))
    with service.database.write() as session:
        source = sources.by_id(session, lms.source_id)
        with pytest.raises(NotFound):
            rules.create(session, source, activity_id="X", achievement=foreign, actor=ACTOR)
        with pytest.raises(NotFound):
            sources.allow(session, source, foreign, actor=ACTOR)
        row = {"source_id": source.id, "achievement_id": foreign.id}
        session.add(SourceAllowance(**row))
        session.add(Rule(id=clock.new_id(), activity_id="X", created_at=clock.now(), **row))

    item = only_item(lms.post(completion(activity={"id": "X"})))

    assert (item["outcome"], item["reason"]) == ("parked", "not-allowed")
    assert rows(service)["awards"] == 0
    assert refused_in_audit_log(service) == [foreign.id]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"score": {"value": 83.9, "unit": "percent"}}, "score-too-low"),
        ({"score": None}, "score-missing"),
        ({"passed": False}, "not-passed"),
        ({"event": "failed"}, "not-passed"),
        ({"event": "revoked"}, "taken-back"),
    ],
)
def test_a_completion_that_the_rule_does_not_accept_is_recorded_with_its_reason(
    lms: Lms, service: Service, changes: dict[str, Any], reason: str
):
    item = only_item(lms.post(completion(**changes)))

    assert (item["outcome"], item["reason"]) == ("recorded", reason)
    assert (rows(service)["completions"], rows(service)["awards"]) == (1, 0)


@pytest.mark.parametrize("body", [completion(event="enrolled"), {"type": "user.created", "data": completion()}])
def test_an_event_that_is_not_known_is_ignored_with_a_200_and_counted(lms: Lms, service: Service, body: dict[str, Any]):
    item = only_item(lms.post(body))

    assert (item["outcome"], item["reason"]) == ("ignored", "unknown-event")
    assert rows(service)["completions"] == 0
    assert (source_of(service, lms).accepted_count, source_of(service, lms).ignored_count) == (1, 1)


def test_a_source_that_is_switched_off_is_told_to_stop(lms: Lms, service: Service):
    with service.database.write() as session:
        sources.set_state(session, sources.by_id(session, lms.source_id), SourceState.DISABLED, actor=ACTOR)
    before = rows(service)

    assert lms.post(completion()).status_code == 410
    assert rows(service) == before


def test_an_address_that_is_no_source_is_404(lms: Lms):
    assert Lms(lms.client, clock.new_id(), lms.secret).post(completion()).status_code == 404


# -- what waits for somebody ---------------------------------------------------------------------------------


def test_an_unknown_activity_is_parked_and_awarded_once_after_a_rule_was_added(
    make_lms: Callable[..., Lms], map_activity: Callable[..., None], phlebotomy: Achievement, service: Service
):
    lms = make_lms()
    parked = only_item(lms.post(completion()))
    still_parked = replay_all(service)

    map_activity(lms, phlebotomy)
    outcomes = [replay_all(service)["outcome"] for _ in range(2)]

    assert (parked["outcome"], parked["reason"]) == ("parked", "unmapped-activity")
    assert still_parked["outcome"] == "parked"
    assert outcomes == ["awarded", "awarded"]
    assert rows(service)["awards"] == 1


def test_an_unknown_person_is_parked_and_awarded_once_after_an_address_was_added(
    lms: Lms, service: Service, issuer: Issuer
):
    parked = only_item(lms.post(completion(learner={"id": "7"})))

    with service.database.write() as session:
        facts = {"namespace": "lms.hospital.test", "source_id": "7", "email": "ana@hospital.test"}
        learners.resolve(session, issuers.by_id(session, issuer.id), display_name=None, **facts)
    outcomes = [replay_all(service)["outcome"] for _ in range(2)]

    assert (parked["outcome"], parked["reason"]) == ("parked", "unknown-person")
    assert outcomes == ["awarded", "awarded"]
    assert rows(service)["awards"] == 1


def test_without_a_private_key_a_completion_is_parked_and_awarded_when_the_keys_are_back(lms: Lms, service: Service):
    hidden = service.settings.keys_dir.rename(service.settings.keys_dir.with_name("elsewhere"))
    with restarted(service) as client:
        parked = only_item(Lms(client, lms.source_id, lms.secret).post(completion()))
    nothing = rows(service)
    if service.settings.keys_dir.exists():
        service.settings.keys_dir.rmdir()
    hidden.rename(service.settings.keys_dir)

    assert (parked["outcome"], parked["reason"]) == ("parked", "key-unavailable")
    assert (nothing["awards"], nothing["status_entries"], nothing["outbox"]) == (0, 0, 0)
    assert replay_all(service)["outcome"] == "awarded"


def test_a_delivery_on_which_the_service_fails_is_kept_answered_200_and_processed_later(lms: Lms, service: Service):
    with storing_fails(service, "credentials"):
        queued = lms.post(completion())
    kept = rows(service)
    Worker(service, email.mailer(service.settings)).run_once()

    assert (queued.status_code, queued.json()["status"]) == (200, "queued")
    assert (kept["deliveries"], kept["completions"], kept["awards"], kept["learners"]) == (1, 0, 0, 0)
    assert only_item(lms.post(completion()))["outcome"] == "awarded"
    assert rows(service)["awards"] == 1


@contextmanager
def storing_fails(service: Service, table: str) -> Iterator[None]:
    """Every insert into a table fails, by a trigger: a fault in the middle of issuing, as a broken disk makes it."""
    if service.database.is_sqlite:
        begin = [f"CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'a fault'); END"]
        end = ["DROP TRIGGER fault"]
    else:
        raising = "BEGIN RAISE EXCEPTION 'a fault'; END"
        begin = [
            f"CREATE FUNCTION fault() RETURNS trigger AS $$ {raising} $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER fault BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fault()",
        ]
        end = [f"DROP TRIGGER fault ON {table}", "DROP FUNCTION fault()"]
    for statements in (begin, end):
        with service.database.write() as session:
            for statement in statements:
                session.execute(text(statement))
        if statements is begin:
            yield
