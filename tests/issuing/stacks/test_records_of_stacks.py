"""A stack as a learner record: it and what it rests on, signed each, with how they relate (CLR 2.0 associations)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.credentials.report import Verdict
from app.errors import NotFound
from app.issuing import achievements, records, renewals, verification
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.learners import Learner
from tests.issuing.stacks.conftest import EMAIL, Academy


def record(academy: Academy, of: Award | None = None) -> bytes:
    learner = academy.desk.learner()
    with academy.desk.write() as session:
        found = session.get_one(Learner, learner.id)
        return records.make(session, academy.desk.office, found, actor="cli", of=of)


def judge(academy: Academy, document: bytes) -> Any:
    with academy.desk.read() as session:
        return verification.judge(session, academy.desk.office, document, recipient=EMAIL)


def related(document: bytes) -> list[tuple[str, str, str]]:
    """The associations, with the short names of what they relate."""
    subject = json.loads(document)["credentialSubject"]
    names = {
        each["credentialSubject"]["achievement"]["id"]: each["credentialSubject"]["achievement"]["humanCode"]
        for each in subject["verifiableCredential"]
    }
    return sorted(
        (names[each["sourceId"]], each["associationType"], names[each["targetId"]])
        for each in subject.get("association", [])
    )


@pytest.fixture
def top(academy: Academy) -> Academy:
    academy.pathway()
    academy.enrol()
    for each in ("bls", "ipc", "ecg", "vit"):
        academy.award(each)
    return academy


def test_a_stack_is_handed_over_with_all_it_rests_on_and_verifies(top: Academy):
    document = record(top, top.stack("st-top"))
    report = judge(top, document)

    assert report.verdict is Verdict.GOOD
    assert [each.report.verdict for each in report.nested] == [Verdict.GOOD] * 5
    assert related(document) == [
        ("ST-BASE", "isParentOf", "BLS"),
        ("ST-BASE", "isParentOf", "IPC"),
        ("ST-BASE", "precedes", "ST-TOP"),
        ("ST-TOP", "isParentOf", "ECG"),
        ("ST-TOP", "isParentOf", "ST-BASE"),
    ]


def test_a_changed_association_breaks_the_record(top: Academy):
    document = json.loads(record(top, top.stack("st-top")))
    document["credentialSubject"]["association"][0]["associationType"] = "precedes"

    report = judge(top, json.dumps(document).encode())

    assert report.verdict is Verdict.BROKEN


def test_the_whole_record_relates_its_stacks_too(top: Academy):
    assert ("ST-BASE", "isParentOf", "BLS") in related(record(top))


def test_a_stack_that_does_not_count_is_not_handed_over(top: Academy):
    stack = top.stack("st-top")
    top.revoke(stack)

    with pytest.raises(NotFound):
        record(top, stack)


@pytest.mark.parametrize(("versions", "expected"), [(2, [("v1", "replacedBy", "v2")]), (1, [])])
def test_the_version_of_a_renewed_badge_is_replaced_by_a_newer_one_and_never_by_itself(
    academy: Academy, versions: int, expected: list[tuple[str, str, str]]
):
    desk = academy.desk
    facts = {"validity": {"kind": "days", "amount": 50}, "renewal": {"reminder_days": [51]}}
    achievement = desk.achievement(slug="renewed", **facts)
    first = desk.award(achievement=achievement)
    with desk.write() as session:
        row = session.get_one(Achievement, achievement.id)
        if versions > 1:
            stated = achievements.current_facts(session, row).model_copy(update={"description": "New."})
            achievements.change(session, row, facts=stated, actor="cli")
            achievements.publish(session, desk.office, row, actor="cli")
        renewals.renew(session, desk.office, session.get_one(Award, first.id), actor="cli")

    subject = json.loads(record(academy))["credentialSubject"]

    assert len(subject["verifiableCredential"]) == 2
    assert [
        (each["sourceId"][-2:], each["associationType"], each["targetId"][-2:])
        for each in subject.get("association", [])
    ] == expected
