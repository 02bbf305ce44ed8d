"""My renewals in the browser: states, the ledger with its progress, and the address of a calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import icalendar
import pytest
from fastapi.testclient import TestClient

from app import clock
from app.issuing import renewals
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.renewals.ledger import Stated
from app.service import Service

ANA = "ana.ortiz@example.org"
HOME = "/me/renewals"
DAYS = {"kind": "days", "amount": 100}
CE = {"unit": "contact-hour", "amount": "20", "in_domain_min_ratio": "0.8", "domains": ["records"]}
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def hold(make_achievement: Any, make_award: Any) -> Callable[..., Award]:
    """A badge of Ana that was awarded so many days ago and is good for 100."""

    def make(days_ago: int, slug: str = "coding", **renewal: Any) -> Award:
        policy = {"grace_days": 30, "reminder_days": [60], **renewal}
        made = make_achievement(slug=slug, name=slug.title(), validity=DAYS, renewal=policy)
        return make_award(made, awarded_at=clock.now() - timedelta(days=days_ago))

    return make


@pytest.fixture
def ana(enter: Callable[..., Any]) -> Any:
    return enter(ANA)


def entry(browser: Any, award: Award, **more: str) -> Any:
    """Add an entry by the form."""
    day = (clock.now() - timedelta(days=5)).date().isoformat()
    usual = {
        "title": "Coding course",
        "unit": "contact-hour",
        "amount": "16",
        "domain": "records",
        "activity_date": day,
    }
    return browser.post(f"{HOME}/entries", learner=award.learner_id, **{**usual, **more})


@BOTH_DATABASES
@pytest.mark.parametrize(
    ("days_ago", "pill", "sentence"),
    [
        (10, "Good", "It can be renewed from"),
        (90, "Ends soon", "take part again and pass"),
        (110, "Lapsed, can be renewed", "as if it were in time"),
        (140, "Expired", "how to earn it anew"),
    ],
)
def test_each_badge_says_how_it_stands(ana: Any, hold: Any, days_ago: int, pill: str, sentence: str):
    hold(days_ago)

    page = ana.get(HOME).text
    assert f"<span>{pill}</span>" in page
    assert sentence in page


def test_what_was_renewed_or_has_no_end_is_not_there(
    ana: Any, hold: Any, make_achievement: Any, make_award: Any, service: Service
):
    award = hold(90)
    make_award(make_achievement(slug="endless", name="Endless", validity={"kind": "none"}))
    with service.database.write() as session:
        found = session.get_one(Award, award.id)
        new = renewals.renew(session, service.office, found, actor="test")

    page = ana.get(HOME).text
    assert f"/me/badges/{new.id}" in page
    assert f"/me/badges/{award.id}" not in page
    assert "Endless" not in page


def test_an_entry_moves_the_progress_and_can_be_struck_out(ana: Any, hold: Any):
    award = hold(90, method="ce", ce=CE)
    assert "20 <bdi>contact-hour</bdi> missing, of these 16 in the badge’s own domain" in ana.get(HOME).text

    assert entry(ana, award).status_code == 303
    page = ana.get(HOME).text
    assert "16 of 20 <bdi>contact-hour</bdi>" in page
    assert 'value="80"' in page
    assert "4 <bdi>contact-hour</bdi> missing</p>" in page

    gone = re.search(r'name="entry" value="([\w-]+)"', page)[1]
    assert ana.post(f"{HOME}/entries/void", learner=award.learner_id, entry=gone).status_code == 303
    assert "Struck out" in ana.get(HOME).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": "many"}, "An amount is a number such as 2.5"),
        ({"amount": "NaN"}, "An amount is above 0"),
        ({"activity_date": "soon"}, "A day is written as year, month and day"),
        ({"activity_date": "2999-01-01"}, "Nothing was done in the future"),
        ({"evidence_url": "javascript:alert(1)"}, "An address begins with https://"),
        ({"title": ""}, "Say what was done"),
    ],
)
def test_what_is_no_entry_is_refused_with_what_was_typed(ana: Any, hold: Any, wrong: dict[str, str], sentence: str):
    answer = entry(ana, hold(90), **{"title": "Kept words", **wrong})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert wrong.get("title") == "" or "Kept words" in answer.text


def test_what_the_issuer_entered_is_not_struck_out_by_the_holder(ana: Any, hold: Any, service: Service):
    award = hold(90)
    with service.database.write() as session:
        stated = Stated(title="Audit", unit="contact-hour", amount=Decimal(1), activity_date=clock.now().date())
        made = renewals.ledger.add(session, session.get_one(Learner, award.learner_id), stated, actor="cli")

    assert "Entered by the issuer" in ana.get(HOME).text
    assert ana.post(f"{HOME}/entries/void", learner=award.learner_id, entry=made.id).status_code == 422


def test_nobody_writes_into_somebody_elses_ledger(enter: Callable[..., Any], hold: Any):
    award = hold(90)
    bea = enter("bea@example.org")

    assert entry(bea, award).status_code == 404


def test_words_of_a_stranger_stay_words(ana: Any, hold: Any):
    entry(ana, hold(90), title="<script>x</script>", evidence_text="<img src=x>")

    page = ana.get(HOME).text
    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_a_calendar_is_read_at_its_address_until_that_is_ended(ana: Any, hold: Any, client: TestClient):
    hold(10)
    made = ana.post(f"{HOME}/calendar", act="make")
    path = re.search(r"/calendars/[\w-]+\.ics", made.text)[0]

    answer = client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (answer.headers["x-robots-tag"], answer.headers["cache-control"]) == ("noindex", "private, no-cache")
    assert len(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")) == 3
    assert path not in ana.get(HOME).text

    ana.post(f"{HOME}/calendar", act="end")
    assert client.get(path).status_code == 404
    assert client.get("/calendars/nonsense").status_code == 404
