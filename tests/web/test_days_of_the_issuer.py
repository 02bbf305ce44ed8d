"""A badge's days are its issuer's: page, files, mails and programs say the same one, and the page says whose."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import select

from app.issuing import awards, issuers
from app.issuing.awards import Award
from app.issuing.outbox import OutboxMessage
from app.service import Service
from app.web import words

ANA = "ana.ortiz@example.org"
PAGE = {"Accept": "text/html"}
AFTER_MIDNIGHT = datetime.fromisoformat("2026-03-01T00:30:00+02:00")  # B24: still February in UTC
RENEWAL = {"grace_days": 30, "reminder_days": [60]}


@pytest.fixture
def award_in(make_issuer: Any, make_achievement: Any, make_award: Any) -> Callable[..., Award]:
    """A badge of Ana of an issuer in a zone: `award_in(zone, awarded_at, **facts)`."""

    def make(zone: str, awarded_at: datetime, **facts: Any) -> Award:
        made = make_achievement(by=make_issuer(slug="abroad", name="Academy Abroad", timezone=zone), **facts)
        return make_award(made, awarded_at=awarded_at.astimezone(UTC), visibility="public")

    return make


@pytest.fixture
def helsinki(award_in: Callable[..., Award]) -> Award:
    """Ana's badge of an issuer in Helsinki, awarded half an hour after midnight there, good for two years."""
    return award_in("Europe/Helsinki", AFTER_MIDNIGHT, renewal=RENEWAL)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def paper(document: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(document)).pages
    return " ".join(page.extract_text().replace("\u200b", "").split())


def test_what_is_signed_ends_with_the_last_second_of_the_issuers_day(client: TestClient, helsinki: Award):
    signed = client.get(f"/b/{helsinki.id}.json").json()

    assert (signed["awardedDate"], signed["validUntil"]) == ("2026-02-28T22:30:00Z", "2028-03-01T21:59:59Z")


def test_every_page_and_file_says_the_declared_day_and_whose_it_is(client: TestClient, helsinki: Award):
    page = client.get(f"/b/{helsinki.id}", headers=PAGE).text
    embedded = client.get(f"/b/{helsinki.id}/embed", headers=PAGE).text
    verified = client.get(f"/verify?badge=http://badges.test/b/{helsinki.id}", headers=PAGE).text
    printed = paper(client.get(f"/b/{helsinki.id}.pdf").content)

    assert "earned 1 March 2026" in text_of(page)
    for said in (text_of(page), text_of(embedded), text_of(verified), printed):
        assert "1 March 2028" in said
        assert "February" not in said
    for html in (page, embedded, verified):
        assert "Dates are those of Eastern European Time." in html
    assert '<time datetime="2028-03-01T21:59:59Z">1 March 2028</time>' in page


def test_programs_read_the_same_month_and_day(client: TestClient, helsinki: Award):
    page = unescape(client.get(f"/b/{helsinki.id}", headers=PAGE).text)
    schema = json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', page, re.DOTALL)[1])  # type: ignore[index]

    assert "issueYear=2026&issueMonth=3&expirationYear=2028&expirationMonth=3" in page
    assert "Academy Abroad, March 2026" in page
    assert (schema["dateCreated"], schema["expires"]) == ("2026-03-01", "2028-03-01")


@pytest.mark.parametrize(
    ("zone", "local", "month"),
    [
        ("Pacific/Kiritimati", "2027-01-01T00:10:00+14:00", "issueYear=2027&issueMonth=1"),
        ("Pacific/Pago_Pago", "2026-12-31T23:50:00-11:00", "issueYear=2026&issueMonth=12"),
        ("Asia/Kathmandu", "2027-01-01T00:10:00+05:45", "issueYear=2027&issueMonth=1"),
    ],
)
def test_the_month_for_linkedin_is_the_issuers_at_the_edge_of_a_year(
    client: TestClient, award_in: Callable[..., Award], zone: str, local: str, month: str
):
    """B25."""
    badge = award_in(zone, datetime.fromisoformat(local))

    assert month in unescape(client.get(f"/b/{badge.id}", headers=PAGE).text)


def test_the_holder_s_pages_calendar_and_download_say_that_day(enter: Callable[..., Any], helsinki: Award):
    with time_machine.travel(datetime(2028, 1, 15, tzinfo=UTC)):
        ana = enter(ANA)
        paths = ("/me", f"/me/badges/{helsinki.id}", "/me/renewals")
        pages = [ana.client.get(path, headers=PAGE).text for path in paths]
        address = re.search(r"/calendars/[\w-]+\.ics", ana.post("/me/renewals/calendar", act="make").text)
        assert address is not None
        events = icalendar.Calendar.from_ical(ana.client.get(address[0]).content).walk("VEVENT")
        taken = zipfile.ZipFile(io.BytesIO(ana.post("/me/download").content))

    assert all("1 March 20" in text_of(each) and "February" not in each for each in pages)
    assert [f"{each['DTSTART'].dt}" for each in events] == ["2028-01-01", "2028-03-01", "2028-03-31"]
    (rows,) = (taken.read(name).decode("utf-8-sig") for name in taken.namelist() if name.endswith("badges.csv"))
    (row,) = csv.DictReader(io.StringIO(rows))
    assert {"2026-03-01", "2028-03-01"} <= set(row.values())


def test_the_mail_says_that_day(service: Service, helsinki: Award):
    with service.database.read() as session:
        texts = [each.payload["text"] for each in session.scalars(select(OutboxMessage)) if "text" in each.payload]

    (text,) = [each for each in texts if f"/b/{helsinki.id}" in each]
    assert "1 March 2026" in text
    assert "1 March 2028" in text


def test_badges_of_several_issuers_have_each_its_own_day(
    enter: Callable[..., Any], make_issuer: Any, make_achievement: Any, make_award: Any
):
    for number, zone in enumerate(("Pacific/Kiritimati", "Pacific/Pago_Pago")):
        made = make_achievement(by=make_issuer(slug=f"i{number}", name=zone, timezone=zone))
        make_award(made, awarded_at=datetime(2026, 7, 1, 10, 30, tzinfo=UTC))

    page = text_of(enter(ANA).client.get("/me", headers=PAGE).text)

    assert "Pacific/Kiritimati · 2 July 2026" in page
    assert "Pacific/Pago_Pago · 30 June 2026" in page
    assert "Dates are those of each issuer’s time zone: " in page


def test_the_last_day_is_the_issuers_and_counts_in_full(client: TestClient, award_in: Callable[..., Award]):
    """B26: what ends today is good until the day ends at the issuer."""
    for_a_day = {"kind": "days", "amount": 1}
    badge = award_in("Pacific/Pago_Pago", datetime(2026, 6, 30, 12, tzinfo=UTC), validity=for_a_day)

    with time_machine.travel(datetime(2026, 7, 2, 10, 59, 58, tzinfo=UTC), tick=False):
        last = text_of(client.get(f"/b/{badge.id}", headers=PAGE).text)
    with time_machine.travel(datetime(2026, 7, 2, 11, 0, 0, tzinfo=UTC), tick=False):
        over = text_of(client.get(f"/b/{badge.id}", headers=PAGE).text)

    assert "Ends soon: 1 July 2026" in last
    assert "Ended on 1 July 2026" in over


def test_another_zone_shows_at_once_and_the_end_of_a_signed_badge_stays_with_its_time(
    client: TestClient, service: Service, issuer: Any, award: Award
):
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=False) as clock:
        before, signed = (client.get(f"/b/{award.id}{form}", headers=PAGE) for form in ("", ".json"))
        with service.database.write() as session:
            issuers.update(session, issuers.by_id(session, issuer.id), actor="test", timezone="Pacific/Auckland")
        clock.shift(1)
        after = client.get(f"/b/{award.id}", headers=PAGE)

    assert "Good until 24 November 2028" in text_of(before.text)
    assert "Good until 25 November 2028, 12:59 New Zealand Time" in text_of(after.text)
    assert "Dates are those of New Zealand Time." in after.text
    assert after.headers["etag"] != before.headers["etag"]
    assert client.get(f"/b/{award.id}.json", headers=PAGE).content == signed.content
    with service.database.read() as session:
        assert awards.by_id(session, award.id).valid_until == datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC)


def test_an_end_that_ends_no_day_has_its_time_and_one_that_does_has_none():
    zone = ZoneInfo("Europe/Madrid")

    assert words.end_of(datetime(2028, 11, 24, 22, 59, 59, tzinfo=UTC), zone) == "24 November 2028"
    assert (
        words.end_of(datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC), zone)
        == "25 November 2028, 00:59 Central European Time"
    )
    assert words.end_of(datetime(2028, 11, 24, 12, tzinfo=UTC), words.UTC_ZONE) == "24 November 2028, 12:00 UTC"


def test_a_page_does_not_depend_on_the_reader(client: TestClient, helsinki: Award):
    asked = [{**PAGE, "Accept-Language": tag} for tag in ("en-US", "en-NZ", "en-GB")]
    pages = {client.get(f"/b/{helsinki.id}", headers=each).content for each in asked}

    assert len(pages) == 1
