"""Learner records: a learner's badges in one signed document, each with the proof that it was given."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials.report import Outcome, Report, Verdict
from app.errors import NotFound
from app.issuing import award_status, awards, learners, records, verification

BY = "test"
ADDRESS = "mira.holm@hospital.test"


def record(desk: Any) -> bytes:
    learner_id = desk.learner(ADDRESS).id
    with desk.write() as session:
        learner = learners.by_id(session, desk.issuer, learner_id)
        return records.make(session, desk.office, learner, actor=BY)


def judge(desk: Any, document: bytes) -> Report:
    with desk.read() as session:
        return verification.judge(session, desk.office, document, recipient=ADDRESS)


@pytest.fixture
def two(desk: Any) -> Any:
    """A desk where Mira Holm holds two badges, and somebody else a third."""
    desk.award(ADDRESS)
    desk.award(ADDRESS, awarded_at=datetime(2026, 1, 5, 9, tzinfo=UTC))
    desk.award("somebody.else@hospital.test")
    return desk


def test_a_record_holds_the_learners_badges_as_they_were_signed_newest_first(two):
    held = json.loads(record(two))["credentialSubject"]["verifiableCredential"]

    mira = two.learner(ADDRESS).id
    with two.read() as session:
        of_mira = session.query(awards.Award).where(awards.Award.learner_id == mira)
        newest_first = of_mira.order_by(awards.Award.awarded_at.desc())
        assert held == [json.loads(awards.credential_of(session, award).json) for award in newest_first]


def test_a_record_holds_by_itself_and_so_does_each_badge_in_it(two):
    report = judge(two, record(two))

    assert report.verdict is Verdict.GOOD
    assert report["recipient"].outcome is Outcome.PASSED
    assert [each.report.verdict for each in report.nested] == [Verdict.GOOD] * 2


def test_a_record_says_no_more_of_the_learner_than_a_badge_does(two):
    text = record(two).decode()

    assert "Mira" not in text
    assert ADDRESS not in text


@pytest.mark.parametrize("changed", [b"Learner record of", b"Keeps somebody alive"], ids=["its name", "a badge in it"])
def test_a_changed_record_is_broken(two, changed):
    assert judge(two, record(two).replace(changed, changed.swapcase())).verdict is Verdict.BROKEN


def test_a_badge_that_is_revoked_later_is_found_in_the_record(two):
    made = record(two)
    with two.write() as session:
        award = session.query(awards.Award).order_by(awards.Award.awarded_at).first()
        award_status.revoke(session, two.office, award, reason="error", actor=BY)

    verdicts = [each.report["status"].outcome for each in judge(two, made).nested]

    assert verdicts == [Outcome.PASSED, Outcome.FAILED]


def test_only_badges_that_count_are_in_a_record(two):
    with two.write() as session:
        award = session.query(awards.Award).order_by(awards.Award.awarded_at).first()
        award_status.suspend(session, two.office, award, reason="under review", actor=BY)

    assert len(judge(two, record(two)).nested) == 1


def test_who_holds_no_badge_gets_no_record(desk):
    with pytest.raises(NotFound, match="no badge"):
        record(desk)


def test_more_badges_than_verifiers_look_at_make_a_partial_record(desk):
    skills = [
        {"name": f"Skill {number}", "url": f"https://skills.example/{number}", "level": 2} for number in range(50)
    ]
    for _ in range(4):
        desk.award(ADDRESS, achievement=desk.achievement(skills=skills))

    report = judge(desk, record(desk))

    assert report.document["partial"] is True
    assert 1 <= len(report.nested) < 4
    assert report.verdict is Verdict.GOOD


def test_the_audit_log_holds_the_digest_of_a_record_and_no_person(two):
    made = record(two)

    entry = two.audit_log()[-1]

    assert entry.action == "record.made"
    assert entry.facts["sha256"] == hashlib.sha256(made).hexdigest()
    assert set(entry.facts) == {"sha256", "kid"}
