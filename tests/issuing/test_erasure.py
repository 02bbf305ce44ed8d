"""Erasing a person: what says who it was goes, what tells that a badge no longer counts stays (B106)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.credentials.model import StatusPurpose
from app.db import Base
from app.errors import Gone, InvalidInput, LearnerErased
from app.issuing import (
    achievements,
    award_status,
    awards,
    endpoints,
    erasure,
    identification,
    inbox,
    learners,
    merging,
    open_badges_2,
    rules,
    status_lists,
)
from app.issuing.awards import Award, Credential
from app.issuing.completions import Completion
from app.issuing.endpoints.records import EventType
from app.issuing.erasure import Erased
from app.issuing.identification import Via
from app.issuing.inbox import Delivery
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.signed_assertions import SignedAssertion
from app.issuing.sources import Source
from app.issuing.status_lists import StatusEntry

from .arriving import ACTIVITY, actions, arrive, count, delivery, fact, only, standing
from .arriving import awards as all_awards

PERSON = {"id": "employee-4711", "email": "Ana.Ortiz@hospital.test", "name": "Ana Ortiz"}
TRACES = ("employee-4711", "enrolment-4711", "ana.ortiz", "ana ortiz", "portfolio")
EVIDENCE = [{"url": "https://portfolio.test/ana", "name": "Portfolio of Ana Ortiz"}]


@pytest.fixture
def source(desk):
    """A source whose activity earns a badge."""
    return desk.source(earns={ACTIVITY: desk.achievement()})


def stated(event: str = "enrolment-4711", **changes):
    return fact(event, learner=PERSON, evidence=EVIDENCE, **changes)


def ana(desk) -> Learner:
    with desk.read() as session:
        return learners.by_email(session, desk.issuer, PERSON["email"])


def erase(desk, learner: Learner) -> Erased:
    with desk.write() as session:
        return erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor="cli")


def everything(desk) -> str:
    """Every value of every row, as text in small letters."""
    with desk.read() as session:
        rows = [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    told = [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for row in rows for value in row
    ]
    return "\n".join(told).lower()


def test_nothing_in_the_database_says_any_more_who_it_was(desk, source):
    arrive(desk, source, stated())
    arrive(desk, source, stated("enrolment-4711-2", activity={"id": "other"}), key="msg-2")
    assert [trace for trace in TRACES if trace not in everything(desk)] == []

    erased = erase(desk, ana(desk))

    assert [trace for trace in TRACES if trace in everything(desk)] == []
    assert erased == Erased(awards=1, completions=2, deliveries=2, messages=1)


def test_the_award_is_revoked_and_keeps_its_id_and_its_places_in_the_status_lists(desk, source):
    arrive(desk, source, stated())
    (award,) = all_awards(desk)
    with desk.read() as session:
        places = status_lists.entries_of(session, desk.office, award.id)

    erase(desk, ana(desk))

    (kept,) = all_awards(desk)
    assert (kept.id, kept.state, kept.evidence, kept.narrative) == (award.id, "revoked", [], None)
    with desk.read() as session:
        assert status_lists.entries_of(session, desk.office, award.id) == places
        query = select(StatusEntry.purpose).where(StatusEntry.award_id == award.id, StatusEntry.is_set)
        assert list(session.scalars(query)) == [StatusPurpose.REVOCATION]


def test_the_signed_bytes_of_every_form_and_revision_are_empty_and_gone(desk):
    with desk.write() as session:
        desk.issuer = session.merge(desk.issuer)
        desk.issuer.email = "badges@st-anna.example"
    achievement = desk.achievement()
    with desk.write() as session:
        open_badges_2.switch(session, achievements.by_id(session, achievement.id), on=True, actor="cli")
    award = desk.award(PERSON["email"], achievement=achievement)
    with desk.write() as session:
        award_status.reissue(session, desk.office, awards.by_id(session, award.id), actor="cli")
    assert count(desk, SignedAssertion) == count(desk, Credential) == 2

    erase(desk, ana(desk))

    with desk.read() as session:
        assert {(row.json, row.jwt) for row in session.scalars(select(Credential))} == {(b"", b"")}
        assert {row.jws for row in session.scalars(select(SignedAssertion))} == {b""}
        with pytest.raises(Gone):
            awards.credential_of(session, session.get_one(Award, award.id))


def test_a_redelivery_does_not_bring_an_erased_person_back(desk, source):
    arrive(desk, source, stated())
    erase(desk, ana(desk))
    people = count(desk, Learner)

    again = only(arrive(desk, source, stated(), key="msg-2"))
    by_address = only(arrive(desk, source, fact("evt-3", learner={"email": PERSON["email"]}), key="msg-3"))
    by_identity = only(arrive(desk, source, fact("evt-4", learner={"id": PERSON["id"]}), key="msg-4"))

    assert {item["outcome"] for item in (again, by_address, by_identity)} == {"erased"}
    assert (count(desk, Learner), len(all_awards(desk)), count(desk, Completion)) == (people, 1, 1)
    assert {standing(desk, f"msg-{number}") for number in (2, 3, 4)} == {"ignored"}
    assert [trace for trace in TRACES if trace in everything(desk)] == []


def test_a_redelivery_to_another_issuer_knows_nothing_of_it(desk, source):
    arrive(desk, source, stated())
    erase(desk, ana(desk))
    other = desk.another_issuer()

    arrive(other, other.source(), stated(), key="msg-2")

    assert learners.LearnerState(ana(other).state) == "known"


def test_others_in_the_same_delivery_keep_what_they_have(desk, source):
    bo = {"id": "8", "email": "bo@hospital.test", "name": "Bo"}
    arrive(desk, source, stated(), fact("evt-2", learner=bo))

    erase(desk, ana(desk))

    assert sorted(award.state for award in all_awards(desk)) == ["issued", "revoked"]
    with desk.read() as session:
        assert learners.by_email(session, desk.issuer, "bo@hospital.test").display_name == "Bo"
        assert [item["outcome"] for item in inbox.items_of(session, delivery(desk))] == ["awarded", "awarded"]


def test_a_delivery_that_waits_for_the_worker_loses_its_bytes_as_soon_as_it_has_its_answer(desk, source):
    arrive(desk, source, stated())
    with desk.write() as session:
        session.get_one(Delivery, delivery(desk).id).state = "replaying"

    erase(desk, ana(desk))
    assert delivery(desk).raw_forgotten_at is None
    with desk.write() as session:
        inbox.process(session, desk.office, session.get_one(Delivery, delivery(desk).id))

    assert delivery(desk).raw_forgotten_at is not None
    assert [trace for trace in TRACES if trace in everything(desk)] == []


def test_what_waited_for_somebody_pending_is_closed(desk, source):
    arrive(desk, source, fact("enrolment-4711", learner={"id": "employee-4711"}))
    with desk.read() as session:
        pending = session.scalars(select(Learner)).one()

    erase(desk, pending)

    assert standing(desk) == "ignored"
    with desk.read() as session:
        assert inbox.items_of(session, delivery(desk))[0]["outcome"] == "erased"


def test_an_endpoint_learns_of_the_revocation_and_not_of_the_person(desk, source):
    with desk.write() as session:
        endpoints.create(
            session,
            desk.office,
            desk.issuer,
            name="HR",
            url="https://hr.example.org/hook",
            event_types=[EventType.BADGE_ISSUED, EventType.BADGE_REVOKED],
            personal_data=True,
            actor="cli",
        )
    arrive(desk, source, stated())

    erase(desk, ana(desk))

    with desk.read() as session:
        told = {row.event.partition(":")[0]: row.payload for row in session.scalars(select(OutboxMessage))}
    assert told["badge.issued"] == {}
    assert json.loads(told["badge.revoked"]["body"])["data"]["learner"] == {"name": None, "email": None}


def test_those_merged_into_the_person_go_too(desk):
    kept, gone = desk.learner(PERSON["email"], "Ana Ortiz"), desk.learner("ortiz@home.test", "A. Ortiz")
    with desk.write() as session:
        merging.merge(
            session,
            desk.office,
            kept=session.get_one(Learner, kept.id),
            gone=session.get_one(Learner, gone.id),
            actor="cli",
        )
    with pytest.raises(InvalidInput):
        erase(desk, gone)
    somebody = desk.learner("new@x.example")

    erase(desk, kept)

    assert [trace for trace in ("ana.ortiz", "a. ortiz", "ortiz@home") if trace in everything(desk)] == []
    with desk.write() as session, pytest.raises(LearnerErased):
        identification.give_address(
            session, desk.office, session.merge(somebody), "ortiz@home.test", via=Via.STAFF, actor="cli"
        )


def test_erasing_once_more_changes_nothing(desk, source):
    arrive(desk, source, stated())
    learner = ana(desk)
    erase(desk, learner)
    log = actions(desk)

    assert erase(desk, learner) == Erased()
    assert actions(desk) == log
    assert (log.count("learner.erased"), log.count("award.revoked")) == (1, 1)


def test_the_audit_log_holds_ids_only(desk, source):
    arrive(desk, source, stated())
    erase(desk, ana(desk))

    told = json.dumps([entry.facts for entry in desk.audit_log()]).lower()

    assert [trace for trace in TRACES if trace in told] == []


def test_who_comes_back_by_their_own_wish_is_a_new_person_who_gets_nothing_back(desk, source):
    arrive(desk, source, stated())
    old = ana(desk)
    erase(desk, old)

    with desk.write() as session:
        facts = {"email": "ANA.ORTIZ@hospital.test", "namespace": "lms.example.org", "source_id": PERSON["id"]}
        assert erasure.readmit(session, desk.office, desk.issuer, actor="cli", **facts) == 2
        assert erasure.readmit(session, desk.office, desk.issuer, actor="cli", **facts) == 0
    arrive(desk, source, stated("enrolment-new"), key="msg-2")

    new = ana(desk)
    assert new.id != old.id
    assert {award.learner_id: award.state for award in all_awards(desk)} == {old.id: "revoked", new.id: "issued"}
    assert actions(desk).count("learner.readmitted") == 1


def test_readmitting_asks_whom(desk):
    with desk.write() as session, pytest.raises(InvalidInput):
        erasure.readmit(session, desk.office, desk.issuer, actor="cli", namespace="half")


def test_a_rule_that_comes_later_awards_nothing_for_what_an_erased_person_did(desk):
    source, achievement = desk.source(), desk.achievement()
    arrive(desk, source, stated())
    erase(desk, ana(desk))

    with desk.write() as session:
        found = session.get_one(Source, source.id)
        inbox.map_and_decide(session, desk.office, found, activity_id=ACTIVITY, achievement=achievement, actor="cli")
        inbox.replay_all(session, desk.issuer.id, inbox.Wanted(), actor="cli")
        inbox.process(session, desk.office, session.get_one(Delivery, delivery(desk).id))

    assert all_awards(desk) == []
    assert clock.now() - delivery(desk).raw_forgotten_at < timedelta(minutes=5)
    with desk.read() as session:
        assert rules.of_source(session, session.get_one(Source, source.id)) != []
