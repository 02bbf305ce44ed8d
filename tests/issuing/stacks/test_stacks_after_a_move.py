"""Stacks that rest on badges from before and after a move to another public address."""

from __future__ import annotations

import json
from dataclasses import replace

from app import clock
from app.credentials.report import Verdict
from app.issuing import awards, eras, records, verification
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.web.built_view import built_view
from tests.issuing.stacks.conftest import ACTOR, EMAIL, Academy

NEW = "https://new.example"


def move(academy: Academy) -> None:
    desk = academy.desk
    with desk.write() as session:
        eras.move(session, desk.office, NEW, actor=ACTOR)
        found = eras.addresses(eras.every(session), base_url=NEW)
    desk.office = replace(desk.office, addresses=found[0], former=found[1:])


def judge(academy: Academy, document: bytes) -> Verdict:
    with academy.desk.read() as session:
        return verification.judge(session, academy.desk.office, document, recipient=EMAIL).verdict


def document_of(academy: Academy, award: Award) -> bytes:
    with academy.desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id)).json


def test_a_stack_names_each_badge_that_it_rests_on_as_that_was_signed_and_falls_with_it(academy: Academy):
    academy.pathway()
    academy.enrol()
    before = academy.award("bls")
    move(academy)
    after = academy.award("ipc")
    stack = academy.stack("st-base")

    stated = json.loads(document_of(academy, stack))
    assert stated["id"] == f"{NEW}/b/{stack.id}"
    assert {each["id"] for each in stated["evidence"]} == {
        f"http://badges.test/b/{before.id}",
        f"{NEW}/b/{after.id}",
    }
    assert judge(academy, document_of(academy, stack)) is Verdict.GOOD
    academy.revoke(before)
    assert judge(academy, document_of(academy, stack)) is not Verdict.GOOD


def test_a_stack_from_before_a_move_goes_on_naming_its_private_parts(academy: Academy):
    academy.pathway()
    academy.enrol()
    parts = [academy.award(slug) for slug in ("bls", "ipc")]
    stack = academy.stack("st-base")
    with academy.desk.write() as session:
        for each in parts:
            awards.by_id(session, each.id).visibility = "private"

    def shown() -> list[tuple[str, str | None]]:
        with academy.desk.read() as session:
            found = awards.by_id(session, stack.id)
            view = built_view(session, academy.desk.office, found, now=clock.now())
        assert view is not None
        return sorted((each.name, each.path) for each in view.parts)

    before = shown()
    move(academy)

    assert len(before) == 2
    assert shown() == before


def test_the_record_of_a_stack_relates_badges_of_both_eras_and_a_changed_one_is_refused(academy: Academy):
    academy.pathway()
    academy.enrol()
    academy.award("bls")
    move(academy)
    academy.award("ipc")
    learner, stack = academy.desk.learner(), academy.stack("st-base")
    with academy.desk.write() as session:
        found = session.get_one(Learner, learner.id)
        record = records.make(session, academy.desk.office, found, actor=ACTOR, of=awards.by_id(session, stack.id))

    subject = json.loads(record)["credentialSubject"]
    held = {each["credentialSubject"]["achievement"]["id"] for each in subject["verifiableCredential"]}
    assert len(subject["association"]) == 2
    assert {each["targetId"] for each in subject["association"]} < held
    assert judge(academy, record) is Verdict.GOOD
    assert judge(academy, record.replace(b"isParentOf", b"isChildOf")) is Verdict.BROKEN
