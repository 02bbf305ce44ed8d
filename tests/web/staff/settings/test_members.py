"""Members: invited by mail, given another role, let go; the last owner stays, and owners are made only by the sure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from app import clock
from app.issuing.accounts import invitations
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.service import Service

MEMBERS = "/staff/northfield/settings/members"


def test_an_invitation_goes_out_by_mail_and_can_be_withdrawn(owner: Any, service: Service, issuer: Issuer):
    answer = owner.post(MEMBERS, email="amir@example.org", role="awarder")

    assert answer.headers["location"] == MEMBERS
    page = owner.get(MEMBERS).text
    assert "amir@example.org" in page
    with service.database.read() as session:
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "member.invited")).one()
        waiting = invitations.pending(session, issuer)
    assert mail.payload["to"] == "amir@example.org"
    assert "Olga Owner" in mail.payload["text"]

    owner.post(f"{MEMBERS}/invitations/{waiting[0].id}/withdraw")

    assert "amir@example.org" not in owner.get(MEMBERS).text


def test_what_is_no_address_is_told_and_invites_nobody(owner: Any, service: Service, issuer: Issuer):
    answer = owner.post(MEMBERS, email="amir", role="awarder")

    assert answer.status_code == 422
    assert "This is not an e-mail address" in answer.text
    with service.database.read() as session:
        assert invitations.pending(session, issuer) == []


def test_another_owner_is_invited_only_by_somebody_who_has_just_shown_who_they_are(owner: Any):
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        answer = owner.post(MEMBERS, email="amir@example.org", role="owner")
        harmless = owner.post(MEMBERS, email="rosa@example.org", role="reviewer")

    assert answer.headers["location"] == "/staff/confirm?next=%2Fstaff%2Fnorthfield%2Fsettings%2Fmembers"
    assert harmless.headers["location"] == MEMBERS


def test_another_role_works_at_once_and_signs_its_member_out(owner: Any, as_role: Callable[[str], Any], actions: Any):
    awarder = as_role("awarder")

    answer = owner.post(f"{MEMBERS}/{awarder.account_id}/role", role="reviewer")

    assert answer.headers["location"] == MEMBERS
    assert awarder.get(MEMBERS).status_code == 303
    assert "Reviewer" in owner.get(MEMBERS).text
    assert actions()[-1] == "member.role-changed"


def test_somebody_who_was_let_go_sees_nothing_more(owner: Any, as_role: Callable[[str], Any]):
    awarder = as_role("awarder")

    assert "Let The awarder go" in owner.get(f"{MEMBERS}/{awarder.account_id}").text
    owner.post(f"{MEMBERS}/{awarder.account_id}/remove")

    assert awarder.get(MEMBERS).headers["location"].startswith("/staff/sign-in")
    assert "The awarder" not in owner.get(MEMBERS).text.partition("<table")[2]


def test_the_last_owner_stays(owner: Any):
    gone = owner.post(f"{MEMBERS}/{owner.account_id}/remove")
    changed = owner.post(f"{MEMBERS}/{owner.account_id}/role", role="auditor")

    assert (gone.status_code, changed.status_code) == (422, 422)
    assert "last owner" in gone.text
    assert owner.get(MEMBERS).status_code == 200


def test_a_member_of_another_issuer_is_not_there(owner: Any, enter: Callable[..., Any], make_issuer: Any):
    other = enter("nora@example.org", role="owner", at=make_issuer("riverside", "Riverside Hospital"))

    assert owner.get(f"{MEMBERS}/{other.account_id}").status_code == 404
    assert owner.post(f"{MEMBERS}/{other.account_id}/remove").status_code == 404
    assert other.get("/staff/riverside").status_code == 200


def test_addresses_of_colleagues_are_for_owners_and_auditors(owner: Any, as_role: Callable[[str], Any]):
    assert "olga@example.org" in owner.get(MEMBERS).text
    assert "olga@example.org" in as_role("auditor").get(MEMBERS).text
    assert "olga@example.org" not in as_role("awarder").get(MEMBERS).text
