"""What a health-record system reads of people, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.issuing import award_status, awards, consent, erasure, learners
from app.issuing.access import Scope
from app.issuing.audit import AuditEntry
from app.issuing.awards import Visibility
from app.issuing.learners import Learner
from app.projections.fhir import wire_id
from tests.web.fhir.conftest import Hospital
from tests.web.fhir.ehr import Ehr

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def person(learner: Learner) -> str:
    """The address of somebody."""
    return f"Practitioner/{wire_id(learner.id)}"


def statuses(practitioner: dict[str, Any]) -> list[str]:
    """How what somebody holds stands."""
    found = [each for held in practitioner.get("qualification", []) for each in held["extension"]]
    return [each["valueCode"] for each in found if each["url"].endswith("/qualification-status")]


@pytest.fixture
def two_hours_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Let two hours pass; told is the moment an hour before then."""

    def go() -> str:
        later = clock.now() + timedelta(hours=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        return (later - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return go


@BOTH_DATABASES
def test_somebody_is_told_with_name_badges_addresses_and_identifiers(hospital: Hospital, ana: Learner, ehr: Ehr):
    award = hospital.award(ana)

    told = ehr.read(person(ana))

    assert told["name"] == [{"text": "Ana Ortiz", "family": "Ortiz", "given": ["Ana"]}]
    assert told["telecom"] == [{"system": "email", "value": "ana.ortiz@hospital.test"}]
    assert {"system": f"{ehr.base}/systems/hr.example.org", "value": "4711"} in told["identifier"]
    assert told["qualification"][0]["identifier"][0]["value"] == f"http://badges.test/b/{award.id}"
    assert statuses(told) == ["active"]


def test_whoever_did_not_agree_is_not_there_by_any_way(hospital: Hospital, ehr: Ehr):
    shy = hospital.person("Shy Person", shared=False, namespace="hr.example.org", source_id="1")
    award = hospital.award(shy)
    hospital.works(shy)

    assert ehr.refused(person(shy)) == 404
    assert ehr.refused(f"VerificationResult/{wire_id(award.id)}") == 404
    for search in ("Practitioner", "Practitioner?name=shy", "Practitioner?identifier=1", "PractitionerRole",
                   "VerificationResult"):  # fmt: skip
        assert ehr.read(search)["total"] == 0


def test_consent_that_is_withdrawn_counts_at_the_next_read_and_says_so(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.award(ana)
    hospital.works(ana)
    ehr.read(person(ana))

    hospital.withdraw(ana)

    assert ehr.refused(person(ana)) == 410
    assert ehr.refused(f"{person(ana)}/$badge-bundle") == 410
    for search in ("Practitioner", "Practitioner?name=ana", "PractitionerRole", "VerificationResult"):
        assert ehr.read(search)["total"] == 0


def test_consent_that_is_given_again_counts_again(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.withdraw(ana)
    hospital.person("Ana Ortiz", namespace="hr.example.org", source_id="4711")

    assert [each["id"] for each in ehr.every("Practitioner?name=ortiz")] == [wire_id(ana.id)]


@BOTH_DATABASES
def test_a_private_badge_stays_private(hospital: Hospital, ana: Learner, ehr: Ehr, two_hours_pass: Callable[[], str]):
    an_hour_ago = two_hours_pass()
    award = hospital.award(ana, visibility=Visibility.PRIVATE, valid_until=clock.now() - timedelta(minutes=1))

    assert ehr.read(f"Practitioner?_lastUpdated=ge{an_hour_ago}")["total"] == 0
    assert "qualification" not in ehr.read(person(ana))
    assert ehr.refused(f"VerificationResult/{wire_id(award.id)}") == 404
    assert ehr.read("Practitioner?qualification-code=PHLB")["total"] == 0


@BOTH_DATABASES
def test_a_badge_that_was_made_private_is_gone_at_the_next_poll_which_finds_whose_it_was(
    hospital: Hospital, ana: Learner, ehr: Ehr, two_hours_pass: Callable[[], str]
):
    award = hospital.award(ana)
    an_hour_ago = two_hours_pass()
    with hospital.service.database.write() as session:
        held = awards.by_id(session, award.id)
        award_status.set_visibility(session, held, Visibility.PRIVATE, actor="test")

    (found,) = ehr.every(f"Practitioner?_lastUpdated=ge{an_hour_ago}")

    assert "qualification" not in found


@BOTH_DATABASES
def test_a_revoked_or_paused_badge_is_gone_at_the_next_read_and_comes_back_when_asked_for(
    hospital: Hospital, ana: Learner, ehr: Ehr
):
    hospital.achievement("cpr", name="Resuscitation", abbreviation="CPR")
    revoked, paused = hospital.award(ana), hospital.award(ana, "cpr")
    before = ehr.ask(person(ana))
    hospital.revoke(revoked)
    hospital.suspend(paused)

    after = ehr.ask(person(ana), headers={"If-None-Match": before.headers["etag"]})
    told = before.json()["meta"]["lastUpdated"]
    since = format_datetime(datetime.fromisoformat(told).astimezone(UTC), usegmt=True)
    by_date = ehr.ask(person(ana), headers={"If-Modified-Since": since})

    assert statuses(before.json()) == ["active", "active"]
    assert (after.status_code, by_date.status_code) == (200, 200)
    assert statuses(after.json()) == statuses(by_date.json()) == []
    assert "last-modified" not in before.headers
    (found,) = ehr.every("Practitioner?qualification-status=revoked")
    assert statuses(found) == ["revoked"]
    assert sorted(statuses(ehr.every("Practitioner?qualification-status=revoked,suspended")[0])) == [
        "revoked",
        "suspended",
    ]
    assert ehr.read("Practitioner?qualification-status=active")["total"] == 0
    assert ehr.read(f"VerificationResult/{wire_id(revoked.id)}")["status"] == "reval-fail"
    assert ehr.read("VerificationResult")["total"] == 0
    assert ehr.read("VerificationResult?status=reval-fail")["total"] == 2


def test_an_expired_badge_is_shown_with_its_end_and_as_inactive(hospital: Hospital, ana: Learner, ehr: Ehr):
    ended = clock.now() - timedelta(days=1)
    hospital.award(ana, valid_until=ended)

    told = ehr.read(person(ana))

    assert statuses(told) == ["inactive"]
    assert datetime.fromisoformat(told["qualification"][0]["period"]["end"]) == ended
    assert datetime.fromisoformat(told["meta"]["lastUpdated"]) >= ended
    assert ehr.read("Practitioner?qualification-status=active")["total"] == 0
    assert ehr.read("Practitioner?qualification-status=inactive&qualification-code=PHLB")["total"] == 1


def test_another_name_is_found_at_once_and_the_old_one_no_more(hospital: Hospital, ana: Learner, ehr: Ehr):
    with hospital.service.database.write() as session:
        learner = session.get_one(Learner, ana.id)
        consent.change(session, hospital.service.office, learner, actor="test", display_name="Ana Müller-Núñez")

    assert ehr.read("Practitioner?family=ortiz")["total"] == 0
    assert ehr.read("Practitioner?name=nunez")["total"] == 1
    assert ehr.read("Practitioner?family=MULLER")["total"] == 1


def test_a_name_that_a_delivery_brings_is_found_at_once(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.person("Ana Prieto", email="ana.ortiz@hospital.test", shared=False)

    assert [each["id"] for each in ehr.every("Practitioner?family=prieto")] == [wire_id(ana.id)]


def test_somebody_who_was_erased_leaves_nothing_but_410(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.award(ana)
    with hospital.service.database.write() as session:
        erasure.erase(session, hospital.service.office, session.get_one(Learner, ana.id), actor="test")

    assert ehr.refused(person(ana)) == 410
    assert ehr.read("Practitioner?name=ana")["total"] == 0
    with hospital.service.database.read() as session:
        assert session.scalars(select(learners.sharing.SharedName)).all() == []


def test_another_issuer_s_people_are_nowhere_to_be_seen(
    hospital: Hospital, ana: Learner, make_issuer: Any, connect: Callable[[str | None], Ehr]
):
    other = Hospital(hospital.service, make_issuer(slug="riverside", name="Riverside"))
    stranger = connect(other.key(Scope.FHIR_READ))

    assert stranger.refused("Practitioner") == 401
    stranger.base = "http://badges.test/fhir/riverside"
    assert stranger.refused(person(ana)) == 404
    assert stranger.read("Practitioner")["total"] == 0


def test_a_badge_bundle_holds_everything_about_one_person(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.award(ana)
    hospital.works(ana)

    bundle = ehr.read(f"{person(ana)}/$badge-bundle")

    assert bundle["type"] == "collection"
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == [
        "Practitioner", "PractitionerRole", "VerificationResult", "Organization", "Organization",
    ]  # fmt: skip


def test_patients_see_names_and_what_is_good_now_and_nothing_else(hospital: Hospital, ana: Learner, portal: Ehr):
    hospital.achievement("old", name="Old", abbreviation="OLD")
    hospital.award(ana)
    hospital.award(ana, "old", valid_until=datetime(2026, 4, 1, tzinfo=UTC))
    hospital.works(ana)

    told = portal.read(person(ana))

    assert told.keys() == {"resourceType", "id", "meta", "active", "name", "qualification"}
    assert statuses(told) == ["active"]
    assert portal.read("Practitioner?identifier=4711")["total"] == 0
    assert portal.read("Practitioner?qualification-code=OLD")["total"] == 0
    types = [entry["resource"]["resourceType"] for entry in portal.read(f"{person(ana)}/$badge-bundle")["entry"]]
    assert types == ["Practitioner", "Organization"]
    for refused in ("PractitionerRole", "VerificationResult", "Practitioner?qualification-status=revoked",
                    "Practitioner?_revinclude=PractitionerRole:practitioner"):  # fmt: skip
        assert portal.refused(refused) == 403


def test_every_read_is_one_entry_of_the_audit_log_with_ids_and_nothing_else(hospital: Hospital, ana: Learner, ehr: Ehr):
    award = hospital.award(ana)
    bea = hospital.person("Bea Lind")
    ehr.read(person(ana))
    ehr.read("Practitioner?name=bea")
    ehr.read("VerificationResult")
    ehr.refused(f"Practitioner/{'0' * 32}")

    with hospital.service.database.read() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "record.read").order_by(AuditEntry.id)
        ).all()

    assert [(each.facts["interaction"], each.facts["ids"]) for each in entries] == [
        ("read Practitioner", {"Practitioner": [ana.id]}),
        ("search Practitioner", {"Practitioner": [bea.id]}),
        ("search VerificationResult", {"VerificationResult": [award.id]}),
    ]
    assert all(each.actor.startswith("api-key:") for each in entries)
    assert {*entries[0].facts, *entries[1].facts, *entries[2].facts} == {"interaction", "ids"}
