"""One award: made with a look beforehand, told as a story, changed on pages that say what follows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.credentials import strict_json
from app.issuing import awards as office_awards
from app.issuing import views
from app.issuing.achievements import Achievement
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.scheduled_awards import ScheduledAward
from app.issuing.views import ViewKind
from app.service import Service
from app.worker.acting import Acting

AWARDS = "/staff/northfield/awards"
ANA = "ana.ortiz@example.org"


def new(achievement: Achievement, /, **changes: str) -> dict[str, str]:
    """The form for Ana's award."""
    form = {"email": ANA, "name": "Ana Ortiz", "achievement": achievement.id, "awarded_on": "2026-03-02"}
    return form | changes


def said(service: Service, object_id: str) -> list[tuple[str, str]]:
    """The audit log about something: what, and whether it was an account."""
    with service.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.object_id == object_id).order_by(AuditEntry.id)
        return [(entry.action, entry.actor.partition(":")[0]) for entry in session.scalars(query)]


# -- made ----------------------------------------------------------------------------------------------------


def test_what_would_be_issued_is_shown_and_nothing_of_it_is_kept(
    olga: Any, awards: Callable[[], list[Award]], make_achievement: Callable[..., Achievement], service: Service
):
    page = olga.post(f"{AWARDS}/new", act="check", **new(make_achievement()))

    assert page.status_code == 200
    assert "2 March 2028" in page.text, "good for 24 months"
    assert "Award this badge" in page.text
    assert awards() == []
    with service.database.read() as session:
        assert session.scalars(select(Learner)).all() == []


def test_an_award_by_hand_is_signed_mailed_and_told_once(
    omar: Any, awards: Callable[[], list[Award]], make_achievement: Callable[..., Achievement], service: Service
):
    evidence = "https://files.example/report.pdf Observation report"
    form = new(make_achievement(), narrative="Ten observed draws", evidence=evidence)
    answer = omar.post(f"{AWARDS}/new", act="award", **form)

    (award,) = awards()
    assert answer.headers["location"] == f"{AWARDS}/{award.id}"
    assert award.evidence == [{"id": "https://files.example/report.pdf", "name": "Observation report"}]
    assert said(service, award.id) == [("award.issued", "account")]
    page = omar.get(f"{AWARDS}/{award.id}").text
    for words in ("By hand", "Omar Awarder", "Ten observed draws", f"Mail to {ANA} waits"):
        assert words in page


def test_who_holds_it_already_is_told_and_not_awarded_twice(olga: Any, award: Award, awards: Callable[[], list[Award]]):
    form = {"email": ANA.upper(), "achievement": award.achievement_id, "awarded_on": "2026-11-25", "name": "Ana M."}

    assert "holds it already" in olga.post(f"{AWARDS}/new", act="check", **form).text
    assert olga.post(f"{AWARDS}/new", act="award", **form).headers["location"] == f"{AWARDS}/{award.id}"
    assert len(awards()) == 1


def test_a_namesake_at_another_address_is_pointed_out(olga: Any, award: Award, make_achievement: Any):
    other = make_achievement(slug="bls", name="Basic Life Support")

    page = olga.post(f"{AWARDS}/new", act="check", **new(other, email="ana@home.example")).text

    assert "Is it the same person?" in page
    assert f"learner={award.learner_id}" in page
    assert "Ana Ortiz" in olga.get(f"{AWARDS}/new?learner={award.learner_id}").text


MISTAKES = [
    ({"email": "nobody"}, "not an address"),
    ({"achievement": ""}, "Choose an achievement"),
    ({"awarded_on": "2199-01-01"}, "Nothing is earned in the future"),
    ({"awarded_on": "yesterday"}, "A day is written as"),
    ({"evidence": "a drawer"}, "Each line begins with an address"),
    ({"due_on": "2020-01-01"}, "This moment is over"),
]


def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(
    olga: Any, make_achievement: Callable[..., Achievement], awards: Callable[[], list[Award]]
):
    right = new(make_achievement(), narrative="Kept")
    for changes, sentence in MISTAKES:
        page = olga.post(f"{AWARDS}/new", act="award", **right | changes)

        assert (page.status_code, sentence in page.text) == (422, True), changes
        assert 'aria-invalid="true"' in page.text
        assert "Kept" in page.text
    assert awards() == []


def test_an_award_for_later_waits_in_its_list_and_can_be_cancelled_or_is_made_by_the_worker(
    olga: Any,
    awards: Callable[[], list[Award]],
    make_achievement: Callable[..., Achievement],
    service: Service,
):
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    forms = [new(make_achievement(slug=slug), due_on=day, due_at="10:00") for slug in ("one", "two")]
    for form in forms:
        assert olga.post(f"{AWARDS}/new", act="award", **form).headers["location"] == f"{AWARDS}/scheduled"
    with service.database.read() as session:
        first, second = session.scalars(select(ScheduledAward).order_by(ScheduledAward.id)).all()

    olga.post(f"{AWARDS}/scheduled/{first.id}", act="cancel")
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        Acting(service, lambda: None).work_through(threading.Event())

    assert [award.achievement_id for award in awards()] == [second.achievement_id]
    assert olga.post(f"{AWARDS}/scheduled/{first.id}", act="cancel").status_code == 409


# -- told and changed ----------------------------------------------------------------------------------------


def test_an_award_of_a_rule_says_which_completion_and_which_clauses(
    olga: Any, arrive: Callable[..., None], awards: Callable[[], list[Award]], make_achievement: Any
):
    arrive(make_achievement(), {"id": "petra", "email": "petra@example.org", "name": "Petra Novák"})

    (award,) = awards()
    page = olga.get(f"{AWARDS}/{award.id}").text
    for words in ("version 1", "Moodle said: completed “Medication safety”", "Awarded by Moodle (source)", "met:"):
        assert words in page


@pytest.mark.parametrize(("act", "state"), [("revoke", "revoked"), ("suspend", "suspended")])
def test_what_is_taken_away_needs_a_reason_that_the_public_page_says(
    omar: Any, award: Award, awards: Callable[[], list[Award]], service: Service, *, act: str, state: str
):
    path = f"{AWARDS}/{award.id}/change/{act}"
    assert "says since when and why" in omar.get(path).text
    assert omar.post(path, reason="").status_code == 422

    assert omar.post(path, reason="Issued in error").headers["location"] == f"{AWARDS}/{award.id}"

    assert (awards()[0].state, awards()[0].reason) == (state, "Issued in error")
    assert "Issued in error" in omar.client.get(f"/b/{award.id}").text
    assert said(service, award.id)[-1] == (f"award.{state}", "account")


def test_a_paused_award_can_be_reinstated_and_one_that_is_withdrawn_cannot(
    omar: Any, award: Award, awards: Callable[[], list[Award]]
):
    change = f"{AWARDS}/{award.id}/change"
    omar.post(f"{change}/suspend", reason="Under review")

    omar.post(f"{change}/reinstate")
    assert awards()[0].state == "issued"
    omar.post(f"{change}/revoke", reason="Issued in error")
    assert omar.post(f"{change}/reinstate").status_code == 409
    assert omar.get(f"{change}/explode").status_code == 404


def test_a_successor_takes_the_place_of_an_award_that_said_something_wrong(
    omar: Any, award: Award, awards: Callable[[], list[Award]]
):
    path = f"{AWARDS}/{award.id}/replace"
    assert 'value="2026-11-24"' in omar.get(path).text

    omar.post(path, achievement=award.achievement_id, awarded_on="2026-11-23", narrative="The right day")

    old, new_one = sorted(awards(), key=lambda each: each.supersedes_id or "")
    assert (old.state, old.superseded_by_id, new_one.supersedes_id) == ("superseded", new_one.id, old.id)
    assert new_one.narrative == "The right day"


def test_a_mail_can_be_asked_for_again(omar: Any, award: Award, service: Service):
    omar.post(f"{AWARDS}/{award.id}/resend")

    with service.database.read() as session:
        query = select(OutboxMessage.event).where(
            OutboxMessage.subject_id == award.id, OutboxMessage.channel == "email"
        )
        assert len(session.scalars(query).all()) == 2


def test_the_signed_bytes_are_there_for_staff_also_of_a_private_badge(
    rita: Any, make_award: Callable[..., Award], service: Service
):
    award = make_award(visibility="private")

    with service.database.read() as session:
        stored = office_awards.credential_of(session, session.get_one(Award, award.id))
    assert rita.get(f"{AWARDS}/{award.id}/credential.json").content == stored.json
    assert rita.get(f"{AWARDS}/{award.id}/credential.jwt").content == stored.jwt
    assert rita.get(f"{AWARDS}/{award.id}/credential.exe").status_code == 404
    assert "only the holder sees it" in rita.get(f"{AWARDS}/{award.id}").text


def test_how_often_it_was_looked_at_is_a_part_of_its_story(rita: Any, award: Award, service: Service):
    today = clock.now().date()
    with service.database.write() as session:
        views.add(session, {(award.id, today, ViewKind.PAGE): 12, (award.id, today, ViewKind.CHECK): 1})

    page = rita.get(f"{AWARDS}/{award.id}").text

    assert "Looked at 12 times until this day" in page
    assert "Checked 1 time until this day" in page


# -- to the right address ------------------------------------------------------------------------------------


def holder(service: Service, award: Award) -> tuple[str, str]:
    """The id of whoever holds it, and what it was signed for last, in hex."""
    with service.database.read() as session:
        found = session.get_one(Award, award.id)
        subject = strict_json.loads(office_awards.credential_of(session, found).json)["credentialSubject"]
        return found.learner_id, subject["identifier"][0]["identityHash"]


def test_a_mistyped_address_is_replaced_and_the_badge_signed_anew_at_its_own_address(
    omar: Any, award: Award, service: Service, awards: Callable[[], list[Award]]
):
    before = holder(service, award)
    path = f"{AWARDS}/{award.id}/address"
    check = omar.post(path, act="check", email="ana.ortiz@right.example").text
    assert "changes from" in check
    assert holder(service, award) == before

    omar.post(path, act="do", email="ana.ortiz@right.example")

    after = holder(service, award)
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert awards()[0].revision == 2
    with service.database.read() as session:
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == award.id)).all()
    assert [mail.payload["to"] for mail in mails] == ["ana.ortiz@right.example"], "the first was not sent yet"


def test_a_badge_that_went_to_somebody_else_who_is_here_moves_alone(
    omar: Any, award: Award, make_award: Callable[..., Award], make_achievement: Any, service: Service
):
    make_award(make_achievement(slug="bls", name="Basic Life Support"))  # Ana is here in her own right

    omar.post(f"{AWARDS}/{award.id}/address", act="do", email="ben@example.org", name="Ben Ünal")

    assert holder(service, award)[0] != award.learner_id
    assert said(service, award.id)[-1] == ("award.moved", "account")
    assert "Ben Ünal" in omar.get(f"{AWARDS}/{award.id}").text


def test_what_the_holder_has_accepted_is_theirs(omar: Any, award: Award, service: Service):
    with service.database.write() as session:
        session.get_one(Award, award.id).claimed_at = clock.now()

    answer = omar.post(f"{AWARDS}/{award.id}/address", act="do", email="ben@example.org")

    assert answer.status_code == 409
    assert "accepted" in answer.text
    assert "Correct the address" not in omar.get(f"{AWARDS}/{award.id}").text


def test_a_person_who_holds_it_already_does_not_get_it_twice(
    omar: Any, award: Award, make_award: Callable[..., Award], service: Service
):
    with service.database.read() as session:
        achievement = session.get_one(Achievement, award.achievement_id)
    make_award(achievement, email="ben@example.org", name="Ben Ünal")

    answer = omar.post(f"{AWARDS}/{award.id}/address", act="do", email="ben@example.org")

    assert answer.status_code == 409
    assert "holds this achievement already" in answer.text


def test_who_paid_is_noted_on_the_award_s_page_and_goes_along_in_the_list_s_file(
    omar: Any, awards: Callable[[], list[Award]], make_achievement: Callable[..., Achievement]
):
    omar.post(f"{AWARDS}/new", act="award", **new(make_achievement(), sponsor="Riverside"))
    (award,) = awards()
    omar.post(f"{AWARDS}/{award.id}/sponsorship", sponsor="City hospital", funding="State grant")
    refused = omar.post(f"{AWARDS}/{award.id}/sponsorship", sponsor="x" * 201)

    page, sheet = omar.get(f"{AWARDS}/{award.id}").text, omar.get(f"{AWARDS}/export.csv").text
    assert "City hospital" in page
    assert "Who paid for it was noted by Omar Awarder" in page
    assert "at most 200 characters" in refused.text
    assert '"City hospital","State grant"' in sheet
