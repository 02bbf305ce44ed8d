"""The work list of renewals: filtered, renewed one by one, taken along as a file, and as a calendar."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from fastapi.testclient import TestClient

from app import clock
from app.issuing.awards import Award

HOME = "/staff/northfield/renewals"
DAYS = {"kind": "days", "amount": 100}


@pytest.fixture
def made(make_award: Callable[..., Award], make_achievement: Any) -> dict[str, Award]:
    """Badges that are good, expiring, lapsed in grace, expired; and one that lacks continuing education."""
    renewal = {"grace_days": 30, "reminder_days": [60]}
    ce = {"method": "ce", "ce": {"unit": "contact-hour", "amount": "20"}}
    bls = make_achievement(slug="bls", name="Life Support", abbreviation="BLS", validity=DAYS, renewal=renewal)
    coding = make_achievement(slug="coding", name="Coding", validity=DAYS, renewal={**renewal, **ce})
    now = clock.now()
    found = {
        name: make_award(bls, email=f"{name}@example.org", name=name, awarded_at=now - timedelta(days=days))
        for name, days in {"good": 10, "expiring": 90, "lapsed": 110, "expired": 140}.items()
    }
    lacking = make_award(coding, email="lacking@example.org", name="lacking", awarded_at=now - timedelta(days=80))
    return {**found, "lacking": lacking}


def shown(page: Any, made: dict[str, Award]) -> list[str]:
    """Which of them are on a page, in its order."""
    names = {award.id: name for name, award in made.items()}
    found = re.findall(r'href="/staff/northfield/awards/([\w-]{22})"', page.text)
    return [names[each] for each in found if each in names]


def test_what_can_be_acted_on_is_listed_with_what_ends_first_at_the_top(omar: Any, made: dict[str, Award]):
    assert shown(omar.get(HOME), made) == ["lapsed", "expiring", "lacking"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=active", ["good"]),
        ("state=expiring", ["expiring", "lacking"]),
        ("state=lapsed_in_grace", ["lapsed"]),
        ("state=expired", ["expired"]),
        ("state=renewed", []),
        ("state=nonsense", ["lapsed", "expiring", "lacking"]),
        ("group=nobody", []),
    ],
)
def test_the_list_is_of_a_state_or_a_group(omar: Any, made: dict[str, Award], query: str, expected: list[str]):
    assert shown(omar.get(f"{HOME}?{query}"), made) == expected


def test_an_awarder_renews_a_badge_and_sees_the_new_one(omar: Any, made: dict[str, Award], awards: Any):
    answer = omar.post(f"{HOME}/{made['expiring'].id}")

    (new,) = [each for each in awards() if each.follows_id is not None]
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/northfield/awards/{new.id}")
    assert new.follows_id == made["expiring"].id
    assert shown(omar.get(f"{HOME}?state=renewed"), made) == ["expiring"]


def test_what_is_missing_is_said_above_the_list(omar: Any, made: dict[str, Award]):
    answer = omar.post(f"{HOME}/{made['lacking'].id}")

    assert answer.status_code == 409
    assert "Continuing education is missing: 20.00 contact-hour" in answer.text


def test_a_reviewer_looks_and_does_not_renew(rita: Any, made: dict[str, Award]):
    assert "Renew it" not in rita.get(HOME).text
    assert rita.post(f"{HOME}/{made['expiring'].id}").status_code == 403


def test_the_file_has_the_columns_of_the_list(omar: Any, made: dict[str, Award]):
    text = omar.get(f"{HOME}/export.csv?state=lapsed_in_grace").text.lstrip("\ufeff")
    headings, row = csv.reader(io.StringIO(text))

    assert headings[:7] == ["Badge", "Holder", "Address", "Achievement", "Abbreviation", "State", "Good until"]
    assert (row[1], row[5], row[7], row[9]) == ("lapsed", "lapsed_in_grace", "-10", "reassess")
    assert row[0].endswith(f"/b/{made['lapsed'].id}")


def test_a_member_has_a_calendar_with_numbers(omar: Any, made: dict[str, Award], client: TestClient):
    page = omar.post(f"{HOME}/calendar", act="make").text
    path = re.search(r"/calendars/[\w-]+\.ics", page)[0]
    answer = client.get(path)

    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert sorted(str(each["summary"]) for each in events) == [
        "1 badge ends today: Coding", *["1 badge ends today: Life Support"] * 3,
    ]  # fmt: skip
    assert not any(name in answer.text for name in made)


def test_without_anything_to_do_it_says_when_something_comes(omar: Any):
    assert "Nothing is to be renewed now." in omar.get(HOME).text
