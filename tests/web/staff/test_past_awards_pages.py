"""Issued elsewhere: a programme is brought in as a file, looked at, kept as history, and issued anew when ticked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.issuing import achievements, past_awards
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.past_awards import PastAward
from app.service import Service
from app.worker.imports import Imports

ANA = "ana.ortiz@example.org"
HOME = "/staff/northfield/awards/before"
CSV = (
    b"Recipient Email,Badge Template ID,Badge Template Name,Issued At,Badge URL\n"
    b"ana.ortiz@example.org,t-1,Wound Care,2024-03-01,https://old.example/b/1\n"
)
CLASSES = json.dumps({"type": "BadgeClass", "id": "https://old.example/c", "name": "Suturing"}).encode()
Enter = Callable[..., Any]


@pytest.fixture
def olga(enter: Enter, issuer: Issuer) -> Any:
    return enter("olga@example.org", role="owner", at=issuer)


def bring(browser: Any, content: bytes = CSV, name: str = "export.csv", **fields: str) -> Any:
    said = {"issued_by": "Northfield on Credly", "issued_by_us": "yes", **fields}
    return browser.post(HOME, files={"file": (name, content)}, **said)


def brought(browser: Any, service: Service, **fields: str) -> PastAward:
    """The one award of the file, kept as history."""
    here = bring(browser, **fields).headers["location"]
    work = Imports(service, lambda: None).work_through
    work(threading.Event())
    browser.post(here, act="confirm")
    work(threading.Event())
    with service.database.read() as session:
        return session.scalars(select(PastAward)).one()


def test_a_file_is_checked_first_and_its_page_says_that_it_becomes_history(olga: Any, service: Service) -> None:
    here = bring(olga).headers["location"]
    Imports(service, lambda: None).work_through(threading.Event())

    page = olga.get(here).text

    assert "1 would be kept as history" in page
    assert "Keep these rows as history" in page
    with service.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PastAward)) == 0


def test_history_says_that_nobody_here_signed_it_to_staff_and_to_whose_it_is(
    olga: Any, enter: Enter, service: Service
) -> None:
    brought(olga, service)

    assert "Northfield on Credly" in olga.get(HOME).text
    mine = enter(ANA).get("/me").text
    assert re.search(r"Issued elsewhere by <bdi>Northfield on Credly</bdi> on .*, not signed by us", mine)
    assert "Wound Care" not in enter("somebody.else@example.org").get("/me").text


def test_what_is_ticked_is_issued_anew_once_its_achievement_is_published(olga: Any, service: Service) -> None:
    past = brought(olga, service)
    refused = olga.post(f"{HOME}/issue", past=past.id)
    with service.database.write() as session:
        found = achievements.by_id(session, past.achievement_id)
        achievements.publish(session, service.office, found, actor="test")

    answer = olga.post(f"{HOME}/issue", past=past.id)

    assert (refused.status_code, answer.status_code) == (409, 303)
    assert "not published" in refused.text
    with service.database.read() as session:
        assert session.scalars(select(Award.awarded_at)).one() == past.issued_at
    assert "issued anew" in olga.get(HOME).text


def test_what_was_issued_anew_and_is_withdrawn_there_later_says_both(olga: Any, service: Service) -> None:
    past = brought(olga, service)
    with service.database.write() as session:
        found = achievements.by_id(session, past.achievement_id)
        achievements.publish(session, service.office, found, actor="test")
    olga.post(f"{HOME}/issue", past=past.id)
    with service.database.write() as session:
        session.get_one(PastAward, past.id).is_withdrawn = True

    page = olga.get(HOME).text

    assert "issued anew" in page
    assert "withdrawn there" in page


def test_another_organisation_s_award_offers_no_box_to_tick(olga: Any, service: Service) -> None:
    here = olga.post(HOME, files={"file": ("e.csv", CSV)}, issued_by="Riverside").headers["location"]
    work = Imports(service, lambda: None).work_through
    work(threading.Event())
    olga.post(here, act="confirm")
    work(threading.Event())
    with service.database.read() as session:
        past = session.scalars(select(PastAward)).one()

    assert f'value="{past.id}"' not in olga.get(HOME).text
    assert olga.post(f"{HOME}/issue", past=past.id).status_code == 422


def test_an_export_of_classes_alone_becomes_drafts_and_again_no_more_of_them(olga: Any, service: Service) -> None:
    answers = [bring(olga, CLASSES, "export.json") for _ in range(2)]

    assert {each.headers["location"] for each in answers} == {"/staff/northfield/achievements"}
    with service.database.read() as session:
        assert session.scalars(select(Achievement.slug)).all() == ["suturing"]
        assert session.scalars(past_awards.of_issuer(session.scalars(select(Issuer.id)).one())).all() == []


def test_one_odd_class_does_not_hold_up_an_export(olga: Any, service: Service) -> None:
    odd = {"type": "BadgeClass", "id": "urn:x:\0", "name": "Odd", "criteria": "https://a b", "tags": ["", "\x0b"]}
    good = json.loads(CLASSES)

    answer = bring(olga, json.dumps([odd, good]).encode(), "export.json")

    assert answer.status_code == 303
    with service.database.read() as session:
        assert set(session.scalars(select(Achievement.slug))) == {"odd", "suturing"}


def test_an_export_larger_than_other_forms_is_taken(olga: Any) -> None:
    row = b"p%d@example.org,t-1,Wound Care,2024-03-01,https://old.example/b/1\n"
    rows = b"".join(row % number for number in range(30_000))

    assert len(rows) > 1_500_000
    assert bring(olga, CSV + rows).status_code == 303


@pytest.mark.parametrize(
    ("content", "fields"),
    [(b"", {}), (CSV, {"issued_by": ""}), (b'{"a": 1}', {}), (b"{", {})],
    ids=["no file", "nobody issued it", "no export", "no JSON"],
)
def test_what_cannot_be_brought_says_why(olga: Any, content: bytes, fields: dict[str, str]) -> None:
    answer = bring(olga, content, **fields)

    assert answer.status_code in {400, 422}
    assert 'role="alert"' in answer.text
