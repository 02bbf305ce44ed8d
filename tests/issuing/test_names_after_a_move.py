"""What machines are told of a badge of before a move names it as its documents do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.issuing import award_addresses, endpoints, eras, mail
from app.issuing.mail import ReportKind
from app.issuing.outbox import OutboxMessage
from app.issuing.rulings.outcomes import AWARDED, Result

OLD, NEW, BY = "http://badges.test", "https://new.example", "test"


def move(desk: Any) -> None:
    with desk.write() as session:
        eras.move(session, desk.office, NEW, actor=BY)
        found = eras.addresses(eras.every(session), base_url=NEW)
    desk.office = replace(desk.office, addresses=found[0], former=found[1:])


def test_the_address_of_a_badge_and_the_result_of_a_completion_are_of_the_badge_s_own_era(desk: Any) -> None:
    before = desk.award()
    move(desk)
    after = desk.award("li@hospital.test")

    with desk.read() as session:
        told = {
            award_addresses.badge(session, desk.office, each.id): Result("a", AWARDED, "earned", "", each.id).to_dict(
                session, desk.office
            )["badge"]
            for each in (before, after)
        }

    assert told == {each: each for each in (f"{OLD}/b/{before.id}", f"{NEW}/b/{after.id}")}


def test_endpoints_hear_of_a_mail_that_did_not_arrive_with_the_badge_s_own_address(desk: Any) -> None:
    award = desk.award()
    with desk.write() as session:
        stated = {"url": "https://hooks.example/", "name": "x", "actor": BY}
        endpoints.create(session, desk.office, desk.issuer, event_types=["badge.delivery_failed"], **stated)
    move(desk)

    with desk.write() as session:
        [message] = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email"))
        said = {"kind": ReportKind.HARD, "message_id": f"<{message.id}@badges.test>", "code": "5.1.1"}
        mail.report(session, desk.office, desk.issuer, actor=BY, **said)

    with desk.read() as session:
        [told] = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook"))
    assert json.loads(told.payload["body"])["data"]["credential_url"] == f"{OLD}/b/{award.id}"
