"""My account: addresses confirmed by mail, names that the issuer decides on, browsers, mails, and the way out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app import clock
from app.issuing.accounts import Account
from app.issuing.awards import Award
from app.issuing.holding import NameRequest, names
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.service import Service

ANA = "ana.ortiz@example.org"
Enter = Callable[..., Any]
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def mailed_link(service: Service) -> str:
    """The path of the link in the last mail about an account."""
    with service.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("account.%"))
        text = session.scalars(query.order_by(OutboxMessage.created_at.desc())).first().payload["text"]
    return re.search(r"http://badges\.test(/sign-in/\S+)", text)[1]


def learner_id(service: Service) -> str:
    with service.database.read() as session:
        return session.scalars(select(Learner.id)).one()


def test_badges_of_a_former_employer_s_address_are_found_from_a_private_one(
    enter: Enter, service: Service, award: Award
):
    browser = enter("ana@home.example")
    assert award.id not in browser.get("/me").text

    browser.post("/me/settings/addresses", email=ANA)
    browser.post(mailed_link(service))

    assert award.id in browser.get("/me").text
    assert ANA in browser.get("/me/settings").text


@pytest.mark.usefixtures("award")
def test_the_last_confirmed_address_stays(enter: Enter):
    browser = enter(ANA)

    answer = browser.post("/me/settings/addresses/remove", address=ANA)

    assert answer.status_code == 422
    assert "This is your only address" in answer.text


def test_an_address_that_is_removed_takes_its_badges_off_the_shelf(enter: Enter, service: Service, award: Award):
    browser = enter("ana@home.example")
    browser.post("/me/settings/addresses", email=ANA)
    browser.post(mailed_link(service))

    browser.post("/me/settings/addresses/remove", address=ANA)

    assert award.id not in browser.get("/me").text


@pytest.mark.usefixtures("award")
def test_another_browser_is_signed_out(enter: Enter):
    here, there = enter(ANA), enter(ANA)

    here.post("/me/settings/browsers/end", browser="others")

    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


@pytest.mark.usefixtures("award")
def test_a_wish_for_another_name_waits_for_the_issuer_and_its_answer_is_on_the_page(enter: Enter, service: Service):
    browser, mine = enter(ANA), learner_id(service)

    browser.post("/me/settings/names", learner=mine, name="Ana Ortiz Vega", note="I married")
    waits = browser.get("/me/settings").text
    with service.database.write() as session:
        request = session.scalars(select(NameRequest)).one()
        names.refuse(session, service.office, request, reason="Please bring the certificate", actor="test")

    assert "They have not decided yet" in waits
    assert "Please bring the certificate" in browser.get("/me/settings").text


@pytest.mark.usefixtures("award")
def test_a_reader_chooses_mails_that_gather(enter: Enter, service: Service):
    browser, mine = enter(ANA), learner_id(service)

    browser.post("/me/settings/mail", learner=mine, digests="no")

    assert "sends you no such mails" in browser.get("/me/settings").text


def unpacked(answer: Any) -> ZipFile:
    return ZipFile(io.BytesIO(answer.content))


@BOTH_DATABASES
def test_everything_is_in_one_file(enter: Enter, make_award: Any):
    award, browser = make_award(visibility="private"), enter(ANA)
    browser.post(f"/me/badges/{award.id}/evidence", name="A letter", text="She was kind")

    archive = unpacked(browser.post("/me/download"))

    folder = "badges/001-northfield-phlb-2026-11-24"
    assert {f"{folder}/{each}" for each in ("badge.json", "badge.jwt", "badge.png", "certificate.pdf")} <= set(
        archive.namelist()
    )
    assert {"README.txt", "badges.csv", "about-you.json", "records/001-northfield.json"} <= set(archive.namelist())
    assert all(name.isascii() for name in archive.namelist())
    assert json.loads(archive.read("records/001-northfield.json"))["type"][1] == "ClrCredential"
    told = json.loads(archive.read("about-you.json"))
    assert told["account"]["addresses"][0]["written"] == ANA
    assert told["issuers"][0]["badges"][0]["evidence_of_mine"][0]["text"] == "She was kind"
    assert "password_hash" not in archive.read("about-you.json").decode()


def test_the_file_of_somebody_without_badges_can_be_made_too(enter: Enter):
    archive = unpacked(enter("nora@example.org").post("/me/download"))

    assert {"README.txt", "badges.csv", "about-you.json"} == set(archive.namelist())


def left(service: Service) -> tuple[int, str]:
    """How many accounts there are, and the state of the learner."""
    with service.database.read() as session:
        count = session.scalar(select(func.count()).select_from(Account)) or 0
        return count, session.scalars(select(Learner.state)).one()


@BOTH_DATABASES
def test_whoever_leaves_with_everything_leaves_addresses_that_say_so(
    enter: Enter, service: Service, award: Award, client: TestClient
):
    browser = enter(ANA)
    path = browser.post("/me/portfolios", title="Mine").headers["location"]
    browser.post(f"{path}/badges", award=award.id)
    assert "What nobody can call back" in browser.get("/me/delete").text

    answer = browser.post("/me/delete", what="everything", address=ANA)

    assert "You are gone from here" in answer.text
    assert left(service) == (0, "erased")
    assert client.get(f"/b/{award.id}").status_code == 410
    assert browser.get("/me").status_code == 303


def test_the_account_alone_goes_and_the_badges_stay(enter: Enter, service: Service, award: Award, client: TestClient):
    enter(ANA).post("/me/delete", what="account", address=ANA)

    assert left(service) == (0, "known")
    assert client.get(f"/b/{award.id}").status_code == 200


@pytest.mark.usefixtures("award")
@pytest.mark.parametrize(
    "fields", [{"what": "everything", "address": "x@y.example"}, {"what": "everything"}, {"address": ANA}]
)
def test_nobody_is_deleted_by_accident(enter: Enter, service: Service, fields: dict[str, str]):
    assert enter(ANA).post("/me/delete", **fields).status_code == 422
    assert left(service) == (1, "known")


@pytest.mark.usefixtures("award")
def test_whoever_signed_in_a_while_ago_shows_once_more_who_they_are(enter: Enter, service: Service):
    browser = enter(ANA)

    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        text = browser.get("/me/delete").text
        answer = browser.post("/me/delete", what="everything", address=ANA)
        browser.post("/me/delete/link")

    assert "We send you a fresh link" in text
    assert answer.headers["location"] == "/me/delete"
    assert left(service) == (1, "known")
    assert mailed_link(service)


def test_somebody_who_works_for_an_issuer_is_told_whom_to_ask(enter: Enter, issuer: Issuer):
    browser = enter("olga@example.org", role="owner", at=issuer)

    assert "An owner has to let you go" in browser.get("/me/delete").text
    assert browser.post("/me/delete", what="account", address="olga@example.org").status_code == 422


@pytest.mark.usefixtures("award")
def test_the_language_that_is_chosen_is_that_of_pages_and_mails_and_no_other_is_taken(enter: Enter, service: Service):
    browser = enter(ANA)
    browser.post("/me/settings/language", to="es")
    page, refused = browser.get("/me/settings").text, browser.post("/me/settings/language", to="tlh")

    with service.database.read() as session:
        assert session.scalars(select(Account.language)).all() == ["es"]
    assert "Mi cuenta" in page
    assert refused.status_code == 422
