"""Continuing education at work: the ledger of a person, activities that count, and samples for an audit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.issuing import issuers, renewals, sources
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.renewals import CEActivity, CEEntry, ledger
from app.service import Service
from tests.web.staff.test_pathways import plain

ROOT = "/staff/northfield"
TODAY = clock.now().date()
ENTRY = {
    "title": "Hand hygiene", "unit": "contact-hour", "amount": "12", "activity_date": str(TODAY - timedelta(days=5)),
    "evidence_url": "https://evidence.example/1",
}  # fmt: skip


@pytest.fixture
def coding(make_award: Callable[..., Award], make_achievement: Any) -> Award:
    """A badge that is renewed by 20 contact hours, and ends soon."""
    rule = {"reminder_days": [60], "grace_days": 30, "method": "ce", "ce": {"unit": "contact-hour", "amount": "20"}}
    made = make_achievement(slug="coding", name="Coding", validity={"kind": "days", "amount": 100}, renewal=rule)
    return make_award(made, email="ana@example.org", name="Ana", awarded_at=clock.now() - timedelta(days=80))


def ledger_of(award: Award) -> str:
    """The address of the holder's ledger."""
    return f"{ROOT}/people/{award.learner_id}/education"


def entries(service: Service) -> list[CEEntry]:
    """Every entry."""
    with service.database.read() as session:
        return list(session.scalars(select(CEEntry)))


def test_an_entry_is_added_and_the_balance_against_the_rule_is_shown(omar: Any, coding: Award):
    before = plain(omar.get(ledger_of(coding)).text)
    added = omar.post(ledger_of(coding), **ENTRY)
    after = plain(omar.get(ledger_of(coding)).text)

    assert "0 of 20 contact-hour" in before
    assert added.headers["location"] == ledger_of(coding)
    assert "12 of 20 contact-hour" in after
    assert "8 contact-hour missing" in after
    assert "Hand hygiene" in after
    assert f'href="{ledger_of(coding)}"' in omar.get(f"{ROOT}/people/{coding.learner_id}").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "much"}, "An amount is a number such as 2.5"),
        ({"amount": "0"}, "An amount is above 0"),
        ({"activity_date": "2999-01-01"}, "Nothing was done in the future"),
        ({"title": ""}, "Say what was done"),
        ({"evidence_url": "nowhere"}, "An address begins with https://"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_what_was_typed(
    omar: Any, coding: Award, service: Service, changes: dict[str, str], words: str
):
    page = omar.post(ledger_of(coding), **ENTRY | changes)

    assert page.status_code == 422
    assert words in plain(page.text)
    assert 'value="contact-hour"' in page.text
    assert entries(service) == []


def test_an_entry_is_struck_out_with_a_reason_and_counts_no_more(omar: Any, coding: Award, service: Service):
    omar.post(ledger_of(coding), **ENTRY)
    address = f"{ledger_of(coding)}/{entries(service)[0].id}/void"

    without = omar.post(address)
    done = omar.post(address, reason="No certificate")
    page = plain(omar.get(ledger_of(coding)).text)

    assert (without.status_code, done.status_code) == (422, 303)
    assert "No certificate" in page
    assert "0 of 20 contact-hour" in page
    assert omar.post(f"{ledger_of(coding)}/{'x' * 22}/void", reason="x").status_code == 404


def test_the_ledger_is_taken_along_as_a_file(omar: Any, coding: Award):
    omar.post(ledger_of(coding), **ENTRY)

    content = omar.get(f"{ledger_of(coding)}/export.csv").content.decode("utf-8-sig")

    assert [row[1:5] for row in csv.reader(io.StringIO(content))][1] == [
        "Hand hygiene", ENTRY["activity_date"], "12", "contact-hour",
    ]  # fmt: skip


def test_an_activity_of_a_source_counts_is_changed_and_counts_no_more(olga: Any, service: Service, issuer: Issuer):
    with service.database.write() as session:
        here = issuers.by_id(session, issuer.id)
        source = sources.create(
            session, service.office, here, name="LMS", source_type="generic", settings={"namespace": "x"}, actor="test"
        )
        source_id = source.source.id
    page = f"{ROOT}/renewals/activities"
    worth = {"title": "Quiz", "amount": "1,5", "unit": "contact-hour"}

    made = olga.post(page, source=source_id, activity_id="quiz-1", **worth)
    twice = olga.post(page, source=source_id, activity_id="quiz-1", **worth)
    with service.database.read() as session:
        found = session.scalars(select(CEActivity)).one()
    shown = plain(olga.get(page).text)
    olga.post(f"{page}/{found.id}", act="save", **worth | {"title": "Quiz of spring"})
    changed = plain(olga.get(page).text)
    olga.post(f"{page}/{found.id}", act="end")

    assert (made.status_code, twice.status_code, found.amount) == (303, 409, Decimal("1.5"))
    assert "Quiz 1.5 contact-hour" in shown
    assert "Quiz of spring" in changed
    assert "None counts yet." in olga.get(page).text


def test_a_sample_is_drawn_looked_at_and_leads_to_the_ledger_where_it_is_judged(
    omar: Any, coding: Award, service: Service
):
    with service.database.write() as session:
        learner = session.get_one(Learner, coding.learner_id)
        stated = ledger.Stated(title="Course", unit="contact-hour", amount=Decimal(20), activity_date=TODAY)
        ledger.add(session, learner, stated, actor="test")
        renewals.renew(session, service.office, session.get_one(Award, coding.id), actor="test")

    drawn = omar.post(f"{ROOT}/renewals/samples", count="5", seed="spring")
    page = omar.get(drawn.headers["location"])
    listed = plain(omar.get(f"{ROOT}/renewals/samples").text)
    rows = omar.get(f"{drawn.headers['location']}/export.csv").content.decode("utf-8-sig")

    assert "1 of 1, with the seed spring ." in plain(page.text)
    assert "Course" in plain(page.text)
    assert re.search(rf'href="{ledger_of(coding)}#entry-[\w-]{{22}}"', page.text)
    assert "Every achievement 1 of 1 spring" in listed
    assert [row[4] for row in csv.reader(io.StringIO(rows))] == ["What", "Course"]

    verdict = {"award": coding.id, "result": "failed", "note": "Nothing was sent"}
    unclear = omar.post(f"{drawn.headers['location']}/verdicts", **verdict | {"result": "perhaps"})
    judged = omar.post(f"{drawn.headers['location']}/verdicts", **verdict)
    again = omar.post(f"{drawn.headers['location']}/verdicts", **verdict)
    shown = plain(omar.get(drawn.headers["location"]).text)
    assert (unclear.status_code, judged.status_code, again.status_code) == (422, 303, 409)
    assert all(words in shown for words in ("It could not be shown", "the badge stays", "Omar Awarder"))
    assert "Nothing was sent" in shown


def test_a_sample_that_cannot_be_drawn_says_why_and_other_numbers_are_none(omar: Any, coding: Award, service: Service):
    page = omar.post(f"{ROOT}/renewals/samples", count="0")
    words = omar.post(f"{ROOT}/renewals/samples", count="many")
    with service.database.read() as session:
        other = session.scalars(select(AuditEntry.id).where(AuditEntry.action != "renewals.sampled")).first()

    assert (page.status_code, words.status_code) == (422, 422)
    assert "Draw 1 to 500" in plain(page.text)
    assert omar.get(f"{ROOT}/renewals/samples/{other}").status_code == 404
    assert omar.get(f"{ROOT}/renewals/samples/99999999999999999999").status_code == 404
    assert coding.id
